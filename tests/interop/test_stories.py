"""Stories beyond DOMAIN 6 that every server has to bear: other events, splits, deletions, and trouble."""

import pytest

from adapters.demo.radicale import Server
from tests import servers
from tests.acceptance.office import Office
from tests.acceptance.series import WALL_TIMES, except_for, given_us2, link_priya
from tests.phone import Part, Phone, master, override_at

_MARCH = ("2026-03-01", "2026-04-01")
_ALL = ("2026-03-01", "2026-06-01")
_CHICAGO = "America/Chicago"


def _link_mia(office: Office, server: Server, calendar: str) -> None:
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", server, calendar)
    office.sync()


def _events(office: Office, *window: str) -> list[str]:
    return [one["start"][:16] for one in office.ask("event", "list", "mia", *(window or _MARCH))]


def test_a_repeating_event_of_the_owner_with_exceptions(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    _link_mia(office, caldav_server, collection_url)
    uid = phone.new_event(
        "Choir", "20260305T180000", "20260305T193000", "RRULE:FREQ=WEEKLY;COUNT=4", tz=_CHICAGO
    )
    phone.delete_occurrence(uid, "20260312T180000")
    phone.drag_occurrence(uid, "20260319T180000", "20260320T070000", "20260320T080000")
    office.settle()
    assert _events(office) == ["2026-03-05T18:00", "2026-03-20T07:00", "2026-03-26T18:00"]

    phone.delete_occurrence(uid, "20260326T180000")
    office.settle()
    assert _events(office) == ["2026-03-05T18:00", "2026-03-20T07:00"]

    free = office.ask("event", "list", "mia", *_MARCH)[0]["id"]
    office.run("event", "set", free, "free", "--scope", "all")
    office.settle()
    assert phone.master(uid).value("TRANSP") == "TRANSPARENT"
    assert override_at(phone.resource(uid), "20260319T180000").value("TRANSP") == "TRANSPARENT"

    phone.delete(uid)
    office.settle()
    assert _events(office) == []
    assert phone.resources() == []


def test_whole_days_both_ways(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    _link_mia(office, caldav_server, collection_url)
    theirs = phone.new_event("Conference", "20260316", "20260318", "RRULE:FREQ=MONTHLY;COUNT=2")
    office.run("event", "add", "mia", "Leave", "--start", "2026-03-23", "--end", "2026-03-27")
    office.settle()

    listed = office.ask("event", "list", "mia", *_ALL)
    assert [(e["start"], e["end"], e["all_day"]) for e in listed] == [
        ("2026-03-16", "2026-03-18", True),
        ("2026-03-23", "2026-03-28", True),
        ("2026-04-16", "2026-04-18", True),
    ]
    ours = master(phone.titled("Leave"))
    assert ours.lines("DTSTART") == ["DTSTART;VALUE=DATE:20260323"]
    assert ours.lines("DTEND") == ["DTEND;VALUE=DATE:20260328"]

    phone.drag(phone.titled("Leave").uid, "20260324", "20260326")
    phone.delete_occurrence(theirs, "20260416")
    office.settle()
    listed = office.ask("event", "list", "mia", *_ALL)
    assert [(e["start"], e["end"]) for e in listed] == [
        ("2026-03-16", "2026-03-18"),
        ("2026-03-24", "2026-03-26"),
    ]


def test_this_and_following_moved_here(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    old = given_us2(office, caldav_server, collection_url, phone)
    cut = next(one for one in office.sessions("priya") if one["start"].startswith("2026-03-31"))
    office.run("session", "move", cut["id"], "--start", "2026-04-01 09:00", "--scope", "following")
    office.settle()

    assert office.starts("priya")[4:] == [f"2026-04-{day}T09:00" for day in ("01", "08", "15", "22")]
    (new,) = [uid for uid in phone.uids() if uid != old]
    assert len(phone.starts(*_ALL, uid=old)) == 4
    assert phone.starts(*_ALL, uid=new) == [
        "2026-03-31 22:30",
        "2026-04-07 23:30",
        "2026-04-14 23:30",
        "2026-04-21 23:30",
    ]
    assert office.judged() == []


def test_an_occurrence_cancelled_and_one_moved_here(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    rows = office.sessions("priya")
    office.run("session", "move", rows[2]["id"], "--start", "2026-03-18 11:15", "--scope", "this")
    how = ("--by", "client", "--reason", "client-ill", "--advised", "2026-03-02 08:00")
    office.run("session", "cancel", rows[3]["id"], *how, "--scope", "this")
    office.settle()

    assert override_at(phone.resource(uid), "20260317T100000").value("DTSTART") == "20260318T111500"
    assert override_at(phone.resource(uid), "20260324T100000").value("STATUS") == "CANCELLED"
    office.run("link", "set", "priya", "--display", "remove")
    office.settle()
    assert len(phone.starts(*_ALL)) == 7
    assert office.judged() == []


def test_a_deleted_series_and_a_deleted_session_come_back(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    office.run(
        "session", "add", "--start", "2026-03-12 14:00", "--minutes", "50", "--worker", "priya",
        "--client", "eva", "--roster",
    )  # fmt: skip
    office.settle()
    for each in (uid, next(one for one in phone.uids() if one != uid)):
        phone.delete(each)
        office.settle()

    assert office.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")] * 2
    shown = phone.resources()
    assert sorted(master(one).value("SUMMARY") for one in shown) == ["Session C-1077", "Session C-1101"]
    assert all(master(one).value("DESCRIPTION").startswith("Change waiting") for one in shown)
    for held in office.ask("changes", "list"):
        office.run("changes", "dismiss", held["ref"])
    office.settle()
    assert not any("Change waiting" in master(one).value("DESCRIPTION") for one in phone.resources())
    assert {one["status"] for one in office.sessions("priya")} == {"ROSTERED"}


def test_edits_that_are_not_the_practitioners_are_undone(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    phone.set(uid, "SUMMARY:Noor", "LOCATION:Beach", "TRANSP:TRANSPARENT")
    office.settle()
    event = phone.master(uid)
    assert (event.value("SUMMARY"), event.value("LOCATION")) == ("Session C-1077", "ADL1")
    assert event.value("TRANSP") == "OPAQUE"
    assert sorted(office.judged()) == [
        ("E10", "REFUSED", "LOCATION_OWNED"),
        ("E12", "REFUSED", "MUST_BE_BUSY"),
        ("E8", "REFUSED", "TITLE_OWNED"),
    ]


def test_an_emptied_calendar_suspends_the_link_and_resume_puts_everything_back(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    link_priya(office, caldav_server, collection_url)
    for day in range(9, 14):
        office.run(
            "session", "add", "--start", f"2026-03-{day:02} 14:00", "--minutes", "50", "--worker", "priya",
            "--client", "noor", "--roster",
        )  # fmt: skip
    office.settle()
    before = phone.shows(*_ALL)
    for uid in phone.uids():
        phone.delete(uid)

    done = office.attempt("sync")

    assert done.code == 1
    assert (office.status()["state"], office.status()["reason"]) == ("SUSPENDED", "MASS_CHANGE")
    assert phone.resources() == []
    assert office.judged() == []
    assert {one["status"] for one in office.sessions("priya")} == {"ROSTERED"}
    office.run("link", "resume", "priya")
    office.settle()
    assert phone.shows(*_ALL) == before


def test_a_changed_password_stops_the_link_until_the_new_one_is_given(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    if caldav_server.name == "xandikos" and caldav_server.user == "user":
        pytest.skip("Xandikos' own command line takes any password")
    given_us2(office, caldav_server, collection_url, phone)
    office.store_password("no longer right")

    done = office.attempt("sync")
    assert (done.code, office.status()["state"]) == (1, "NEEDS_REAUTH")
    assert "password" in (done.err + office.status()["last_error"]).lower()
    assert office.starts("priya") == WALL_TIMES
    again = office.attempt("sync")
    assert (again.code, again.err.count("\n")) == (1, 1)

    office.run("link", "login", "priya", "--password-stdin", stdin=caldav_server.password + "\n")
    office.settle()
    assert office.status()["state"] == "ACTIVE"


def test_a_calendar_deleted_there_suspends_the_link(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    given_us2(office, caldav_server, collection_url, phone)
    with servers.client_for(caldav_server) as client:
        client.send("DELETE", collection_url)

    done = office.attempt("sync")

    assert done.code == 1
    assert (office.status()["state"], office.status()["reason"]) == ("SUSPENDED", "CALENDAR_MISSING")
    assert office.starts("priya") == WALL_TIMES
    assert office.judged() == []


def test_both_sides_move_different_things_at_once(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    rows = office.sessions("priya")
    phone.drag_occurrence(uid, "20260310T100000", "20260311T120000", "20260311T130000")
    phone.add_alarm(uid)
    office.run("session", "move", rows[3]["id"], "--start", "2026-03-25 08:30", "--scope", "this")
    office.settle()

    wanted = except_for(("2026-03-10T10:00", "2026-03-11T12:00"), ("2026-03-24T10:00", "2026-03-25T08:30"))
    assert office.starts("priya") == wanted
    assert [start[:10] for start in phone.starts(*_ALL)][1] == "2026-03-11"
    assert phone.master(uid).parts("VALARM")
    assert override_at(phone.resource(uid), "20260324T100000").value("DTSTART") == "20260325T083000"


def test_a_reconciliation_finds_nothing_to_do(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    phone.drag_occurrence(uid, "20260310T100000", "20260311T120000", "20260311T130000")
    phone.new_event("Dentist", "20260312T130000", "20260312T140000", tz="Australia/Adelaide")
    phone.append(uid, Part("VALARM", ["ACTION:AUDIO", "TRIGGER:-PT5M"]))
    office.settle()
    bodies = [one.body for one in phone.resources()]
    office.later(days=2)
    assert office.sync()["lines"] == []
    assert [one.body for one in phone.resources()] == bodies


def test_a_booking_deleted_before_anybody_looked_comes_back(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    """It was created and deleted since the last look: a report need not name it, and a calendar that is empty again
    may have its old token (Xandikos)."""
    _link_mia(office, caldav_server, collection_url)
    office.run(
        "session", "add", "--start", "2026-03-12 10:00", "--minutes", "50", "--worker", "mia", "--client", "jordan",
        "--site", "chicago", "--roster",
    )  # fmt: skip
    office.sync()
    (shown,) = phone.resources()
    phone.delete(shown.uid)
    office.later(minutes=6)
    office.settle()
    assert [(code, state) for code, state, _ in office.judged()] == [("E5", "HELD")]
    assert len(phone.resources()) == 1
