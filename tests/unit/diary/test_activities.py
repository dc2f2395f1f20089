"""Activities of sessions, series and rosters, and what must not leave them outside (001-13; E_ACTIVITY_OUTSIDE)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import select

from adapters.database.loading import load_series
from adapters.diary import (
    activities,
    assigning,
    cancelling,
    changing,
    periods,
    publishing,
    repeating,
    rosters,
)
from adapters.diary.activities import read_activities
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.listing import show_session
from adapters.diary.rescheduling import Reschedule, reschedule
from adapters.diary.rosters import Slot
from adapters.diary.upkeep import extend
from adapters.diary.validating import validate
from model.activity import ActivityType
from model.cancellation import CancelledBy
from model.details import Kind, WorkType
from model.errors import DomainError
from model.series import Scope
from model.session import Session
from sync.settings import Settings
from tests.unit.diary.conftest import Diary

BREAK = "BREAK 11:00-11:30"
TOLD = "BREAK tom 11:00-11:30 unpaid"
HOUSE = "West house"


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code


def day(diary: Diary, start: str = "2026-03-16 07:00", **other: object) -> str:
    """Tom with Liam for a day, with a break."""
    usual = {"minutes": 480, "workers": ["tom"], "clients": ["liam"], "activities": [BREAK]}
    return str(diary.add(start, **(usual | other)).session_id)


def told(diary: Diary, session: str) -> tuple[str, ...]:
    return show_session(diary.sessions, session).activities


def move(diary: Diary, session: str, scope: Scope | None = None, **to: object) -> None:
    changing.move(diary.sessions, diary.act, session, Move(**to), scope)  # type: ignore[arg-type]


def change(diary: Diary, session: str, *texts: str, scope: Scope | None = None) -> None:
    activities.change(diary.sessions, diary.act, session, texts, scope)


def rows_of(diary: Diary) -> list[Session]:
    with diary.read() as database:
        return list(database.scalars(select(Session).order_by(Session.starts_at)))


def test_001_13_a_session_has_a_break_and_takes_it_along(either_diary: Diary) -> None:
    session = day(either_diary)
    assert told(either_diary, session) == (TOLD,)
    move(either_diary, session, start="2026-03-17 09:00")
    assert told(either_diary, session) == ("BREAK tom 13:00-13:30 unpaid",)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("break 11:00-11:30 paid", "BREAK tom 11:00-11:30 paid"),
        ("WAKE-UP 07:00-07:15", "WAKE_UP tom 07:00-07:15 paid"),
        ("HIGHER_DUTY tom 14:00-15:00 unpaid", "HIGHER_DUTY tom 14:00-15:00 unpaid"),
        ("OVERTIME 07:00-15:00", "OVERTIME tom 07:00-15:00 paid"),
        ("ALLOWANCE 10:00-10:01", "ALLOWANCE tom 10:00-10:01 paid"),
    ],
)
def test_001_13_each_type_is_paid_but_a_break_unless_it_is_said(diary: Diary, typed: str, shown: str) -> None:
    assert told(diary, day(diary, activities=[typed])) == (shown,)


def test_001_13_a_sleepover_goes_past_midnight_and_over_a_change_of_the_clock(diary: Diary) -> None:
    night = day(
        diary, "2026-04-04 22:00", end="2026-04-05 06:00", minutes=None, activities=["SLEEPOVER 22:00-06:00"]
    )
    assert told(diary, night) == ("SLEEPOVER tom 22:00-06:00 paid",)
    (row,) = rows_of(diary)
    assert [(one.after, one.minutes) for one in row.activities] == [(0, 540)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("BREAK 06:00-06:30", "E_ACTIVITY_OUTSIDE"),
        ("BREAK 14:45-15:15", "E_ACTIVITY_OUTSIDE"),
        ("BREAK 11:00-11:00", "E_END_BEFORE_START"),
        ("BREAK priya 11:00-11:30", "E_WORKER_REQUIRED"),
        ("NAP 11:00-11:30", "E_ACTIVITY"),
        ("BREAK 11:00", "E_ACTIVITY"),
        ("BREAK", "E_ACTIVITY"),
        ("", "E_ACTIVITY"),
    ],
)
def test_e_activity_outside_and_other_typing_stores_nothing(diary: Diary, typed: str, code: str) -> None:
    with refused(code):
        day(diary, activities=[typed])
    assert rows_of(diary) == []


def test_001_13_of_several_workers_it_is_said_whose_it_is(diary: Diary) -> None:
    with refused("E_WORKER_REQUIRED"):
        day(diary, workers=["tom", "lena"])
    both = ["BREAK lena 12:00-12:30", "BREAK tom 11:00-11:30"]
    session = day(diary, workers=["tom", "lena"], activities=both)
    assert told(diary, session) == (TOLD, "BREAK lena 12:00-12:30 unpaid")
    assigning.unassign(diary.sessions, diary.act, session, "tom", None)
    assert told(diary, session) == ("BREAK lena 12:00-12:30 unpaid",)


def test_001_13_who_declined_and_comes_back_begins_without_any(diary: Diary) -> None:
    session = day(diary)
    assigning.answer(diary.sessions, diary.act, session, "tom", assigning.Assignment.DECLINED, None)
    assigning.assign(diary.sessions, diary.act, session, assigning.Assign(worker="tom"), None)
    assert told(diary, session) == ()


def test_e_activity_outside_shortening_a_session_below_its_break_is_refused(diary: Diary) -> None:
    session = day(diary)
    with refused("E_ACTIVITY_OUTSIDE"):
        move(diary, session, minutes=240)
    move(diary, session, minutes=270)
    change(diary, session)
    move(diary, session, minutes=60)
    assert told(diary, session) == ()


def test_e_activity_outside_a_series_is_not_shortened_below_its_break_and_stays_whole(diary: Diary) -> None:
    first = day(diary, rule="FREQ=WEEKLY;COUNT=4")
    before = [(row.local_start, row.local_end, row.series_id) for row in rows_of(diary)]
    for scope in Scope:
        with refused("E_ACTIVITY_OUTSIDE"):
            move(diary, first, scope, minutes=200)
    assert [(row.local_start, row.local_end, row.series_id) for row in rows_of(diary)] == before


def test_e_activity_outside_nor_where_one_occurrence_has_a_break_of_its_own(diary: Diary) -> None:
    """Whoever moves it with all that follow takes its own break along."""
    day(diary, rule="FREQ=WEEKLY;COUNT=4", activities=[])
    second = str(rows_of(diary)[1].id)
    change(diary, second, BREAK, scope=Scope.THIS_ONLY)
    with refused("E_ACTIVITY_OUTSIDE"):
        move(diary, second, Scope.THIS_AND_FOLLOWING, minutes=200)
    assert len({row.series_id for row in rows_of(diary)}) == 1


def test_r12_001_13_the_pattern_of_a_series_has_them_and_a_split_takes_them_along(diary: Diary) -> None:
    day(diary, rule="FREQ=WEEKLY;COUNT=4")
    third = rows_of(diary)[2]
    change(diary, str(third.id), "BREAK 12:00-13:00", scope=Scope.THIS_AND_FOLLOWING)
    told_by_all = [told(diary, str(row.id)) for row in rows_of(diary)]
    assert told_by_all == [(TOLD,)] * 2 + [("BREAK tom 12:00-13:00 unpaid",)] * 2
    with diary.read() as database:
        for series_id in {row.series_id for row in rows_of(diary)}:
            series = load_series(database, series_id)  # type: ignore[arg-type]
            assert series is not None
            assert {row.activity_text for row in series.occurrences} == {series.activity_text}


def test_r11_001_13_of_one_occurrence_alone_they_are_an_exception(diary: Diary) -> None:
    first = day(diary, rule="FREQ=WEEKLY;COUNT=3")
    with refused("E_SCOPE_REQUIRED"):
        change(diary, first)
    change(diary, first, scope=Scope.THIS_ONLY)
    assert [(row.is_exception, bool(row.activity_text)) for row in rows_of(diary)] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_001_13_a_session_that_repeats_gives_its_break_to_each(diary: Diary) -> None:
    session = day(diary)
    repeating.repeat(diary.sessions, diary.act, session, "FREQ=WEEKLY;COUNT=3")
    assert [told(diary, str(row.id)) for row in rows_of(diary)] == [(TOLD,)] * 3


def test_001_13_a_rescheduled_session_keeps_those_of_the_workers_it_keeps(diary: Diary) -> None:
    both = ["BREAK lena 12:00-12:30", BREAK.replace("BREAK", "BREAK tom")]
    session = day(diary, workers=["tom", "lena"], activities=both)
    how = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    with refused("E_ACTIVITY_OUTSIDE"):
        reschedule(diary.sessions, diary.act, session, Reschedule(to=Move(minutes=60)))
    later = Reschedule(to=Move(start="2026-03-17 08:00"), workers=["tom"])
    made = reschedule(diary.sessions, diary.act, session, later)
    assert told(diary, str(made.session_id)) == ("BREAK tom 12:00-12:30 unpaid",)


def test_001_13_what_is_locked_keeps_its_activities(diary: Diary) -> None:
    session = day(diary)
    how = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    with refused("E_LOCKED"):
        change(diary, session)


def test_001_13_an_event_of_ones_own_has_none(diary: Diary) -> None:
    own = {"kind": Kind.OTHER_EVENT, "clients": [], "subject": "Dentist"}
    with refused("E_ACTIVITY"):
        day(diary, **own)
    event = day(diary, activities=[], **own)
    with refused("E_ACTIVITY"):
        change(diary, event, BREAK)


def test_001_13_a_worker_who_cancels_all_that_is_to_come_leaves_none_to_what_is_made_later(
    diary: Diary,
) -> None:
    both = ["BREAK lena 12:00-12:30", "BREAK tom 11:00-11:30"]
    first = day(diary, workers=["tom", "lena"], activities=both, rule="FREQ=WEEKLY")
    how = Cancel(by=CancelledBy.WORKER, worker="tom", reason="worker-sick", advised="2026-02-28 09:00")
    cancelling.cancel(diary.sessions, diary.act, first, how, Scope.THIS_AND_FOLLOWING)
    diary.now = diary.now.replace(month=4)
    assert extend(diary.sessions, diary.act) > 0
    assert told(diary, str(rows_of(diary)[-1].id)) == ("BREAK lena 12:00-12:30 unpaid",)


def test_001_13_what_lasts_whole_days_has_none() -> None:
    assert read_activities([], date(2026, 3, 16), []) == ()
    with refused("E_ACTIVITY_OUTSIDE"):
        read_activities([BREAK], date(2026, 3, 16), [])


# --- rosters --------------------------------------------------------------------------------------------------


@pytest.fixture
def house(diary: Diary) -> Diary:
    rosters.add_base(diary.sessions, diary.act, HOUSE, weeks=1, start=date(2026, 3, 2))
    slot = Slot(start="07:00", minutes=480, workers=["tom"], clients=["liam"], activities=[BREAK])
    rosters.add_slot(diary.sessions, diary.act, HOUSE, slot, week=1, weekday="MO")
    rosters.finalise(diary.sessions, diary.act, HOUSE)
    return diary


def publish(diary: Diary, period: str) -> list[Session]:
    validate(diary.sessions, diary.act, period)
    publishing.publish(diary.sessions, diary.act, period, Settings())
    return rows_of(diary)


def test_001_13_r50_a_break_of_the_base_comes_into_the_period_and_onto_the_live_schedule(
    house: Diary,
) -> None:
    period = periods.create(house.sessions, house.act, HOUSE, date(2026, 3, 16))
    assert [slot.activities for slot in rosters.show_base(house.sessions, HOUSE)] == [(TOLD,)]
    assert [slot.activities for slot in periods.show(house.sessions, period)] == [(TOLD,)]
    (row,) = publish(house, period)
    assert told(house, str(row.id)) == (TOLD,)


def test_001_13_r51_of_a_period_they_are_changed_there_alone(house: Diary) -> None:
    period = periods.create(house.sessions, house.act, HOUSE, date(2026, 3, 16))
    (slot,) = periods.show(house.sessions, period)
    later = periods.Edit(start="09:00", activities=["BREAK 12:00-12:45"])
    periods.change(house.sessions, house.act, period, slot.id, later)
    assert [one.activities for one in periods.show(house.sessions, period)] == [
        ("BREAK tom 12:00-12:45 unpaid",)
    ]
    assert [one.activities for one in rosters.show_base(house.sessions, HOUSE)] == [(TOLD,)]


def test_e_activity_outside_a_planned_session_is_not_shorter_than_its_break_either(house: Diary) -> None:
    period = periods.create(house.sessions, house.act, HOUSE, date(2026, 3, 16))
    (slot,) = periods.show(house.sessions, period)
    with refused("E_ACTIVITY_OUTSIDE"):
        periods.change(house.sessions, house.act, period, slot.id, periods.Edit(minutes=200))
    short = Slot(start="07:00", minutes=60, workers=["tom"], clients=["liam"], activities=[BREAK])
    with refused("E_ACTIVITY_OUTSIDE"):
        periods.add(house.sessions, house.act, period, short, date(2026, 3, 18))


def test_001_13_a_planned_sleepover_lasts_as_long_as_the_night(house: Diary) -> None:
    """In the night to 5 April 2026 Adelaide's clock goes back an hour."""
    period = periods.create(house.sessions, house.act, HOUSE, date(2026, 3, 30))
    night = Slot(
        start="22:00", minutes=480, workers=["tom"], clients=["liam", "eva"], work_type=WorkType.GROUP,
        activities=["SLEEPOVER 22:00-06:00", "BREAK 05:00-05:30"],
    )  # fmt: skip
    periods.add(house.sessions, house.act, period, night, date(2026, 4, 4))
    row = publish(house, period)[-1]
    kinds = {one.type: (one.after, one.minutes) for one in row.activities}
    assert kinds == {ActivityType.SLEEPOVER: (0, 540), ActivityType.BREAK: (480, 30)}
    shown = ("SLEEPOVER tom 22:00-06:00 paid", "BREAK tom 05:00-05:30 unpaid")
    assert told(house, str(row.id)) == shown
