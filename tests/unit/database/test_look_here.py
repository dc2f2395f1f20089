"""What it costs to look here: the changes, and not the sessions there are (DESIGN, one run, 3; decision 6)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from sqlite3 import Connection as SqliteConnection

import pytest
from sqlalchemy import Connection, event, text

from adapters.due_links import due_links
from tests.multitude import multiply
from tests.world import ADELAIDE, World

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)
FEW, MANY = 20, 4_000


def booked(url: str) -> Iterator[World]:
    made = World(url)
    made.add_session(MONDAY)
    made.settle()
    yield made
    made.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[World]:
    yield from booked(sqlite_url)


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[World]:
    yield from booked(postgresql_url)


class Steps:
    """Counts what SQLite's machine does, step by step."""

    def __init__(self, world: World) -> None:
        self.count = 0
        event.listen(world.engine, "checkout", self._listen)

    def _listen(self, connection: SqliteConnection, *_: object) -> None:
        connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.count += 1
        return 0


def look(world: World) -> int:
    """Everything that looks here: the scheduler, before a run, and in one. How many changes it found."""
    due_links(world.sessions, now=world.clock.now())
    world.runner.store.survey(world.link_id)
    seen = world.link().seen_rev
    with world.runner.store.preview(world.link_id) as work:
        return len(work.changed_units(since=seen, ending_after=world.clock.now()))


def test_it_costs_no_more_among_thousands_of_sessions(sqlite: World) -> None:
    steps, cost = Steps(sqlite), dict[int, int]()
    for count in (FEW, MANY):
        have(sqlite, count)
        sqlite.add_session(MONDAY + timedelta(days=1, hours=count))
        before = steps.count
        assert look(sqlite) == 1
        cost[count] = steps.count - before
        sqlite.settle()
    assert cost[MANY] <= cost[FEW] + 50


def have(world: World, count: int) -> None:
    """So many sessions of the same worker that the link has seen long ago."""
    with world.engine.begin() as database:
        for table, column in (("session_worker", "session_id"), ("session", "id")):
            old = f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM session WHERE rev = 0)"  # noqa: S608
            database.execute(text(old))
        multiply(database, count)


def test_it_grows_with_the_changes_that_there_are(sqlite: World) -> None:
    """The counter counts: what costs nothing at all would pass the test above, too."""
    steps, cost = Steps(sqlite), dict[int, int]()
    for changes in (1, 9):
        for number in range(changes):
            sqlite.add_session(MONDAY + timedelta(days=10 * changes + number))
        before = steps.count
        assert look(sqlite) == changes
        cost[changes] = steps.count - before
        sqlite.settle()
    assert cost[9] > cost[1] + 50


def test_postgresql_takes_the_index_of_change_numbers(postgresql: World) -> None:
    have(postgresql, MANY)
    with postgresql.engine.begin() as database:
        database.execute(text("ANALYZE"))
    postgresql.add_session(MONDAY + timedelta(days=1))
    visited: list[int] = []

    def explain(
        connection: Connection, _cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        if "session.rev >" in statement and not statement.startswith("EXPLAIN"):
            with connection.connection.driver_connection.cursor() as cursor:  # type: ignore[union-attr]
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}", parameters)
                plan = "\n".join(row[0] for row in cursor.fetchall())
            rows = [int(found) for found in re.findall(r"(?:actual rows=|Removed by Filter: )(\d+)", plan)]
            visited.append(sum(rows))

    event.listen(postgresql.engine, "before_cursor_execute", explain)
    assert look(postgresql) == 1
    event.remove(postgresql.engine, "before_cursor_execute", explain)
    assert len(visited) == 3
    assert max(visited) < 50
