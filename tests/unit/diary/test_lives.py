"""What random lives of sessions have found (tests/property/test_session_life.py), each told as a small story."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.database.loading import load_series, load_session
from adapters.diary import (
    absences,
    assigning,
    attending,
    billing,
    cancelling,
    changing,
    completing,
    placing,
    repeating,
    rescheduling,
)
from adapters.diary.assigning import Assign
from adapters.diary.attending import Clients
from adapters.diary.billing import Wanted
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.completing import Form
from adapters.diary.rescheduling import Reschedule
from model.attendance import Attendance
from model.cancellation import Cancellation, CancelledBy
from model.delivered import ServiceDelivered
from model.details import ShowAs, Status, WorkType
from model.errors import DomainError
from model.people import Worker
from model.series import Scope, Series
from model.service import PlannedService
from model.session import Session
from sync.disclosure import View
from sync.event import Event
from sync.projection import project
from tests.unit.diary.agreeing import a_group, agree, plan
from tests.unit.diary.conftest import Diary

NDIS = """
[[agreement_item]]
id = "noor-support"
agreement = "noor-2026"
service = "support"
rate_cents = 6756
cancellation_agreed = true
"""
ILL = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-01 08:00", client="noor")


@pytest.fixture
def agreed(diary: Diary, tmp_path: Path) -> Diary:
    agree(diary, tmp_path)
    diary.bring(NDIS)
    return diary


def load(diary: Diary, session: object) -> Session:
    with diary.read() as database:
        (found,) = [row for row in database.scalars(select(Session)) if str(row.id).startswith(str(session))]
        loaded = load_session(database, found.id)
        assert loaded is not None
        return loaded


def count(diary: Diary, noun: type[PlannedService | ServiceDelivered]) -> int:
    with diary.read() as database:
        return database.scalar(select(func.count()).select_from(noun)) or 0


def at(diary: Diary, text: str) -> None:
    diary.now = datetime.fromisoformat(text)


def events(diary: Diary) -> Event:
    """What Priya's calendar shows of the only series."""
    with diary.read() as database:
        series = load_series(database, database.scalars(select(Series.id)).one())
        worker = database.scalars(select(Worker.id).where(Worker.ref == "priya")).one()
        assert series is not None
        found = project(series, "uid", View(worker_id=worker, level="reference"))
        assert found is not None
        return found


def test_a_session_with_a_client_cannot_be_added_as_free(diary: Diary) -> None:
    with pytest.raises(DomainError, match="always busy"):
        diary.add("2026-03-10 10:00", show_as=ShowAs.FREE)


@pytest.mark.parametrize("rule", [None, "FREQ=WEEKLY;COUNT=2"])
def test_a_worker_who_is_named_twice_is_refused_and_not_on_it_twice(diary: Diary, rule: str | None) -> None:
    with pytest.raises(DomainError) as caught:
        diary.add("2026-03-10 10:00", workers=["priya", "priya"], rule=rule)
    assert caught.value.code == "E_DUPLICATE_WORKER"


def test_a_service_that_was_for_who_left_a_group_is_not_everybodys(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    plan(agreed, session, "group", clients=["noor"])
    plan(agreed, session, "outing", clients=["liam"])

    attending.change(agreed.sessions, agreed.act, session, Clients(remove=["noor"]), None)

    with agreed.read() as database:
        (left,) = database.scalars(select(PlannedService))
        assert left.primary, "what is left has a primary service"
    bill = billing.make(agreed.sessions, agreed.act, [session], Wanted(), "liam")
    assert bill.total_cents == 18399


def test_a_rescheduled_session_plans_nothing_for_who_does_not_come(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    plan(agreed, session, "group", clients=["noor"])
    cancelling.cancel(agreed.sessions, agreed.act, session, ILL, None)
    sick = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-01 08:00")
    cancelling.cancel(agreed.sessions, agreed.act, session, sick, None)

    made = rescheduling.reschedule(agreed.sessions, agreed.act, session, Reschedule())

    with agreed.read() as database:
        assert (
            database.scalars(select(PlannedService).where(PlannedService.session_id == made.session_id)).all()
            == []
        )


def test_a_workers_own_time_does_not_end_before_it_begins_when_the_session_gets_shorter(diary: Diary) -> None:
    session = str(diary.add("2026-03-10 10:00").session_id)
    how = Assign(worker="priya", start="10:30", end="10:50")
    assigning.assign(diary.sessions, diary.act, session, how, None)

    changing.move(diary.sessions, diary.act, session, Move(minutes=20), None)

    row = load(diary, session)
    (own,) = row.workers
    assert (own.starts_at, own.ends_at) == (row.starts_at, row.ends_at)


def missed(agreed: Diary) -> str:
    """Noor did not come, which is claimed."""
    session = str(agreed.add("2026-03-10 10:00", site="adelaide").session_id)
    plan(agreed, session, "support")
    at(agreed, "2026-03-10T03:00:00+00:00")
    absences.no_show(agreed.sessions, agreed.act, session, "client-ill", None)
    return session


def test_who_is_noted_as_absent_is_not_charged_as_if_they_had_come(agreed: Diary) -> None:
    session = missed(agreed)
    completing.complete(agreed.sessions, agreed.act, session, Form(), apportionment=True)
    assert [one.status for one in load(agreed, session).clients] == [Attendance.NO_SHOW]
    assert count(agreed, ServiceDelivered) == 1


def test_who_is_noted_as_absent_cannot_be_written_down_as_having_come(agreed: Diary) -> None:
    session = missed(agreed)
    with pytest.raises(DomainError) as caught:
        completing.complete(agreed.sessions, agreed.act, session, Form(attended=["noor"]), apportionment=True)
    assert caught.value.code == "E_TRANSITION"


def test_an_absence_on_record_outlives_a_reset_and_is_not_claimed_twice(agreed: Diary) -> None:
    session = missed(agreed)
    completing.complete(agreed.sessions, agreed.act, session, Form(), apportionment=True)
    completing.reset(agreed.sessions, agreed.act, session)
    with pytest.raises(DomainError):
        absences.no_show(agreed.sessions, agreed.act, session, "client-ill", None)
    assert count(agreed, ServiceDelivered) == 1


def test_who_comes_back_is_not_charged_for_having_cancelled(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    plan(agreed, session, "support", clients=["noor"])
    at(agreed, "2026-03-17T00:00:00+00:00")
    late = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-17 08:00", client="noor")
    (charge,) = cancelling.cancel(agreed.sessions, agreed.act, session, late, None).charges
    assert charge.amount_cents == 6756

    attending.change(agreed.sessions, agreed.act, session, Clients(add=["noor"]), None)

    assert count(agreed, ServiceDelivered) == 0
    with agreed.read() as database:
        (record,) = database.scalars(select(Cancellation))
        assert record.amount_cents == 0
        assert "came back" in record.rule_trace


def test_what_is_charged_for_is_not_deleted_where_deleting_is_allowed(agreed: Diary) -> None:
    session = missed(agreed)
    with pytest.raises(DomainError) as caught:
        cancelling.delete(agreed.sessions, agreed.act, session, None, rostered=True, confirmed=True)
    assert caught.value.code == "E_LOCKED"


def test_a_session_that_goes_on_does_not_move_with_its_series(diary: Diary) -> None:
    first = diary.add("2026-03-10 10:00", rule="FREQ=WEEKLY;COUNT=3")
    with diary.sessions.begin() as database:
        second = database.scalars(select(Session).order_by(Session.starts_at)).all()[1]
        second.become(Status.IN_PROGRESS)
    to = Move(start="2026-03-10 11:00")
    changing.move(diary.sessions, diary.act, str(first.session_id), to, Scope.ALL_IN_SERIES)
    assert load(diary, second.id).local_start == "2026-03-17T10:00:00"


def test_a_calendar_counts_who_takes_part_in_one_session_of_a_series(diary: Diary) -> None:
    group = {"work_type": WorkType.GROUP, "clients": ["noor", "liam"]}
    first = diary.add("2026-03-10 10:00", rule="FREQ=WEEKLY;COUNT=3", **group)
    cancelling.cancel(diary.sessions, diary.act, str(first.session_id), ILL, Scope.THIS_ONLY)
    event = events(diary)
    assert event.master is not None
    assert event.master.summary == "Group · 2"
    assert [one.summary for one in event.overrides.values()] == ["Group · 1"]


def test_one_session_of_a_drafted_series_that_is_rostered_is_shown_as_sure(diary: Diary) -> None:
    first = diary.add("2026-03-10 10:00", rule="FREQ=WEEKLY;COUNT=3", rostered=False)
    changing.roster(diary.sessions, diary.act, str(first.session_id), Scope.THIS_ONLY)
    assert [one.status for one in events(diary).overrides.values()] == ["CONFIRMED"]


def test_an_earlier_session_of_a_series_is_shown_where_it_took_place(diary: Diary) -> None:
    first = diary.add("2026-03-10 10:00", rule="FREQ=WEEKLY;COUNT=3", site="adelaide")
    diary.now += timedelta(days=12)
    there = placing.Where(site="chicago")
    placing.place(diary.sessions, diary.act, str(first.session_id), there, Scope.ALL_IN_SERIES)
    event = events(diary)
    assert event.master is not None
    assert event.master.location == "CHI1"
    assert [one.location for one in event.overrides.values()] == ["ADL1"]


def test_a_series_that_moves_to_another_zone_stands_where_it_was_asked_to(diary: Diary) -> None:
    diary.add("2026-03-24 10:00", rule="FREQ=WEEKLY;COUNT=4")
    with diary.read() as database:
        third = database.scalars(select(Session).order_by(Session.starts_at)).all()[2]
    to = Move(start="2026-04-07 11:00", tz="America/Chicago")
    changing.move(diary.sessions, diary.act, str(third.id), to, Scope.ALL_IN_SERIES)
    row = load(diary, third.id)
    assert (row.local_start, row.tz) == ("2026-04-07T11:00:00", "America/Chicago")


def test_a_series_shows_the_own_time_of_a_worker_in_the_session_that_it_was_made_of(diary: Diary) -> None:
    session = str(diary.add("2026-03-10 10:00").session_id)
    how = Assign(worker="priya", start="10:30", end="10:50")
    assigning.assign(diary.sessions, diary.act, session, how, None)
    repeating.repeat(diary.sessions, diary.act, session, "FREQ=WEEKLY;COUNT=3")
    (own,) = events(diary).overrides.values()
    assert str(own.end)[11:16] == "10:50"
