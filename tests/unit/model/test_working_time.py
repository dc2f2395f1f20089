"""Weekly hours, single times and leave: what each says, and which of them wins (000-05, DOMAIN 4)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.availability import (
    AdHocAvailability,
    AvailabilityTemplate,
    Leave,
    LeaveType,
    Window,
    left_over,
    read_windows,
    written_windows,
)
from model.errors import DomainError
from model.moment import Span, zone
from model.working_time import WorkingTime

ADELAIDE = zone("Australia/Adelaide")


def template(text: str, *, first: date = date(2026, 1, 1), last: date | None = None) -> AvailabilityTemplate:
    return AvailabilityTemplate(
        id=uuid4(), ref="t", worker_id=uuid4(), windows_text=text, start_date=first, end_date=last
    )


def span(start: str, end: str, tz: ZoneInfo = ADELAIDE) -> Span:
    begin, finish = (datetime.fromisoformat(text).replace(tzinfo=tz) for text in (start, end))
    return Span(start=begin, end=finish, tz=tz)


def ad_hoc(span: Span) -> AdHocAvailability:
    row = AdHocAvailability(id=uuid4(), ref="a", worker_id=uuid4())
    row.span = span
    return row


def leave(span: Span, *, approved: bool = True) -> Leave:
    row = Leave(id=uuid4(), ref="l", worker_id=uuid4(), type=LeaveType.SICK, approved=approved)
    row.span = span
    return row


def away(known: WorkingTime, start: str, end: str) -> list[str]:
    """The times of a stretch, on the worker's wall clock."""
    wanted = span(start, end, known.tz)
    found = known.away(wanted.starts_at, wanted.ends_at)
    return [f"{a.astimezone(known.tz):%d %H:%M}-{b.astimezone(known.tz):%d %H:%M}" for a, b in found]


def test_a_worker_of_whom_nothing_is_said_is_always_available() -> None:
    assert away(WorkingTime(tz=ADELAIDE), "2026-03-13", "2026-03-20") == []


def test_outside_the_weekly_hours_a_worker_is_away() -> None:
    known = WorkingTime(tz=ADELAIDE, templates=[template("MO-FR 09:00-17:00")])
    assert away(known, "2026-03-12", "2026-03-15") == [
        "12 00:00-12 09:00",
        "12 17:00-13 09:00",
        "13 17:00-15 00:00",
    ]
    assert away(known, "2026-03-12T09:00", "2026-03-12T17:00") == []


def test_a_day_without_a_template_says_nothing() -> None:
    known = WorkingTime(
        tz=ADELAIDE,
        templates=[template("MO-SU 09:00-17:00", first=date(2026, 3, 10), last=date(2026, 3, 10))],
    )
    assert away(known, "2026-03-09", "2026-03-12") == ["10 00:00-10 09:00", "10 17:00-11 00:00"]


def test_a_night_goes_on_into_the_next_day() -> None:
    known = WorkingTime(tz=ADELAIDE, templates=[template("SU 22:00-06:00")])
    assert away(known, "2026-03-08T20:00", "2026-03-09T08:00") == ["08 20:00-08 22:00", "09 06:00-09 08:00"]


def test_two_templates_of_one_day_add_up() -> None:
    known = WorkingTime(tz=ADELAIDE, templates=[template("MO 09:00-12:00"), template("MO 12:00-14:00")])
    assert away(known, "2026-03-09T08:00", "2026-03-09T15:00") == ["09 08:00-09 09:00", "09 14:00-09 15:00"]


def test_a_single_time_opens_what_the_weekly_hours_close_and_leave_closes_both() -> None:
    saturday = ad_hoc(span("2026-03-14T09:00", "2026-03-14T12:00"))
    friday = leave(Span(start=date(2026, 3, 13), end=date(2026, 3, 14), tz=ADELAIDE))
    known = WorkingTime(
        tz=ADELAIDE, templates=[template("MO-FR 09:00-17:00")], ad_hoc=[saturday], leave=[friday]
    )
    assert away(known, "2026-03-12T12:00", "2026-03-14T13:00") == ["12 17:00-14 09:00", "14 12:00-14 13:00"]

    ill = leave(span("2026-03-14T10:00", "2026-03-14T11:00"))
    known = WorkingTime(tz=ADELAIDE, templates=known.templates, ad_hoc=[saturday], leave=[ill])
    assert away(known, "2026-03-14T09:00", "2026-03-14T12:00") == ["14 10:00-14 11:00"]


def test_leave_that_is_not_approved_does_not_count() -> None:
    asked = leave(span("2026-03-14T10:00", "2026-03-14T11:00"), approved=False)
    assert away(WorkingTime(tz=ADELAIDE, leave=[asked]), "2026-03-14", "2026-03-15") == []


def test_hours_are_those_of_the_wall_clock_on_both_sides_of_a_change_of_time() -> None:
    """Adelaide leaves daylight saving on 5 April 2026."""
    known = WorkingTime(tz=ADELAIDE, templates=[template("FR 09:00-17:00, MO 09:00-17:00")])
    for day, offset in ((3, 10.5), (6, 9.5)):
        nine = datetime(2026, 4, day, 9, tzinfo=UTC) - timedelta(hours=offset)
        assert not known.is_away(nine, nine + timedelta(hours=8))
        assert known.is_away(nine - timedelta(minutes=1), nine)
        assert known.is_away(nine + timedelta(hours=8), nine + timedelta(hours=8, minutes=1))


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("MO-WE 09:00-17:00", "MO 09:00-17:00, TU 09:00-17:00, WE 09:00-17:00"),
        ("SA-MO 10:00-12:00", "MO 10:00-12:00, SA 10:00-12:00, SU 10:00-12:00"),
        ("tu 00:00-24:00", "TU 00:00-24:00"),
        ("FR 22:00-06:00, MO 13:00-17:00, MO 09:00-12:00", "MO 09:00-12:00, MO 13:00-17:00, FR 22:00-06:00"),
    ],
)
def test_weekly_hours_are_read_in_order_of_the_week(text: str, windows: str) -> None:
    assert written_windows(read_windows(text)) == windows


@pytest.mark.parametrize(
    "text",
    ["", "MO", "MO 9-17", "MO 09:00", "XX 09:00-17:00", "MO 25:00-26:00", "MO 09:00-17:60", "MO 24:00-24:00"],
)
def test_e_time_what_are_no_weekly_hours_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_windows(text)
    assert refused.value.code == "E_TIME"


_WINDOWS = st.builds(
    lambda day, start, length: Window(weekday=day, start=start, end=start + length),
    st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440),
)  # fmt: skip


@given(st.lists(_WINDOWS, min_size=1, max_size=6, unique=True))
def test_written_hours_read_as_the_same(windows: list[Window]) -> None:
    hours = tuple(sorted(windows))
    assert read_windows(written_windows(hours)) == hours


MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
_TIMES = st.tuples(st.integers(0, 14 * 24), st.integers(1, 48)).map(
    lambda pair: (MONDAY + timedelta(hours=pair[0]), MONDAY + timedelta(hours=pair[0] + pair[1]))
)


def utc(times: tuple[datetime, datetime]) -> Span:
    return Span(start=times[0], end=times[1], tz=ZoneInfo("UTC"))


@given(
    st.lists(_WINDOWS, min_size=1, max_size=4),
    st.lists(_TIMES, max_size=2),
    st.lists(_TIMES, max_size=2),
    st.integers(0, 13),
    st.integers(0, 14 * 1440 - 1),
)
def test_each_minute_is_away_exactly_as_leave_single_times_and_hours_say(
    windows: list[Window], offered: list[tuple[datetime, datetime]], gone: list[tuple[datetime, datetime]],
    days: int, minute: int,
) -> None:  # fmt: skip
    """One minute at a time, by the order of what wins."""
    last = (MONDAY + timedelta(days=days)).date()
    hours = template(written_windows(tuple(windows)), first=MONDAY.date(), last=last)
    known = WorkingTime(
        tz=ZoneInfo("UTC"), templates=[hours], ad_hoc=[ad_hoc(utc(one)) for one in offered],
        leave=[leave(utc(one)) for one in gone],
    )  # fmt: skip
    at = MONDAY + timedelta(minutes=minute)

    def within(times: list[tuple[datetime, datetime]]) -> bool:
        return any(start <= at < end for start, end in times)

    begun = [at.date() - timedelta(days=1), at.date()]
    opened = any(
        hours.covers(day) and window.weekday == day.weekday()
        and window.start <= (at - datetime.combine(day, datetime.min.time(), UTC)) / timedelta(minutes=1) < window.end
        for day in begun for window in windows
    )  # fmt: skip
    expected = within(gone) or (hours.covers(at.date()) and not opened and not within(offered))
    assert known.is_away(at, at + timedelta(minutes=1)) is expected


@given(st.lists(_WINDOWS, min_size=1, max_size=4), st.lists(_TIMES, max_size=3))
def test_what_is_away_is_in_order_and_does_not_touch(
    windows: list[Window], gone: list[tuple[datetime, datetime]]
) -> None:
    known = WorkingTime(
        tz=ZoneInfo("Asia/Kolkata"), templates=[template(written_windows(tuple(windows)))],
        leave=[leave(utc(one)) for one in gone],
    )  # fmt: skip
    found = known.away(MONDAY, MONDAY + timedelta(days=14))
    edges = [edge for interval in found for edge in interval]
    assert edges == sorted(set(edges))
    assert all(MONDAY <= edge <= MONDAY + timedelta(days=14) for edge in edges)


@pytest.mark.parametrize(
    ("last", "start", "end", "left"),
    [
        (None, 10, None, [(1, 9)]),
        (None, 10, 20, [(1, 9), (21, None)]),
        (31, 10, 20, [(1, 9), (21, 31)]),
        (15, 10, 20, [(1, 9)]),
        (5, 10, 20, [(1, 5)]),
        (31, 1, 31, []),
        (None, 1, None, []),
    ],
)
def test_new_hours_for_some_days_leave_the_others_as_they_were(
    last: int | None, start: int, end: int | None, left: list[tuple[int, int | None]]
) -> None:
    old = template("MO 09:00-17:00", first=date(2026, 3, 1), last=date(2026, 3, last) if last else None)
    found = left_over(old, date(2026, 3, start), date(2026, 3, end) if end else None)
    assert [(a.day, b.day if b else None) for a, b in found] == left
