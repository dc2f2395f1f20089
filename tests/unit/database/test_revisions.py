"""Changes are numbered in the order of their commits, once per transaction, and only where a link looks."""

from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_series, load_session
from adapters.database.transactions import take
from model.act import Act
from model.base import Revision
from model.details import Kind, Status
from model.journal import HistoryEntry
from model.moment import Span, zone
from model.people import Worker
from model.recurrence import Rule
from model.series import Pattern, Series, SeriesWorker
from model.session import Session
from tests.unit.database.conftest import NOW

ADELAIDE = zone("Australia/Adelaide")
ACT = Act(actor="sam", now=NOW, new_id=uuid4)


def span(day: int) -> Span:
    start = datetime(2026, 3, day, 10, tzinfo=ADELAIDE)
    return Span(start=start, end=start + timedelta(hours=1), tz=ADELAIDE)


def an_event(factory: Sessions, day: int = 3) -> UUID:
    with factory.begin() as database:
        worker = Worker(id=uuid4(), ref=str(uuid4()), name="Mia", tz="Australia/Adelaide")
        row = Session(id=uuid4(), kind=Kind.OTHER_EVENT, status=Status.ROSTERED)
        row.clients, row.workers, row.cancellations = [], [], []
        row.span = span(day)
        row.add_worker(worker, ACT)
        database.add_all([worker, row])
    return row.id


def a_series(factory: Sessions) -> UUID:
    with factory.begin() as database:
        worker = Worker(id=uuid4(), ref=str(uuid4()), name="Mia", tz="Australia/Adelaide")
        series = Series(id=uuid4(), kind=Kind.OTHER_EVENT, status=Status.ROSTERED, exdate_text="")
        series.pattern = Pattern(span=span(3), rule=Rule.parse("FREQ=DAILY;COUNT=4", span(3).start))
        series.occurrences, series.clients = [], []
        series.workers = [SeriesWorker(worker_id=worker.id, worker=worker)]
        series.materialise(NOW + timedelta(days=90), ACT)
        database.add_all([worker, series])
    return series.id


def latest(factory: Sessions) -> int:
    with reading(factory) as database:
        return database.scalars(select(Revision.latest)).one()


def revs(factory: Sessions, series_id: UUID) -> tuple[int, list[int]]:
    with reading(factory) as database:
        series = load_series(database, series_id)
        assert series is not None
        return series.rev, [row.rev for row in series.occurrences]


def test_a_transaction_takes_one_number_for_everything_in_it(factory: Sessions) -> None:
    series_id = a_series(factory)
    assert revs(factory, series_id) == (1, [1, 1, 1, 1])
    assert latest(factory) == 1


def test_a_change_of_an_occurrence_is_a_change_of_its_series(factory: Sessions) -> None:
    series_id = a_series(factory)
    with factory.begin() as database:
        series = load_series(database, series_id)
        assert series is not None
        series.occurrences[1].move(span(20))
    assert revs(factory, series_id) == (2, [1, 1, 1, 2])


def test_a_change_of_an_assignment_reaches_a_series_that_is_not_loaded(factory: Sessions) -> None:
    series_id = a_series(factory)
    with factory.begin() as database:
        row = database.scalars(select(Session.id).order_by(Session.starts_at)).first()
        assert row is not None
        occurrence = load_session(database, row)
        assert occurrence is not None
        occurrence.workers[0].dismissed = True
    assert revs(factory, series_id) == (2, [2, 1, 1, 1])


def test_an_occurrence_that_is_taken_out_is_a_change_of_its_series(factory: Sessions) -> None:
    series_id = a_series(factory)
    with factory.begin() as database:
        series = load_series(database, series_id)
        assert series is not None
        series.exclude(series.occurrences[0].occurrence_key or "")
    assert revs(factory, series_id) == (2, [1, 1, 1])


def test_other_tables_take_no_number(factory: Sessions) -> None:
    an_event(factory)
    with factory.begin() as database:
        database.scalars(select(Worker)).one().name = "Mia Chen"
        database.add(HistoryEntry(id=uuid4(), at=NOW, actor="sam", action="tested"))
    assert latest(factory) == 1


def test_making_a_series_further_ahead_is_no_change_by_itself(factory: Sessions) -> None:
    series_id = a_series(factory)
    with factory.begin() as database:
        series = load_series(database, series_id)
        assert series is not None
        series.materialise(NOW + timedelta(days=200), ACT)
    assert latest(factory) == 1


def test_a_number_is_given_back_when_its_transaction_fails(factory: Sessions) -> None:
    an_event(factory)
    with factory() as database:
        assert take(database) == 2
        database.add(Worker(id=uuid4(), tz="UTC"))
        with pytest.raises(IntegrityError):
            database.commit()
    assert latest(factory) == 1


def test_a_number_of_a_savepoint_that_was_rolled_back_is_taken_again(factory: Sessions) -> None:
    session_id = an_event(factory)
    with factory.begin() as database:
        savepoint = database.begin_nested()
        take(database)
        savepoint.rollback()
        row = load_session(database, session_id)
        assert row is not None
        row.move(span(5))
    with reading(factory) as database:
        assert database.get_one(Session, session_id).rev == latest(factory) == 2


def test_one_number_serves_before_and_after_a_savepoint(factory: Sessions) -> None:
    with factory.begin() as database:
        first = take(database)
        with database.begin_nested():
            assert take(database) == first
        assert take(database) == first


def test_who_commits_later_has_the_higher_number(factory: Sessions) -> None:
    """The second writer waits for the first; a link that saw its number has missed nothing below it."""
    numbers: list[int] = []
    holds, numbered = Event(), Event()

    def second() -> None:
        holds.wait(10)
        with factory.begin() as database:
            numbers.append(take(database))
            numbered.set()

    other = Thread(target=second)
    other.start()
    with factory.begin() as database:
        numbers.append(take(database))
        holds.set()
        assert not numbered.wait(0.3)
    other.join(10)
    assert numbers == [1, 2]


def test_rows_are_stamped_with_the_clock_that_was_given(factory: Sessions) -> None:
    session_id = an_event(factory)
    with reading(factory) as database:
        row = database.get_one(Session, session_id)
        assert (row.created_at, row.updated_at) == (NOW, NOW)
