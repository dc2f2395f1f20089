"""What is inserted in bulk is what the unit of work would have stored."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, text

from adapters.database.bulk import insert_all
from adapters.database.engine import Sessions
from adapters.database.loading import load_session
from model.act import Act
from model.base import Base, Revision
from model.details import Kind, Source, Status
from model.journal import HistoryEntry
from model.moment import Span, zone
from model.people import Worker
from model.session import Session
from tests.unit.database.conftest import NOW

ADELAIDE = zone("Australia/Adelaide")
ACT = Act(actor="sam", now=NOW, new_id=uuid4)


def a_worker(factory: Sessions) -> Worker:
    with factory.begin() as database:
        made = Worker(id=uuid4(), ref="mia", name="Mia", tz=ADELAIDE.key)
        database.add(made)
    return made


def an_event(worker: Worker) -> Session:
    start = datetime(2026, 3, 3, 10, tzinfo=ADELAIDE)
    row = Session(id=uuid4(), kind=Kind.OTHER_EVENT, status=Status.ROSTERED, source=Source.CALENDAR)
    row.clients, row.workers, row.cancellations = [], [], []
    row.span = Span(start=start, end=start + timedelta(hours=1), tz=ADELAIDE)
    row.add_worker(worker, ACT)
    return row


def stored(factory: Sessions, row: Base) -> dict[str, object]:
    """Every column as the database has it, but for what names the row."""
    with factory() as database:
        table = Base.metadata.tables[row.__tablename__]
        found = database.execute(select(table).where(table.c.id == vars(row)["id"])).mappings().one()
    return {name: value for name, value in found.items() if name not in ("id", "session_id", "rev")}


def test_a_session_with_its_assignment_is_the_same_either_way(factory: Sessions) -> None:
    worker = a_worker(factory)
    tracked, bulk = an_event(worker), an_event(worker)
    with factory.begin() as database:
        database.add(tracked)
    with factory.begin() as database:
        insert_all(database, [bulk], now=NOW)
    assert stored(factory, bulk) == stored(factory, tracked)
    assert stored(factory, bulk.workers[0]) == stored(factory, tracked.workers[0])
    with factory() as database:
        again = load_session(database, bulk.id)
        assert again is not None
        assert [assigned.worker_id for assigned in again.workers] == [worker.id]


def test_its_number_is_the_transactions(factory: Sessions) -> None:
    worker = a_worker(factory)
    rows = [an_event(worker), an_event(worker)]
    with factory.begin() as database:
        insert_all(database, rows, now=NOW)
    with factory() as database:
        latest = database.scalars(select(Revision.latest)).one()
        assert set(database.scalars(select(Session.rev))) == {latest}
    assert {row.rev for row in rows} == {latest}


def test_lines_of_the_history_get_their_defaults(factory: Sessions) -> None:
    line = HistoryEntry(id=uuid4(), at=NOW, actor="sam", action="judged")
    other = HistoryEntry(id=uuid4(), at=NOW, actor="sam", action="judged")
    with factory.begin() as database:
        insert_all(database, [line], now=NOW)
        database.add(other)
    assert stored(factory, line) == stored(factory, other)


def test_what_is_rolled_back_was_never_there(factory: Sessions) -> None:
    worker = a_worker(factory)
    with factory() as database:
        insert_all(database, [an_event(worker)], now=NOW)
        database.rollback()
        assert database.execute(text("SELECT count(*) FROM session")).scalar_one() == 0
