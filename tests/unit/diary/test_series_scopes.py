"""R10 to R13: what repeats, and how far a change of it reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.database.loading import load_series
from adapters.diary import cancelling, changing, upkeep
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from model.cancellation import CancelledBy
from model.details import Status
from model.errors import DomainError
from model.series import HORIZON, Scope, Series
from model.session import Session
from tests.unit.diary.conftest import Diary

TUESDAYS = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"
SICK = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")


def occurrences(diary: Diary, series_id: object) -> list[Session]:
    with diary.read() as database:
        series = load_series(database, series_id)  # type: ignore[arg-type]
        assert series is not None
        return list(series.occurrences)


def starts(diary: Diary, series_id: object) -> list[str]:
    return [row.local_start[:16] for row in occurrences(diary, series_id)]


def rule(diary: Diary, series_id: object) -> str:
    with diary.read() as database:
        return database.get_one(Series, series_id).rule_text


def nth(diary: Diary, series_id: object, number: int) -> str:
    return str(occurrences(diary, series_id)[number].id)


def test_r10_a_series_keeps_its_wall_time_over_the_end_of_summer_time(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS)

    rows = occurrences(diary, added.series_id)
    assert added.count == len(rows) == 8
    assert rows[4].starts_at == datetime(2026, 3, 30, 23, 30, tzinfo=UTC)
    assert rows[5].starts_at == datetime(2026, 4, 7, 0, 30, tzinfo=UTC)


def test_r10_an_endless_series_is_made_13_months_ahead_and_extended(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY;BYDAY=TU")
    assert occurrences(diary, added.series_id)[-1].starts_at < diary.now + HORIZON + timedelta(days=3)

    assert upkeep.extend(diary.sessions, diary.act) == 0
    diary.now += timedelta(days=70)
    made = upkeep.extend(diary.sessions, diary.act)

    assert made == len(occurrences(diary, added.series_id)) - added.count > 10
    assert upkeep.extend(diary.sessions, diary.act) == 0


def test_r10_staff_may_not_create_yearly_rules(diary: Diary) -> None:
    with pytest.raises(DomainError) as refused:
        diary.add("2026-03-03 10:00", rule="FREQ=YEARLY")
    assert refused.value.code == "E_RRULE"


def test_r10_a_monthly_day_that_a_month_lacks_is_skipped_with_a_warning(diary: Diary) -> None:
    added = diary.add("2026-03-31 10:00", rule="FREQ=MONTHLY;COUNT=3")

    assert added.warnings == ("MONTH_DAY_SKIPPED",)
    assert starts(diary, added.series_id) == ["2026-03-31T10:00", "2026-05-31T10:00", "2026-07-31T10:00"]


def test_a_change_of_a_series_needs_a_scope(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS)

    with pytest.raises(DomainError) as refused:
        changing.move(diary.sessions, diary.act, str(added.session_id), Move(start="2026-03-04 10:00"), None)
    assert refused.value.code == "E_SCOPE_REQUIRED"


def test_r11_this_only_moves_one_and_keeps_its_name(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS)
    third = nth(diary, added.series_id, 2)

    changing.move(diary.sessions, diary.act, third, Move(start="2026-03-18 11:15"), Scope.THIS_ONLY)

    row = occurrences(diary, added.series_id)[2]
    assert (row.local_start, row.local_end) == ("2026-03-18T11:15:00", "2026-03-18T12:15:00")
    assert (row.occurrence_key, row.is_exception) == ("2026-03-17T10:00:00", True)
    assert rule(diary, added.series_id) == "FREQ=WEEKLY;COUNT=8;BYDAY=TU"


def test_r12_following_ends_the_old_series_and_begins_another_with_the_remaining_count(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS)
    fifth = nth(diary, added.series_id, 4)

    done = changing.move(
        diary.sessions, diary.act, fifth, Move(start="2026-04-01 09:00"), Scope.THIS_AND_FOLLOWING
    )

    assert starts(diary, added.series_id)[-1] == "2026-03-24T10:00"
    assert rule(diary, added.series_id) == "FREQ=WEEKLY;UNTIL=20260330T232959Z;BYDAY=TU"
    assert rule(diary, done.series_id) == "FREQ=WEEKLY;COUNT=4;BYDAY=WE"
    assert starts(diary, done.series_id) == [f"2026-04-{day:02}T09:00" for day in (1, 8, 15, 22)]
    assert str(occurrences(diary, done.series_id)[0].id) == fifth


def test_r12_overrides_and_cancelled_ones_move_over_as_they_are(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS)
    sixth, seventh, second = (nth(diary, added.series_id, n) for n in (5, 6, 1))
    changing.move(diary.sessions, diary.act, sixth, Move(start="2026-04-08 15:00"), Scope.THIS_ONLY)
    cancelling.cancel(diary.sessions, diary.act, seventh, SICK, Scope.THIS_ONLY)

    done = changing.move(
        diary.sessions, diary.act, second, Move(start="2026-03-11 09:00"), Scope.THIS_AND_FOLLOWING
    )

    rows = {str(row.id): row for row in occurrences(diary, done.series_id)}
    assert rows[sixth].local_start == "2026-04-08T15:00:00"
    assert rows[sixth].occurrence_key == "2026-04-08T09:00:00"
    assert (rows[seventh].local_start, rows[seventh].status) == ("2026-04-14T10:00:00", Status.CANCELLED)
    assert len(rows) == 7


def test_r13_all_leaves_history_where_it_was(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS)
    last = nth(diary, added.series_id, 7)
    diary.now = datetime(2026, 3, 18, tzinfo=UTC)

    done = changing.move(diary.sessions, diary.act, last, Move(start="2026-04-22 11:00"), Scope.ALL_IN_SERIES)

    assert starts(diary, added.series_id) == ["2026-03-03T10:00", "2026-03-10T10:00", "2026-03-17T10:00"]
    assert starts(diary, done.series_id)[0] == "2026-03-25T11:00"
    assert rule(diary, done.series_id) == "FREQ=WEEKLY;COUNT=5;BYDAY=WE"


def test_r13_all_of_a_series_to_come_moves_in_place_even_onto_its_own_starts(either_diary: Diary) -> None:
    diary = either_diary
    added = diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY;BYDAY=TU")
    before = occurrences(diary, added.series_id)

    for _ in range(2):
        first = occurrences(diary, added.series_id)[0]
        to = (datetime.fromisoformat(first.local_start) + timedelta(days=7)).isoformat(" ")
        done = changing.move(diary.sessions, diary.act, str(first.id), Move(start=to), Scope.ALL_IN_SERIES)
        assert done.series_id == added.series_id

    after = occurrences(diary, added.series_id)
    assert [row.id for row in after] == [row.id for row in before]
    assert after[0].occurrence_key == "2026-03-17T10:00:00"


def test_an_occurrence_beyond_the_horizon_can_still_be_changed(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY;BYDAY=TU")
    first = nth(diary, added.series_id, 0)
    changing.move(diary.sessions, diary.act, first, Move(start="2026-03-24 10:00"), Scope.ALL_IN_SERIES)
    last = occurrences(diary, added.series_id)[-1]

    done = changing.move(diary.sessions, diary.act, str(last.id), Move(minutes=30), Scope.THIS_AND_FOLLOWING)

    assert [row.id for row in occurrences(diary, done.series_id)] == [last.id]


def test_cancelling_the_rest_of_an_endless_series_ends_it(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY;BYDAY=TU")
    third = nth(diary, added.series_id, 2)

    done = cancelling.cancel(diary.sessions, diary.act, third, SICK, Scope.THIS_AND_FOLLOWING)

    states = [row.status for row in occurrences(diary, added.series_id)]
    assert states[:2] == [Status.ROSTERED] * 2
    assert set(states[2:]) == {Status.CANCELLED}
    assert len(states[2:]) == done.count
    diary.now += timedelta(days=100)
    assert upkeep.extend(diary.sessions, diary.act) == 0


def test_deleting_drafts_reaches_as_far_as_it_is_told(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=TUESDAYS, rostered=False)
    third, sixth = (nth(diary, added.series_id, n) for n in (2, 5))

    cancelling.delete(diary.sessions, diary.act, third, Scope.THIS_ONLY)
    cancelling.delete(diary.sessions, diary.act, sixth, Scope.THIS_AND_FOLLOWING)
    assert starts(diary, added.series_id) == [f"2026-03-{day:02}T10:00" for day in (3, 10, 24, 31)]

    first = nth(diary, added.series_id, 0)
    cancelling.delete(diary.sessions, diary.act, first, Scope.ALL_IN_SERIES)
    with diary.read() as database:
        assert database.get(Series, added.series_id) is None


def test_what_is_rostered_cannot_be_deleted(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00")
    with pytest.raises(DomainError) as refused:
        cancelling.delete(diary.sessions, diary.act, str(added.session_id), None)
    assert refused.value.code == "E_LOCKED"
