"""Which times an event takes (DOMAIN 4), on the text that calendars hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from sync.errors import Unreadable
from sync.event import Event
from sync.occupied import Window, goes_on, occupied

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = Window(since=NOW - timedelta(days=30), until=NOW + timedelta(days=395), tz=ADELAIDE)
DATA = Path(__file__).parents[2] / "data"


def read(*lines: str) -> Event:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])
    reading = ICalendar().read(text.encode(), tz=ADELAIDE)
    assert reading is not None
    return reading.event


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", "UID:u", *lines, "END:VEVENT"]


def shown(found: Event, *owner: str) -> list[str]:
    return [
        f"{b.start:%m-%d %H:%M}/{b.end:%H:%M}{' ?' if b.fbtype != 'BUSY' else ''}"
        for b in occupied(found, WINDOW, owner=owner)
    ]


@pytest.mark.parametrize(
    ("all_day", "taken"),
    [("by_transp", ["opaque"]), ("always", ["opaque", "transparent"]), ("never", [])],
)
def test_all_day_blocks_says_what_an_all_day_event_takes_and_nothing_of_others(
    all_day: str, taken: list[str]
) -> None:
    window = replace(WINDOW, all_day=all_day)
    days = "DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260311"
    times = "DTSTART:20260310T090000Z", "DTEND:20260310T100000Z"
    kinds = {"opaque": "TRANSP:OPAQUE", "transparent": "TRANSP:TRANSPARENT"}
    assert [k for k, line in kinds.items() if occupied(read(*event(*days, line)), window, owner=())] == taken
    assert [k for k, line in kinds.items() if occupied(read(*event(*times, line)), window, owner=())] == [
        "opaque"
    ]
    assert occupied(read(*event(*days, "STATUS:CANCELLED")), window, owner=()) == []


def test_back_to_back_instances_are_one_stretch() -> None:
    found = read(
        *event(
            "DTSTART:20260310T090000Z", "DTEND:20260310T100000Z", "RRULE:FREQ=DAILY;BYHOUR=9,10,12;COUNT=3"
        )
    )
    assert shown(found) == ["03-10 09:00/11:00", "03-10 12:00/13:00"]


def test_what_is_on_when_the_window_begins_still_counts_and_what_is_over_does_not() -> None:
    begun = WINDOW.since - timedelta(hours=1)
    rule = "RRULE:FREQ=WEEKLY;COUNT=2"
    on = read(*event(f"DTSTART:{begun:%Y%m%dT%H%M%SZ}", "DURATION:PT2H", rule))
    over = read(*event(f"DTSTART:{begun:%Y%m%dT%H%M%SZ}", "DURATION:PT1H", rule))
    assert (len(shown(on)), len(shown(over))) == (2, 1)


def test_an_invitation_to_two_occurrences_blocks_both() -> None:
    """C5: overrides without their series."""
    found = read(
        *event("RECURRENCE-ID:20260310T090000Z", "DTSTART:20260310T090000Z", "DTEND:20260310T093000Z"),
        *event("RECURRENCE-ID:20260317T090000Z", "DTSTART:20260318T090000Z", "DTEND:20260318T093000Z"),
    )
    assert shown(found) == ["03-10 09:00/09:30", "03-18 09:00/09:30"]


def test_one_occurrence_declined_is_free_by_itself() -> None:
    def invited(answer: str) -> str:
        return f"ATTENDEE;PARTSTAT={answer}:mailto:mia@x.example"

    found = read(
        *event("DTSTART:20260310T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", invited("ACCEPTED")),
        *event(
            "RECURRENCE-ID:20260311T090000Z", "DTSTART:20260311T090000Z", "DURATION:PT1H", invited("DECLINED")
        ),
    )
    assert shown(found, "mia@x.example") == ["03-10 09:00/10:00", "03-12 09:00/10:00"]
    assert len(shown(found, "tom@x.example")) == 3


def test_an_answer_that_is_not_there_blocks() -> None:
    found = read(*event("DTSTART:20260310T090000Z", "DURATION:PT1H", "ATTENDEE:mailto:mia@x.example"))
    assert shown(found, "mia@x.example") == ["03-10 09:00/10:00"]


def test_this_and_future_is_followed_and_a_later_one_takes_over() -> None:
    """C10: each as far from its place as its first is."""

    def from_here(name: str, start: str) -> list[str]:
        return event(f"RECURRENCE-ID;RANGE=THISANDFUTURE:{name}", f"DTSTART:{start}", "DURATION:PT30M")

    found = read(
        *event("DTSTART:20260310T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5"),
        *from_here("20260311T090000Z", "20260311T120000Z"),
        *from_here("20260313T090000Z", "20260314T080000Z"),
    )
    assert shown(found) == [
        "03-10 09:00/10:00", "03-11 12:00/12:30", "03-12 12:00/12:30", "03-14 08:00/08:30", "03-15 08:00/08:30"
    ]  # fmt: skip


def test_all_day_is_by_transp_and_where_the_worker_is() -> None:
    birthday = event("DTSTART;VALUE=DATE:20260310", "TRANSP:TRANSPARENT")
    away = event("DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260312")
    assert shown(read(*birthday)) == []
    assert shown(read(*away)) == ["03-09 13:30/13:30"]


def test_outlook_saying_something_else_does_not_free_a_time() -> None:
    """C34: TRANSP decides."""
    found = read(*event("DTSTART:20260310T090000Z", "DURATION:PT1H", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"))
    assert len(shown(found)) == 1


def test_a_rule_of_48_times_a_day_is_known_to_the_end() -> None:
    """More instances than one expansion gives."""
    hours = ",".join(map(str, range(24)))
    rule = f"RRULE:FREQ=DAILY;BYHOUR={hours};BYMINUTE=0,30"
    found = read(*event("DTSTART:20260310T000000Z", "DURATION:PT10M", rule))
    blocks = occupied(found, WINDOW, owner=())
    assert blocks[-1].start == WINDOW.until.replace(hour=11, minute=30)
    assert goes_on(found, WINDOW)


@pytest.mark.parametrize(
    ("rule", "on"),
    [
        ("FREQ=DAILY", True),
        ("FREQ=DAILY;UNTIL=20260401T000000Z", False),
        ("FREQ=DAILY;UNTIL=20290401T000000Z", True),
        ("FREQ=DAILY;COUNT=5", False),
        ("FREQ=DAILY;COUNT=500", True),
    ],
)
def test_what_goes_on_after_the_window(rule: str, on: bool) -> None:
    found = read(*event("DTSTART:20260310T090000Z", "DURATION:PT1H", f"RRULE:{rule}"))
    assert goes_on(found, WINDOW) is on


@pytest.mark.parametrize("path", sorted(DATA.glob("*.ics")), ids=lambda path: path.stem)
def test_no_file_from_the_wild_makes_time_run_backwards(path: Path) -> None:
    try:
        reading = ICalendar().read(path.read_bytes(), tz=ADELAIDE)
    except Unreadable:
        pytest.skip("it is set aside, which other tests are about")
    blocks = occupied(reading.event, WINDOW, owner=()) if reading else []
    assert all(one.start < one.end for one in blocks)
    assert all(one.end <= other.start for one, other in pairwise(blocks))
