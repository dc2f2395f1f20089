"""When a worker is away, nobody books them (`prevent`), or is warned (`allow`); `busy` shows it, and not why."""

from datetime import date

import pytest
from sqlalchemy import func, select

from adapters.database.loading import load_session
from adapters.diary import adding, changing, upkeep
from adapters.diary.adding import New
from adapters.diary.availability import clear_availability, list_availability, offer_time, set_hours
from adapters.diary.busy import busy_time
from adapters.diary.changing import Move
from adapters.diary.importing import ImportFailedError
from adapters.diary.leave import LeaveView, NewLeave, add_leave, approve_leave, list_leave, remove_leave
from model.availability import AvailabilityTemplate, Leave, LeaveType
from model.details import Kind
from model.errors import DomainError
from model.journal import HistoryEntry
from model.series import Scope
from model.session import Session
from sync.settings import RulesSettings, Settings
from tests.unit.diary.conftest import Diary

ALLOW = Settings(rules=RulesSettings(worker_availability="allow"))
NINE_TO_FIVE = "MO-FR 09:00-17:00"


def hours(
    diary: Diary, text: str = NINE_TO_FIVE, *, first: str = "2026-03-01", last: str | None = None
) -> str:
    return set_hours(diary.sessions, diary.act, "priya", text, first=first, last=last).ref


def away(diary: Diary, start: str, end: str | None = None, **other: object) -> LeaveView:
    new = NewLeave(worker="priya", start=start, end=end, **other)  # type: ignore[arg-type]
    return add_leave(diary.sessions, diary.act, new)


def refused(diary: Diary, start: str, **other: object) -> str:
    with pytest.raises(DomainError) as error:
        diary.add(start, **other)
    assert error.value.code == "E_UNAVAILABLE"
    return error.value.message


def allowed(diary: Diary, start: str, **other: object) -> tuple[str, ...]:
    usual = {"minutes": 60, "workers": ["priya"], "clients": ["noor"]}
    new = New(start=start, **(usual | other))  # type: ignore[arg-type]
    return adding.add(diary.sessions, diary.act, new, ALLOW).warnings


def unavailable(diary: Diary, start: str, end: str) -> list[str]:
    found = busy_time(diary.sessions, "priya", start, end)
    return [f"{b.start:%d %H:%M}-{b.end:%d %H:%M} {b.fbtype}" for b in found.blocks]


def test_e_unavailable_outside_the_weekly_hours_nobody_is_booked(either_diary: Diary) -> None:
    diary = either_diary
    hours(diary)
    message = refused(diary, "2026-03-14 09:00")
    assert message == (
        'The worker "priya" is not available at 2026-03-14 09:00; choose another time or worker'
    )
    refused(diary, "2026-03-13 16:30")
    assert diary.add("2026-03-13 16:00").warnings == ()
    with diary.read() as database:
        assert database.scalar(select(func.count()).select_from(Session)) == 1


def test_where_the_practice_allows_it_a_booking_outside_the_hours_is_a_warning(diary: Diary) -> None:
    hours(diary)
    assert allowed(diary, "2026-03-14 09:00") == ("WORKER_UNAVAILABLE",)
    assert allowed(diary, "2026-03-13 09:00") == ()


def test_a_worker_without_hours_is_always_available(diary: Diary) -> None:
    hours(diary)
    diary.add("2026-03-15 03:00", workers=["tom"])


def test_a_single_time_opens_a_saturday(diary: Diary) -> None:
    hours(diary)
    offer_time(diary.sessions, diary.act, "priya", "2026-03-14 09:00", end="12:00", minutes=None)
    diary.add("2026-03-14 09:00")
    refused(diary, "2026-03-14 11:30", clients=["liam"])


def test_e_unavailable_leave_is_stronger_than_hours_and_is_not_explained(diary: Diary) -> None:
    hours(diary)
    away(diary, "2026-03-13", type=LeaveType.SICK)
    message = refused(diary, "2026-03-13 10:00")
    assert "sick" not in message.lower()
    assert "leave" not in message.lower()
    diary.add("2026-03-12 10:00")


def test_leave_counts_once_it_is_approved_and_until_it_is_removed(diary: Diary) -> None:
    ref = away(diary, "2026-03-13 09:00", "12:00", approved=False).ref
    diary.add("2026-03-13 09:00")
    assert approve_leave(diary.sessions, diary.act, ref).approved
    refused(diary, "2026-03-13 11:00", clients=["liam"])
    diary.add("2026-03-13 12:00", clients=["liam"])
    with pytest.raises(DomainError, match="approved already"):
        approve_leave(diary.sessions, diary.act, ref)
    remove_leave(diary.sessions, diary.act, ref)
    diary.add("2026-03-13 11:00", clients=["liam"])
    assert list_leave(diary.sessions, "priya") == []


def test_leave_names_the_sessions_that_lie_in_it(diary: Diary) -> None:
    mine = diary.add("2026-03-13 10:00")
    diary.add("2026-03-13 10:00", workers=["tom"], clients=["liam"])
    diary.add("2026-03-14 10:00")
    diary.add("2026-03-13 15:00", kind=Kind.OTHER_EVENT, clients=[], subject="Dentist")
    assert away(diary, "2026-03-13").sessions == (str(mine.session_id)[:8],)


def test_an_own_event_may_lie_outside_the_hours(diary: Diary) -> None:
    hours(diary)
    assert diary.add("2026-03-14 09:00", kind=Kind.OTHER_EVENT, clients=[], subject="Run").warnings == ()


def test_e_unavailable_one_occurrence_on_leave_refuses_the_series(diary: Diary) -> None:
    away(diary, "2026-03-17")
    refused(diary, "2026-03-03 10:00", rule="FREQ=WEEKLY;COUNT=8")
    diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY;COUNT=2")


@pytest.mark.parametrize("scope", [Scope.THIS_ONLY, Scope.ALL_IN_SERIES])
def test_e_unavailable_nothing_is_moved_onto_leave(diary: Diary, scope: Scope) -> None:
    away(diary, "2026-03-11")
    added = diary.add("2026-03-10 10:00", rule="FREQ=WEEKLY;COUNT=3")
    to, name = Move(start="2026-03-11 10:00"), str(added.session_id)
    with pytest.raises(DomainError) as error:
        changing.move(diary.sessions, diary.act, name, to, scope)
    assert error.value.code == "E_UNAVAILABLE"
    moved = changing.move(diary.sessions, diary.act, name, to, scope, ALLOW)
    assert moved.warnings == ("WORKER_UNAVAILABLE",)


def test_what_is_made_ahead_on_leave_is_written_down(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY")
    away(diary, "2027-04-20", "2027-06-01")
    diary.now = diary.now.replace(month=5)
    assert upkeep.extend(diary.sessions, diary.act) > 3
    with diary.read() as database:
        entry = database.scalars(select(HistoryEntry).where(HistoryEntry.action == "extended")).one()
        assert entry.code == "WORKER_UNAVAILABLE"


def test_busy_shows_leave_and_what_lies_outside_the_hours_as_unavailable(either_diary: Diary) -> None:
    """Friday 13 March, in UTC: Adelaide is ten and a half hours ahead."""
    diary = either_diary
    hours(diary)
    diary.add("2026-03-13 10:00")
    away(diary, "2026-03-13 16:00", "17:00")
    assert unavailable(diary, "2026-03-13", "2026-03-14") == [
        "12 13:30-12 22:30 BUSY-UNAVAILABLE",
        "12 23:30-13 00:30 BUSY",
        "13 05:30-13 13:30 BUSY-UNAVAILABLE",
    ]


def test_a_session_on_leave_still_shows_as_busy(diary: Diary) -> None:
    diary.add("2026-03-13 10:00")
    away(diary, "2026-03-13 10:00", "12:00")
    assert unavailable(diary, "2026-03-13", "2026-03-14") == [
        "12 23:30-13 00:30 BUSY",
        "13 00:30-13 01:30 BUSY-UNAVAILABLE",
    ]


def test_new_hours_take_the_place_of_the_old_ones_for_their_days_only(diary: Diary) -> None:
    hours(diary)
    hours(diary, "MO 10:00-12:00", first="2026-06-01", last="2026-06-30")
    assert [(v.hours[:15], v.start, v.end) for v in list_availability(diary.sessions, "priya")] == [
        ("MO 09:00-17:00,", "2026-03-01", "2026-05-31"),
        ("MO 10:00-12:00", "2026-06-01", "2026-06-30"),
        ("MO 09:00-17:00,", "2026-07-01", None),
    ]
    hours(diary, "TU 10:00-12:00", first="2026-03-01")
    assert [view.hours for view in list_availability(diary.sessions, "priya")] == ["TU 10:00-12:00"]


def test_hours_begin_today_unless_told_otherwise(diary: Diary) -> None:
    """It is Sunday 1 March in Adelaide already, while it is midnight in London."""
    view = set_hours(diary.sessions, diary.act, "priya", NINE_TO_FIVE, first=None, last=None)
    assert (view.start, view.end) == ("2026-03-01", None)


def test_what_is_cleared_is_forgotten(diary: Diary) -> None:
    hours(diary)
    single = offer_time(diary.sessions, diary.act, "priya", "2026-03-14 09:00", end=None, minutes=60)
    assert clear_availability(diary.sessions, diary.act, "priya", single.ref) == 1
    refused(diary, "2026-03-14 09:00")
    assert clear_availability(diary.sessions, diary.act, "priya", None) == 1
    diary.add("2026-03-14 09:00")
    with pytest.raises(DomainError, match="There is no availability"):
        clear_availability(diary.sessions, diary.act, "priya", "nothing")


@pytest.mark.parametrize("first", ["yesterday", "2026-13-01"])
def test_e_time_a_first_day_is_a_day(diary: Diary, first: str) -> None:
    with pytest.raises(DomainError, match="is not a day"):
        hours(diary, first=first)


def test_e_end_before_start_hours_and_leave_do_not_go_backwards(diary: Diary) -> None:
    with pytest.raises(DomainError, match="cannot come before"):
        hours(diary, first="2026-03-02", last="2026-03-01")
    with pytest.raises(DomainError):
        away(diary, "2026-03-13 12:00", "11:00")
    with pytest.raises(DomainError):
        away(diary, "2026-03-13", "2026-03-11")


def test_availability_and_leave_are_imported_by_their_ids(either_diary: Diary) -> None:
    diary = either_diary
    tables = """
        [[availability]]
        id = "p1"
        worker = "priya"
        hours = "mo-fr 09:00-17:00"
        start_date = 2026-03-01
        [[ad_hoc_availability]]
        id = "p2"
        worker = "priya"
        start = "2026-03-14 09:00"
        end = "12:00"
        [[leave]]
        id = "p3"
        worker = "priya"
        start = "2026-03-13"
        end = "2026-03-13"
        type = "ANNUAL"
        """
    diary.bring(tables)
    diary.bring(tables.replace("2026-03-13", "2026-03-12"))

    diary.add("2026-03-13 10:00")
    diary.add("2026-03-14 10:00")
    refused(diary, "2026-03-12 10:00")
    assert [(one.ref, one.start) for one in list_availability(diary.sessions, "priya")] == [
        ("p1", "2026-03-01"),
        ("p2", "2026-03-14T09:00:00+10:30"),
    ]
    (view,) = list_leave(diary.sessions, None)
    assert (view.ref, view.type, view.approved, view.start, view.end) == (
        ("p3", "ANNUAL", True, "2026-03-12", "2026-03-13")
    )


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ('[[availability]]\nid = "a"\nworker = "priya"\nhours = "daily"\nstart_date = 2026-03-01', "weekly hours"),
        ('[[leave]]\nid = "a"\nworker = "priya"\nstart = "soon"\nend = "2026-03-01"', "is not a time"),
        ('[[leave]]\nid = "a"\nworker = "priya"\nstart = "2026-03-02"\nend = "2026-03-01"', "later than the start"),
        ('[[leave]]\nid = "a"\nworker = "nobody"\nstart = "2026-03-01"\nend = "2026-03-02"', "no such worker"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_imported_availability_is_said(diary: Diary, entry: str, wrong: str) -> None:
    with pytest.raises(ImportFailedError, match=wrong):
        diary.bring(entry)
    with diary.read() as database:
        assert database.scalars(select(AvailabilityTemplate.ref)).all() == []
        assert database.scalars(select(Leave.ref)).all() == []


def test_new_zone_data_moves_leave_with_its_wall_time(diary: Diary) -> None:
    away(diary, "2026-03-13 09:00", "12:00")
    with diary.sessions.begin() as database:
        row = database.scalars(select(Leave)).one()
        right, row.starts_at = row.starts_at, row.starts_at.replace(hour=3)
    upkeep.recompute(diary.sessions)
    with diary.read() as database:
        assert database.scalars(select(Leave)).one().starts_at == right


def test_a_booking_that_was_there_before_the_leave_stays(diary: Diary) -> None:
    added = diary.add("2026-03-13 10:00")
    away(diary, "2026-03-13")
    with diary.read() as database:
        row = load_session(database, added.session_id) if added.session_id else None
        assert row is not None
        assert row.status == "ROSTERED"
        assert row.span.start.date() == date(2026, 3, 13)  # type: ignore[union-attr]
