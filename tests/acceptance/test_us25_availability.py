"""US25 (DOMAIN 6), as far as it needs no booking: hours, leave and a single time, as busy time and for who books."""

import icalendar
import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

NOOR = ("--worker", "priya", "--client", "noor", "--minutes", "60", "--roster", "--as", "sam")


def given_priyas_hours(office: Office) -> None:
    """Monday to Friday from nine to five, leave on Friday 13 March, a Saturday morning besides."""
    office.at("2026-03-02T09:00+10:30")
    office.run("availability", "set", "priya", "MO-FR 09:00-17:00", "--from", "2026-03-02")
    office.run("leave", "add", "priya", "--start", "2026-03-13", "--type", "ANNUAL")
    office.run("availability", "add", "priya", "--start", "2026-03-14 09:00", "--end", "12:00")


def busy(office: Office, start: str, end: str) -> list[str]:
    """FREEBUSY lines of a stretch, as others read them."""
    text = office.run("busy", "priya", start, end, "--ics")
    return [
        line.removeprefix("FREEBUSY;FBTYPE=") for line in text.splitlines() if line.startswith("FREEBUSY")
    ]


def test_us25_friday_is_unavailable_and_saturday_morning_is_free(office: Office) -> None:
    given_priyas_hours(office)
    assert busy(office, "2026-03-12 17:00", "2026-03-14 13:00") == [
        "BUSY-UNAVAILABLE:20260312T063000Z/20260313T223000Z",
        "BUSY-UNAVAILABLE:20260314T013000Z/20260314T023000Z",
    ]


def test_us25_what_the_calendar_says_is_put_on_top_and_own_projections_count_once(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    """A birthday that is free and an invitation that was declined take no time; our own event takes no more than it
    did."""
    given_priyas_hours(office)
    office.link("priya", caldav_server, collection_url)
    office.run("session", "add", "--start", "2026-03-12 10:00", *NOOR)
    office.sync()
    phone.new_event("Birthday", "20260312", "20260313", "TRANSP:TRANSPARENT")
    declined = "ATTENDEE;PARTSTAT=DECLINED:mailto:priya@marigold.example"
    phone.new_event(
        "Lunch", "20260312T120000", "20260312T130000", "ORGANIZER:mailto:boss@example.org", declined,
        tz="Australia/Adelaide",
    )  # fmt: skip
    office.settle()
    assert busy(office, "2026-03-12 09:00", "2026-03-12 17:00") == ["BUSY:20260311T233000Z/20260312T003000Z"]


def test_us25_prevent_refuses_assigning_friday_and_allow_warns(office: Office) -> None:
    given_priyas_hours(office)
    refused = office.attempt("session", "add", "--start", "2026-03-13 10:00", *NOOR)
    assert (refused.code, "E_UNAVAILABLE" in refused.err) == (1, True)
    added = office.ask("session", "add", "--start", "2026-03-13 10:00", *NOOR[2:])["session_id"]
    refused = office.attempt("session", "assign", added, "--worker", "priya")
    assert (refused.code, "E_UNAVAILABLE" in refused.err) == (1, True)
    assert office.sessions("priya") == []

    allow = {"CALENDULA_RULES__WORKER_AVAILABILITY": "allow"}
    warned = office.attempt("session", "assign", added, "--worker", "priya", **allow)
    assert (warned.code, "WORKER_UNAVAILABLE" in warned.err) == (0, True)
    assert office.starts("priya") == ["2026-03-13T10:00"]


@pytest.mark.parametrize("allow", [False, True], ids=["prevent", "allow"])
def test_us25_a_drag_onto_the_leave_is_put_back_or_warned_of(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, allow: bool
) -> None:
    if allow:
        office.configure('[rules]\nworker_availability = "allow"\n')
    given_priyas_hours(office)
    office.link("priya", caldav_server, collection_url)
    office.run("session", "add", "--start", "2026-03-12 10:00", *NOOR)
    office.sync()
    phone.drag(phone.only().uid, "20260313T100000", "20260313T110000")
    office.settle()
    if allow:
        assert office.judged() == [("E2", "APPLIED", "")]
        assert office.starts("priya") == ["2026-03-13T10:00"]
        return
    assert office.judged() == [("E2", "REFUSED", "WORKER_UNAVAILABLE")]
    assert office.starts("priya") == ["2026-03-12T10:00"]
    assert phone.starts("2026-03-01", "2026-04-01") == ["2026-03-11 23:30"]


def unstamped(text: str) -> list[str]:
    return [row for row in text.splitlines() if not row.startswith("DTSTAMP")]


def test_us25_vavailability_says_friday_is_unavailable_and_saturday_morning_is_not(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    """Read by another's library; what is in her calendar changes none of it, and is in the VFREEBUSY alone."""
    given_priyas_hours(office)
    office.link("priya", caldav_server, collection_url)
    office.run("session", "add", "--start", "2026-03-12 10:00", *NOOR)
    office.sync()
    window = ("priya", "2026-03-09", "2026-03-16")
    before = office.run("busy", *window, "--availability")
    phone.new_event("Dentist", "20260312T150000", "20260312T160000", tz="Australia/Adelaide")
    office.settle()
    assert unstamped(office.run("busy", *window, "--availability")) == unstamped(before)

    calendar = icalendar.Calendar.from_ical(before)
    parts = {int(one["PRIORITY"]): one for one in calendar.walk("VAVAILABILITY")}
    assert {str(one["BUSYTYPE"]) for one in parts.values()} == {"BUSY-UNAVAILABLE"}
    (hours,), (saturday,), friday = parts[9].subcomponents, parts[5].subcomponents, parts[1]
    assert hours.name == saturday.name == "AVAILABLE"
    assert hours["RRULE"]["BYDAY"] == ["MO", "TU", "WE", "TH", "FR"]
    wall = [
        [f"{one[name].dt:%a %d %H:%M}" for name in ("DTSTART", "DTEND")] for one in (hours, saturday, friday)
    ]
    assert wall == [
        ["Mon 02 09:00", "Mon 02 17:00"],
        ["Sat 14 09:00", "Sat 14 12:00"],
        ["Fri 13 00:00", "Sat 14 00:00"],
    ]
    assert friday.subcomponents == []
    for word in ("Priya", "Noor", "ANNUAL", "Dentist"):
        assert word.lower() not in before.lower()
    assert busy(office, "2026-03-12 09:00", "2026-03-12 17:00") == [
        "BUSY:20260311T233000Z/20260312T003000Z",
        "BUSY:20260312T043000Z/20260312T053000Z",
    ]


def test_us25_why_names_rules_and_calendars_and_nobodys_title(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    given_priyas_hours(office)
    office.run(
        "link", "add", "priya", "--user", caldav_server.user, "--calendar", collection_url, "--role", "busy-source",
        "--password-stdin", stdin=f"{caldav_server.password}\n",
    )  # fmt: skip
    session = office.ask("session", "add", "--start", "2026-03-12 10:00", *NOOR)["session_id"][:8]
    phone.new_event("Dentist", "20260312T150000", "20260312T160000", tz="Australia/Adelaide")
    office.settle()
    hours, single = (one["ref"] for one in office.ask("availability", "list", "priya"))
    (leave,) = (one["ref"] for one in office.ask("leave", "list", "priya"))
    found = office.ask("busy", "priya", "2026-03-12 09:00", "2026-03-14 13:00", "--why")
    outside = ("BUSY-UNAVAILABLE", [f"outside the weekly hours {hours}"])
    open_ = ("FREE", [f"weekly hours {hours}"])
    assert [(one["fbtype"], one["because"]) for one in found] == [
        open_,
        ("BUSY", [f"session {session}, ROSTERED", f"weekly hours {hours}"]),
        open_,
        ("BUSY", ["busy source priya-busy", f"weekly hours {hours}"]),
        open_,
        outside,
        ("BUSY-UNAVAILABLE", [f"leave {leave}"]),
        outside,
        ("FREE", [f"single time {single}"]),
        outside,
    ]
    assert "dentist" not in str(found).lower()
