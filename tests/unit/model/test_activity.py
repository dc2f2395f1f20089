"""Activities lie inside their session, and go along with it (001-13; E_ACTIVITY_OUTSIDE; invariant of DOMAIN 2)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.activity import (
    ActivityType,
    SessionActivity,
    check_inside,
    check_workers,
    from_text,
    on_the_clock,
    to_text,
)
from model.details import Kind, ShowAs, Status
from model.errors import DomainError
from model.moment import Span, zone
from model.session import Session

TZ = zone("Australia/Adelaide")
TOM = UUID(int=1)
BREAK = SessionActivity(type=ActivityType.BREAK, worker_id=TOM, after=240, minutes=30, paid=False)
activities = st.lists(
    st.builds(
        SessionActivity,
        type=st.sampled_from(ActivityType),
        worker_id=st.sampled_from([TOM, UUID(int=2)]),
        after=st.integers(0, 1440),
        minutes=st.integers(1, 1440),
        paid=st.booleans(),
    ),
    max_size=4,
)


def a_session(*found: SessionActivity, minutes: int = 480) -> Session:
    row = Session(id=UUID(int=9), kind=Kind.CLIENT_SESSION, status=Status.ROSTERED, show_as=ShowAs.BUSY)
    row.clients, row.workers = [], []
    row.activities = found
    start = datetime(2026, 3, 16, 7, tzinfo=TZ)
    row.span = Span(start=start, end=start + timedelta(minutes=minutes), tz=TZ)
    return row


@given(activities)
def test_001_13_what_is_stored_is_read_back_whatever_it_is(found: list[SessionActivity]) -> None:
    stored = to_text(found)
    assert sorted(from_text(stored), key=repr) == sorted(found, key=repr)
    assert to_text(from_text(stored)) == stored


@given(activities, st.integers(1, 1440))
def test_e_activity_outside_what_is_inside_a_session_is_inside_every_longer_one(
    found: list[SessionActivity], length: int
) -> None:
    inside = max((one.after + one.minutes for one in found), default=0) <= length
    if inside:
        check_inside(found, timedelta(minutes=length))
        check_inside(found, timedelta(minutes=length + 1))
    else:
        with pytest.raises(DomainError, match="lie inside") as refused:
            check_inside(found, timedelta(minutes=length))
        assert refused.value.code == "E_ACTIVITY_OUTSIDE"


def test_e_activity_outside_a_session_is_not_shortened_below_its_break() -> None:
    row = a_session(BREAK)
    with pytest.raises(DomainError) as refused:
        row.move(Span(start=row.span.start, end=datetime(2026, 3, 16, 11, 29, tzinfo=TZ), tz=TZ))
    assert refused.value.code == "E_ACTIVITY_OUTSIDE"
    assert row.span.length == timedelta(hours=8)
    row.move(Span(start=row.span.start, end=datetime(2026, 3, 16, 11, 30, tzinfo=TZ), tz=TZ))
    assert row.activities == (BREAK,)


def test_001_13_a_break_goes_along_with_its_session() -> None:
    row = a_session(BREAK)
    row.move(row.span.starting(datetime(2026, 3, 18, 9, tzinfo=TZ)))
    (found,) = row.activities
    begin, end = (moment.astimezone(TZ) for moment in found.span(row.starts_at))
    assert (begin.hour, end - begin) == (13, timedelta(minutes=30))


def test_001_13_who_does_not_take_part_any_more_has_none() -> None:
    row = a_session(BREAK, SessionActivity(**{**vars(BREAK), "worker_id": UUID(int=2)}))
    row.forget_activities(TOM)
    assert [one.worker_id for one in row.activities] == [UUID(int=2)]


@pytest.mark.parametrize(
    ("worker", "minutes", "code"), [(UUID(int=2), 30, "E_WORKER_REQUIRED"), (TOM, 0, "E_END")]
)
def test_001_13_an_activity_is_of_a_worker_of_the_session_and_has_a_length(
    worker: UUID, minutes: int, code: str
) -> None:
    wrong = SessionActivity(**{**vars(BREAK), "worker_id": worker, "minutes": minutes})
    with pytest.raises(DomainError) as refused:
        check_workers([wrong], {TOM})
    assert refused.value.code.startswith(code)


@pytest.mark.parametrize(("day", "hours"), [(4, 9), (5, 8)])  # in the night to 5 April the clock goes back
def test_001_13_a_rosters_sleepover_is_as_long_as_the_night_of_its_date(day: int, hours: int) -> None:
    start = datetime(2026, 4, day, 22, tzinfo=TZ)
    night = Span(start=start, end=datetime(2026, 4, day + 1, 6, tzinfo=TZ), tz=TZ)
    sleepover = SessionActivity(type=ActivityType.SLEEPOVER, worker_id=TOM, after=0, minutes=480, paid=True)
    (found,) = on_the_clock([sleepover], night)
    assert (found.after, found.minutes) == (0, hours * 60)
    check_inside([found], night.length)


@given(activities, st.integers(1, 23 * 60), st.sampled_from([(10, 3), (4, 4), (3, 10)]))
def test_001_13_whatever_a_roster_plans_lies_inside_on_every_date(
    found: list[SessionActivity], minutes: int, date: tuple[int, int]
) -> None:
    planned = [one for one in found if one.lies_within(timedelta(minutes=minutes))]
    start = datetime(2026, date[1], date[0], 22, tzinfo=TZ)
    last = (start + timedelta(minutes=minutes)).replace(fold=1)
    span = Span(start=start, end=last, tz=TZ)
    dated = on_the_clock(planned, span)
    check_inside(dated, span.length)
    check_workers(dated, {TOM, UUID(int=2)})
