"""What we write of somebody's hours means what we mean by them, to our reader and to others' (RFC 7953; US25)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from adapters.ical.codec import ICalendar
from adapters.ical.lines import Line, Node, parse
from adapters.ical.moments import Times
from adapters.ical.text import line
from adapters.ical.vavailability import vavailability
from adapters.ical.zones import Zones
from model.availability import (
    AdHocAvailability,
    AvailabilityTemplate,
    Leave,
    LeaveType,
    Window,
    written_windows,
)
from model.busy import Busy, Fbtype
from model.moment import Span, zone
from model.painting import Interval, Layer, paint
from model.working_time import WorkingTime
from sync import occupied

ADELAIDE = zone("Australia/Adelaide")
WORKER = UUID(int=7)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def template(text: str, first: date = date(2026, 1, 1), last: date | None = None) -> AvailabilityTemplate:
    return AvailabilityTemplate(
        id=uuid4(), ref="t", worker_id=WORKER, windows_text=text, start_date=first, end_date=last
    )


def single(start: datetime, end: datetime) -> AdHocAvailability:
    row = AdHocAvailability(id=uuid4(), ref="a", worker_id=WORKER)
    row.span = Span(start=start, end=end, tz=ZoneInfo("UTC"))
    return row


def gone(start: datetime, end: datetime, *, approved: bool = True) -> Leave:
    row = Leave(id=uuid4(), ref="l", worker_id=WORKER, type=LeaveType.SICK, approved=approved)
    row.span = Span(start=start, end=end, tz=ZoneInfo("UTC"))
    return row


def written(known: WorkingTime, since: datetime, until: datetime) -> str:
    return vavailability(known, worker=WORKER, now=NOW, since=since, until=until)


# --- two readers ------------------------------------------------------------------------------------------------


def read(text: str, since: datetime, until: datetime) -> list[Busy]:
    """By our own parser, rules and painter."""
    (calendar,) = parse(text.encode()).children("VCALENDAR")
    zones = calendar.children("VTIMEZONE")
    layers = [_layer(node, zones, since, until) for node in calendar.children("VAVAILABILITY")]
    return paint(layers, since, until)


def _layer(node: Node, zones: list[Node], since: datetime, until: datetime) -> Layer:
    lines, times = node.lines(), Times(Zones(zones, ADELAIDE), ADELAIDE, [])

    def at(name: str, otherwise: datetime) -> datetime:
        found = times.moment(lines[name][0]) if name in lines else otherwise
        assert isinstance(found, datetime)
        return found.astimezone(UTC)

    return Layer(
        priority=int(lines["PRIORITY"][0].value),
        start=at("DTSTART", since),
        end=at("DTEND", FAR),
        fbtype=Fbtype(lines["BUSYTYPE"][0].value),
        available=[
            found for part in node.children("AVAILABLE") for found in _instances(part, zones, since, until)
        ],
    )


def _instances(part: Node, zones: list[Node], since: datetime, until: datetime) -> Iterator[Interval]:
    event = Node("VEVENT", [line("BEGIN", "VEVENT"), *part.items[1:-1], line("END", "VEVENT")])
    head = [line("BEGIN", "VCALENDAR"), *zones, event, line("END", "VCALENDAR")]
    reading = ICalendar().read(bytes(Node("VCALENDAR", head)), tz=ADELAIDE)
    assert reading is not None
    assert reading.flags == ()
    window = occupied.Window(since=since - timedelta(days=2), until=until, tz=ADELAIDE)
    for one in occupied.occupied(reading.event, window, owner=()):
        yield one.start, one.end


def read_by_others(text: str, since: datetime, until: datetime) -> list[Busy]:
    """By icalendar and recurring-ical-events; the painter is ours."""
    calendar = icalendar.Calendar.from_ical(text)
    layers = []
    for component in calendar.walk("VAVAILABILITY"):
        events = icalendar.Calendar.from_ical(_as_events(calendar, component))
        found = recurring_ical_events.of(events).between(since - timedelta(days=2), until)
        layers.append(
            Layer(
                priority=int(component["PRIORITY"]),
                start=component["DTSTART"].dt.astimezone(UTC),
                end=component["DTEND"].dt.astimezone(UTC) if "DTEND" in component else FAR,
                fbtype=Fbtype(str(component["BUSYTYPE"])),
                available=[(e.start.astimezone(UTC), e.end.astimezone(UTC)) for e in found],
            )
        )
    return paint(layers, since, until)


def _as_events(calendar: icalendar.Calendar, component: icalendar.Component) -> bytes:
    parts = b"".join(part.to_ical() for part in component.subcomponents)
    zones = b"".join(part.to_ical() for part in calendar.walk("VTIMEZONE"))
    return b"BEGIN:VCALENDAR\r\n" + zones + parts.replace(b":AVAILABLE", b":VEVENT") + b"END:VCALENDAR\r\n"


READERS = pytest.mark.parametrize("reader", [read, read_by_others])


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def shown(blocks: list[Busy], tz: ZoneInfo = ADELAIDE) -> list[str]:
    wall = [(one.start.astimezone(tz), one.end.astimezone(tz)) for one in blocks]
    return [f"{a:%d %H:%M}-{b:%d %H:%M}" for a, b in wall]


# --- examples ---------------------------------------------------------------------------------------------------


@READERS
def test_us25_leave_lies_over_a_single_time_and_that_over_the_hours(reader) -> None:
    known = WorkingTime(
        tz=ADELAIDE,
        templates=[template("MO-FR 09:00-17:00")],
        ad_hoc=[single(utc(2026, 3, 13, 22, 30), utc(2026, 3, 14, 1, 30))],  # Saturday 09:00-12:00
        leave=[gone(utc(2026, 3, 12, 13, 30), utc(2026, 3, 13, 13, 30))],  # Friday
    )
    since, until = utc(2026, 3, 11, 22, 30), utc(2026, 3, 14, 13, 30)
    found = reader(written(known, since, until), since, until)
    assert {one.fbtype for one in found} == {Fbtype.BUSY_UNAVAILABLE}
    assert shown(found) == ["12 17:00-14 09:00", "14 12:00-15 00:00"]


@READERS
def test_a_night_in_which_the_clocks_change_ends_when_the_wall_clock_says_so(reader) -> None:
    """Adelaide leaves daylight saving in the night to 5 April 2026, and enters it in that to 4 October."""
    known = WorkingTime(tz=ADELAIDE, templates=[template("MO-SU 22:00-06:00")])
    for day in (utc(2026, 4, 3, 12), utc(2026, 10, 2, 12)):
        since, until = day, day + timedelta(days=4)
        found = reader(written(known, since, until), since, until)
        assert [(b.start, b.end) for b in found] == known.away(since, until)
        assert {f"{b.end.astimezone(ADELAIDE):%H:%M}" for b in found[:-1]} == {"22:00"}


@READERS
def test_hours_that_change_in_march_hold_from_their_first_day_to_their_last(reader) -> None:
    known = WorkingTime(
        tz=ADELAIDE,
        templates=[
            template("MO-FR 09:00-17:00", date(2026, 3, 2), date(2026, 3, 10)),
            template("TU-TH 13:00-20:00", date(2026, 3, 11), date(2026, 3, 20)),
        ],
    )
    since, until = utc(2026, 2, 20), utc(2026, 4, 1)
    text = written(known, since, until)
    assert text.count("BEGIN:VAVAILABILITY") == 1
    assert [(b.start, b.end) for b in reader(text, since, until)] == known.away(since, until)


def test_of_whom_nothing_is_said_is_available_as_far_as_was_asked() -> None:
    since, until = utc(2026, 3, 9), utc(2026, 3, 16)
    text = written(WorkingTime(tz=ADELAIDE), since, until)
    assert "PRIORITY:0" in text
    assert read(text, since, until) == []


def test_leave_that_is_not_approved_is_not_written_and_its_kind_never_is() -> None:
    since, until = utc(2026, 3, 9), utc(2026, 3, 16)
    asked = gone(utc(2026, 3, 12), utc(2026, 3, 13), approved=False)
    sick = gone(utc(2026, 3, 13), utc(2026, 3, 14))
    text = written(WorkingTime(tz=ADELAIDE, leave=[asked, sick]), since, until)
    assert str(asked.id) not in text
    assert "SICK" not in text.upper()
    assert {own.name for node in parse(text.encode()).children("VCALENDAR") for own in _all_lines(node)} <= {
        *("BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART", "DTEND", "BUSYTYPE", "PRIORITY"),
        *("TZID", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE"),
    }


def _all_lines(node: Node) -> Iterator[Line]:
    for item in node.items:
        yield from [item] if isinstance(item, Line) else _all_lines(item)


def test_every_component_has_what_rfc_7953_demands_and_two_texts_of_the_same_are_equal() -> None:
    known = WorkingTime(tz=ADELAIDE, templates=[template("MO-FR 09:00-12:00, MO-FR 13:00-17:00")])
    since, until = utc(2026, 3, 9), utc(2026, 3, 16)
    text = written(known, since, until)
    (calendar,) = parse(text.encode()).children("VCALENDAR")
    (hours,) = calendar.children("VAVAILABILITY")
    parts = hours.children("AVAILABLE")
    assert len(parts) == 2
    for node in (hours, *parts):
        assert {"UID", "DTSTAMP", "DTSTART"} <= node.lines().keys()
    uids = [node.lines()["UID"][0].value for node in (hours, *parts)]
    assert len(set(uids)) == 3
    assert written(known, since, until) == text


def test_hours_without_an_end_stay_without_one_and_a_far_end_is_none() -> None:
    since, until = utc(2026, 3, 9), utc(2026, 3, 16)
    for last in (None, date(9999, 12, 31)):
        known = WorkingTime(tz=ADELAIDE, templates=[template("MO 09:00-17:00", last=last)])
        text = written(known, since, until)
        assert "UNTIL" not in text
        later = since + timedelta(days=3 * 364)
        assert read(text, later, later + timedelta(days=7)) == [
            Busy(start=a, end=b, fbtype=Fbtype.BUSY_UNAVAILABLE)
            for a, b in known.away(later, later + timedelta(days=7))
        ]


# --- the law ----------------------------------------------------------------------------------------------------

_ZONES = ("Australia/Adelaide", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca")
_MONDAYS = [utc(2026, 3, 2), utc(2026, 3, 30), utc(2026, 9, 28), utc(2026, 10, 26), utc(2026, 6, 1)]
_WINDOWS = st.builds(
    lambda day, start, length: Window(weekday=day, start=start * 15, end=start * 15 + length * 15),
    st.integers(0, 6), st.integers(0, 95), st.integers(1, 96),
)  # fmt: skip
_HOURS = st.lists(_WINDOWS, min_size=1, max_size=4, unique=True).map(
    lambda some: written_windows(tuple(sorted(some)))
)
_SPANS = st.tuples(st.integers(-40, 14 * 24), st.integers(1, 48))
_TEMPLATES = st.tuples(_HOURS, st.integers(-20, 12), st.none() | st.integers(0, 20))


@given(
    st.sampled_from(_ZONES),
    st.sampled_from(_MONDAYS),
    st.lists(_TEMPLATES, max_size=3),
    st.lists(_SPANS, max_size=2),
    st.lists(st.tuples(_SPANS, st.booleans()), max_size=2),
)
def test_what_is_read_back_from_the_text_is_our_own_availability(
    name: str,
    monday: datetime,
    hours: list[tuple[str, int, int | None]],
    offered: list[tuple[int, int]],
    away: list[tuple[tuple[int, int], bool]],
) -> None:
    def day(number: int) -> date:
        return (monday + timedelta(days=number)).date()

    def span(pair: tuple[int, int]) -> tuple[datetime, datetime]:
        start = monday + timedelta(hours=pair[0])
        return start, start + timedelta(hours=pair[1])

    known = WorkingTime(
        tz=zone(name),
        templates=[
            template(text, day(first), None if length is None else day(first + length))
            for text, first, length in hours
        ],
        ad_hoc=[single(*span(one)) for one in offered],
        leave=[gone(*span(one), approved=approved) for one, approved in away],
    )
    until = monday + timedelta(days=14)
    found = read(written(known, monday, until), monday, until)
    assert [(one.start, one.end) for one in found] == known.away(monday, until)
