"""Answers of many rows know of what is not written yet, as other queries do; and ids that rows share are ids."""

from uuid import UUID, uuid4

from sqlalchemy import select, type_coerce

from adapters.database.engine import Sessions
from adapters.database.many import many
from model.base import Few
from model.people import Worker

NAMES = select(Worker.name).order_by(Worker.name)


def a_worker(name: str) -> Worker:
    return Worker(id=uuid4(), ref=name, name=name, tz="Australia/Adelaide")


def test_what_was_changed_just_now_is_seen(factory: Sessions) -> None:
    with factory.begin() as database:
        database.add(a_worker("Mia"))
        assert [tuple(row) for row in many(database, NAMES, {})] == [("Mia",)]


def test_where_nothing_is_to_be_written_yet_nothing_is(factory: Sessions) -> None:
    with factory.begin() as database, database.no_autoflush:
        database.add(a_worker("Mia"))
        assert many(database, NAMES, {}) == []


def test_ids_that_rows_share_are_the_same_ids(factory: Sessions) -> None:
    workers = [a_worker("Mia"), a_worker("Tom")]
    ids = [worker.id for worker in workers]
    with factory.begin() as database:
        database.add_all(workers)
        query = select(type_coerce(Worker.id, Few()).label("who")).order_by(Worker.name)
        found: list[UUID] = [who for (who,) in many(database, query, {})]
    assert found == ids
