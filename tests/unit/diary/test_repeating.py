"""A session that begins to repeat later (000-10)."""

import pytest
from sqlalchemy import select

from adapters.diary.repeating import repeat
from model.details import Status
from model.errors import DomainError
from model.practice import Room
from model.service import PlannedService, Service
from model.session import Session
from tests.unit.diary.conftest import Diary

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"


def test_000_10_a_session_becomes_the_first_of_a_series(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00")
    done = repeat(diary.sessions, diary.act, str(added.session_id), WEEKLY)
    assert (done.session_id, done.count) == (added.session_id, 4)
    with diary.read() as database:
        rows = database.scalars(select(Session).order_by(Session.starts_at)).all()
        assert [row.local_start for row in rows] == [
            "2026-03-03T10:00:00", "2026-03-10T10:00:00", "2026-03-17T10:00:00", "2026-03-24T10:00:00",
        ]  # fmt: skip
        assert rows[0].id == added.session_id
        assert {row.status for row in rows} == {Status.ROSTERED}


def test_000_10_planned_services_go_along_and_ad_hoc_ones_stay(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00")
    with diary.sessions.begin() as database:
        service = database.scalars(select(Service)).first()
        assert service is not None
        for ad_hoc in (False, True):
            database.add(
                PlannedService(
                    id=diary.act.new_id(), session_id=added.session_id, service_id=service.id, rate_cents=1,
                    ad_hoc=ad_hoc, clients=[],
                )
            )  # fmt: skip
    done = repeat(diary.sessions, diary.act, str(added.session_id), WEEKLY)
    with diary.read() as database:
        where = {
            one.ad_hoc: (one.session_id, one.series_id) for one in database.scalars(select(PlannedService))
        }
    assert where == {False: (None, done.series_id), True: (added.session_id, None)}


@pytest.mark.parametrize(
    ("rule", "code"), [("FREQ=SECONDLY", "E_RRULE"), ("FREQ=YEARLY", "E_RRULE"), ("nonsense", "E_RRULE")]
)
def test_e_rrule_what_staff_may_not_create_is_refused(diary: Diary, rule: str, code: str) -> None:
    added = diary.add("2026-03-03 10:00")
    with pytest.raises(DomainError) as caught:
        repeat(diary.sessions, diary.act, str(added.session_id), rule)
    assert caught.value.code == code


def test_what_repeats_already_is_refused(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=WEEKLY)
    with pytest.raises(DomainError) as caught:
        repeat(diary.sessions, diary.act, str(added.session_id), WEEKLY)
    assert caught.value.code == "E_TRANSITION"


def test_a_room_that_is_taken_later_refuses_all_of_it(diary: Diary) -> None:
    diary.add("2026-03-17 10:30", workers=["tom"], clients=["liam"], room="room-1")
    added = diary.add("2026-03-03 10:00", room="room-1")
    with pytest.raises(DomainError) as caught:
        repeat(diary.sessions, diary.act, str(added.session_id), WEEKLY)
    assert caught.value.code == "E_ROOM_CONFLICT"
    with diary.read() as database:
        assert len(database.scalars(select(Session)).all()) == 2
        assert database.scalars(select(Room.capacity).where(Room.ref == "room-1")).one() == 1
