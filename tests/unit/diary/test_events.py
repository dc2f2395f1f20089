"""Other Events: listed one occurrence at a time, and changed in three scopes."""

from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update

from adapters.diary import cancelling, changing, upkeep
from adapters.diary.changing import Move
from adapters.diary.listing import Occurrence, list_events
from adapters.diary.views import Changed
from model.attendance import SessionWorker
from model.details import Kind, ShowAs
from model.series import Scope
from model.session import Session
from tests.unit.diary.conftest import Diary


def add(diary: Diary, start: str, **other: object) -> Changed:
    usual = {"kind": Kind.OTHER_EVENT, "workers": ["mia"], "clients": [], "subject": "Dentist"}
    return diary.add(start, **(usual | other))


def listed(diary: Diary, start: str = "2026-03-01", end: str = "2026-04-01") -> list[Occurrence]:
    return list_events(diary.sessions, "mia", start, end)


def test_an_event_is_listed_as_a_calendar_shows_it(diary: Diary) -> None:
    done = add(diary, "2026-03-11 13:00", show_as=ShowAs.FREE)
    assert [asdict(found) for found in listed(diary)] == [
        {
            "id": str(done.session_id),
            "uid": str(done.session_id),
            "recurrence_id": None,
            "start": "2026-03-11T13:00:00-05:00",
            "end": "2026-03-11T14:00:00-05:00",
            "all_day": False,
            "status": "CONFIRMED",
            "transp": "TRANSPARENT",
            "summary": "Dentist",
        }
    ]


def test_004_20_what_an_event_is_about_is_its_owners_and_others_see_busy(diary: Diary) -> None:
    add(diary, "2026-03-11 13:00")
    shown = {
        reader: list_events(diary.sessions, "mia", "2026-03-01", "2026-04-01", reader=reader)[0].summary
        for reader in ("mia", "tom", "priya", "operator")
    }
    assert shown == {"mia": "Dentist", "tom": "Busy", "priya": "Busy", "operator": "Dentist"}


def test_an_occurrence_keeps_its_original_start_as_its_name(diary: Diary) -> None:
    add(diary, "2026-03-02 09:00", rule="FREQ=WEEKLY;COUNT=3")
    second = listed(diary)[1]
    changing.move(diary.sessions, diary.act, second.id, Move(start="2026-03-10 10:00"), Scope.THIS_ONLY)

    found = listed(diary)
    assert [o.start for o in found] == [
        "2026-03-02T09:00:00-06:00",
        "2026-03-10T10:00:00-05:00",
        "2026-03-16T09:00:00-05:00",
    ]
    assert found[1].recurrence_id == "2026-03-09T09:00:00-05:00"
    assert len({o.uid for o in found}) == 1


def test_whole_days_end_after_their_last_day(diary: Diary) -> None:
    add(diary, "2026-03-09", minutes=None, end="2026-03-11")
    (found,) = listed(diary)
    assert (found.start, found.end, found.all_day) == ("2026-03-09", "2026-03-12", True)
    assert listed(diary, "2026-03-11", "2026-03-12") == [found]
    assert listed(diary, "2026-03-12", "2026-03-13") == []


def test_from_one_occurrence_on_a_series_becomes_free(diary: Diary) -> None:
    done = add(diary, "2026-03-02 09:00", rule="FREQ=WEEKLY;COUNT=4")
    third = listed(diary)[2]

    changing.show_as(diary.sessions, diary.act, third.id, ShowAs.FREE, Scope.THIS_AND_FOLLOWING)

    found = listed(diary)
    assert [o.transp for o in found] == ["OPAQUE"] * 2 + ["TRANSPARENT"] * 2
    assert [o.uid == str(done.series_id) for o in found] == [True, True, False, False]


def test_one_occurrence_is_deleted_and_does_not_come_back(diary: Diary) -> None:
    add(diary, "2026-03-02 09:00", rule="FREQ=WEEKLY")
    cancelling.delete(diary.sessions, diary.act, listed(diary)[1].id, Scope.THIS_ONLY)
    diary.now = datetime(2026, 6, 1, tzinfo=UTC)
    upkeep.extend(diary.sessions, diary.act)
    assert [o.start[:10] for o in listed(diary)] == ["2026-03-02", "2026-03-16", "2026-03-23", "2026-03-30"]


def test_a_series_that_was_split_can_be_deleted_though_another_came_from_it(either_diary: Diary) -> None:
    diary = either_diary
    add(diary, "2026-03-02 09:00", rule="FREQ=WEEKLY;COUNT=4")
    rows = listed(diary)
    changing.move(diary.sessions, diary.act, rows[2].id, Move(minutes=30), Scope.THIS_AND_FOLLOWING)

    cancelling.delete(diary.sessions, diary.act, rows[0].id, Scope.ALL_IN_SERIES)

    assert [o.id for o in listed(diary)] == [rows[2].id, rows[3].id]


def test_new_zone_data_moves_the_instants_and_not_the_wall_time(diary: Diary) -> None:
    done = add(diary, "2026-03-11 13:00")
    stale = datetime(2026, 3, 11, 19, tzinfo=UTC)
    with diary.sessions.begin() as database:
        own = SessionWorker.session_id == done.session_id
        times = {"starts_at": stale, "ends_at": stale.replace(hour=20)}
        database.execute(update(Session).where(Session.id == done.session_id).values(**times))
        database.execute(update(SessionWorker).where(own).values(**times))

    assert upkeep.recompute(diary.sessions) == 1
    assert upkeep.recompute(diary.sessions) == 0

    with diary.read() as database:
        assert isinstance(done.session_id, UUID)
        assert database.get_one(Session, done.session_id).starts_at == stale.replace(hour=18)
    assert listed(diary)[0].start == "2026-03-11T13:00:00-05:00"
