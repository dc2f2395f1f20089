"""US25 (DOMAIN 6), the rest that needs no booking: a one-way link, a lower level, and one evening with the phone."""

import uuid

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Part, Phone, Resource, master

_NOOR = ("--worker", "priya", "--client", "noor", "--minutes", "50", "--roster", "--as", "sam")


def given_sessions(office: Office, *days: int) -> None:
    """Priya with Noor at ten, on these days of March."""
    office.at("2026-03-02T20:00+10:30")
    for day in days:
        office.run("session", "add", "--start", f"2026-03-{day:02} 10:00", *_NOOR)


def on(phone: Phone, day: int) -> Resource:
    """The event that begins on that day of March."""
    (found,) = [one for one in phone.resources() if master(one).value("DTSTART") == f"202603{day:02}T100000"]
    return found


def judged(office: Office) -> set[tuple[str, str, str]]:
    return set(office.judged())


def test_us25_on_a_one_way_link_every_edit_is_put_back(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    given_sessions(office, 10, 11)
    office.run(
        "link", "add", "priya", "--url", caldav_server.url, "--user", caldav_server.user, "--calendar", collection_url,
        "--mode", "one-way", "--password-stdin", stdin=f"{caldav_server.password}\n",
    )  # fmt: skip
    office.settle()
    before = phone.shows("2026-03-01", "2026-04-01")
    phone.drag(on(phone, 10).uid, "20260310T150000", "20260310T155000")
    phone.delete(on(phone, 11).uid)
    office.settle()
    assert phone.shows("2026-03-01", "2026-04-01") == before
    assert judged(office) == {
        ("E1", "REFUSED", "READ_ONLY_LINK"), ("E5", "REFUSED", "READ_ONLY_LINK"),
    }  # fmt: skip
    assert office.starts("priya") == ["2026-03-10T10:00", "2026-03-11T10:00"]


def test_us25_a_level_lowered_to_busy_rewrites_every_title(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    given_sessions(office, 10, 11)
    office.link("priya", caldav_server, collection_url, "--level", "initials")
    office.settle()
    assert {title for _, title in phone.shows("2026-03-01", "2026-04-01")} == {"Session NH"}
    uids = phone.uids()
    office.run("link", "set", "priya", "--level", "busy")
    office.settle()
    assert {title for _, title in phone.shows("2026-03-01", "2026-04-01")} == {"Busy"}
    assert phone.uids() == uids
    for one in phone.resources():
        for word in (b"NH", b"C-1077", b"LOCATION", b"CALENDULA", b"CATEGORIES"):
            assert word not in one.body


def test_us25_one_evening_with_the_phone(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    given_sessions(office, 10, 11, 12, 13, 14, 16, 17, 18, 19)
    office.run("session", "add", "--start", "2026-03-20 10:00", "--rule", "FREQ=WEEKLY;COUNT=3", *_NOOR)
    office.link("priya", caldav_server, collection_url)
    office.settle()
    before = phone.shows("2026-03-01", "2026-05-01")

    phone.drag(on(phone, 10).uid, "20260310T100000", "20260310T110000")
    phone.set(on(phone, 20).uid, "RRULE:FREQ=WEEKLY;COUNT=9")
    phone.set(on(phone, 11).uid, "STATUS:CANCELLED")
    phone.append(on(phone, 12).uid, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:friend@example.org")
    copied = _copy(phone, on(phone, 13), "20260321T100000", "20260321T105000")
    phone.delete(on(phone, 14).uid)  # dragged into a private calendar: gone from here
    phone.add_alarm(on(phone, 16).uid)
    phone.set(on(phone, 17).uid, "LOCATION:At home")
    remark = master(on(phone, 18)).value("DESCRIPTION")
    phone.set(on(phone, 18).uid, f"DESCRIPTION:{remark}\\nbring the ball")
    phone.set(on(phone, 19).uid, "CLASS:CONFIDENTIAL")
    office.settle()

    # lengthened by ten minutes: applied
    assert ("E3", "APPLIED", "") in judged(office)
    assert office.sessions("priya")[0]["end"][:16] == "2026-03-10T11:00"
    # its rule, its status and its deletion wait for an answer; the events are back, and say so
    assert {one for one in judged(office) if one[1] == "HELD"} == {
        ("E14", "HELD", "RECURRENCE_CHANGE"),
        ("E13", "HELD", "CLIENT_BOOKING_DELETE"),
        ("E5", "HELD", "CLIENT_BOOKING_DELETE"),
    }
    assert master(on(phone, 20)).value("RRULE").endswith("COUNT=3")
    for day in (11, 14, 20):
        back = master(on(phone, day))
        assert (back.value("STATUS"), "Change waiting" in back.value("DESCRIPTION")) == ("CONFIRMED", True)
    # the friend is not invited any more, and an administrator hears of it
    assert ("E15", "REFUSED", "PRIVACY_ATTENDEE") in judged(office)
    assert master(on(phone, 12)).lines("ATTENDEE") == []
    assert "PRIVACY_ATTENDEE" in {one["code"] for one in office.ask("status")["notices"]}
    # the copy books nobody
    assert ("E18", "APPLIED", "COPY_IS_NOT_BOOKING") in judged(office)
    assert master(phone.resource(copied)).value("SUMMARY") == "Copied event"
    # the alarm, the remark and the class are hers; the place is not
    assert master(on(phone, 16)).parts("VALARM") != []
    assert ("E10", "REFUSED", "LOCATION_OWNED") in judged(office)
    assert "At home" not in master(on(phone, 17)).value("LOCATION")
    assert "bring the ball" in master(on(phone, 18)).value("DESCRIPTION")
    assert master(on(phone, 19)).value("CLASS") == "CONFIDENTIAL"
    # hers only: nobody in the practice reads what she wrote there
    (eighteenth,) = [one["id"] for one in office.sessions("priya") if one["start"].startswith("2026-03-18")]
    asked = (
        ("changes", "list", "--all"),
        ("history",),
        ("session", "show", eighteenth),
    )
    assert [words for words in asked if "bring the ball" in office.run(*words)] == []
    # nothing else moved, and nobody was cancelled
    after = [one for one in phone.shows("2026-03-01", "2026-05-01") if one[1] != "Copied event"]
    assert after == before
    assert {one["status"] for one in office.sessions("priya")} == {"ROSTERED"}


def _copy(phone: Phone, old: Resource, start: str, end: str) -> str:
    """Option-drag: the same event, at another time and with a UID of its own."""
    calendar, uid = old.calendar, str(uuid.uuid4()).upper()
    event: Part = calendar.parts("VEVENT")[0]
    event.set(f"UID:{uid}")
    event.retime("DTSTART", start)
    event.retime("DTEND", end)
    phone.add(calendar)
    return uid
