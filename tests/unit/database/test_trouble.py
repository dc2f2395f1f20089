"""E21: wherever the database fails a run, nothing is half done, and the next one goes on."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from adapters.database import engine
from model.journal import SyncRun
from sync.run import Report
from tests.world import ADELAIDE, World, dentist

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)


class Failing:
    """The n-th statement of a run fails, as its driver would say it; and so does all that follows, if `stays`."""

    def __init__(self, world: World, at: int, *, stays: bool) -> None:
        self.at, self.stays, self.count, self.on = at, stays, 0, False
        event.listen(world.engine, "before_cursor_execute", self._statement)

    def _statement(self, _c, _cursor, statement, _parameters, _context, _many) -> None:
        if not self.on or statement.startswith("PRAGMA"):
            return
        self.count += 1
        if self.count == self.at or (self.stays and self.count > self.at):
            raise OperationalError(statement, None, Exception("database is locked"))


def history(world: World) -> None:
    """Something to create, to replace, and to take in from the phone."""
    world.add_session(MONDAY)
    world.add_session(MONDAY + timedelta(days=1))
    world.settle()
    first = world.all_sessions()[0].id
    with world.session(first) as session:
        session.move(session.span.starting(session.span.start + timedelta(hours=2)))
    world.add_session(MONDAY + timedelta(days=2))
    world.phone.add(dentist("own", MONDAY + timedelta(days=3)))


def both(world: World) -> tuple[list[str], list[str]]:
    there = sorted(str(one.master.start) for one in world.phone.events() if one.master)
    return there, sorted(str(one.span.start) for one in world.all_sessions())


@pytest.mark.parametrize("stays", [False, True], ids=["once", "for the rest of the run"])
def test_e21_wherever_the_database_fails_the_next_run_ends_it(world, stays):
    history(world)
    failing, failed = Failing(world, 0, stays=stays), 0
    for at in range(1, 400, 3):
        failing.at, failing.count, failing.on = at, 0, True
        try:
            report = world.runner.sync(world.link_id)
        except DBAPIError:
            failed += 1
            failing.on = False
            world.clock.advance(seconds=world.settings.sync.lease_s + 1)
        else:
            assert isinstance(report, Report)
            break
        finally:
            failing.on = False
    assert failed > 10
    world.settle()
    there, here = both(world)
    assert len(there) == len(set(there)) == 4
    assert there == here
    assert world.link().failures == 0


def test_e21_a_link_is_handed_back_at_once_and_its_run_is_not_left_running(world):
    history(world)
    failing = Failing(world, 12, stays=False)
    failing.on = True
    with pytest.raises(OperationalError):
        world.runner.sync(world.link_id)
    link = world.link()
    assert (link.lease_until, link.failures, link.state) == (None, 0, "ACTIVE")
    assert link.next_run_at == world.clock.now() + timedelta(minutes=1)
    with world.sessions() as database:
        results = [run.result for run in database.query(SyncRun)]
    assert "running" not in results
    assert "OperationalError" in results


@pytest.mark.parametrize(
    "code", ["53100", "40001", "40P01", "55P03"]
)  # full, serialisation, deadlock, locked
def test_e21_what_postgresql_says_is_survived(postgresql_url, code):
    world = World(postgresql_url)
    history(world)
    with world.engine.begin() as connection:
        connection.execute(text(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"
        ))  # fmt: skip
        connection.execute(
            text("CREATE TRIGGER f BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION fail()")
        )
    with pytest.raises(DBAPIError):
        world.runner.sync(world.link_id)
    with world.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER f ON history"))
    world.settle()
    there, here = both(world)
    assert (len(there), there) == (4, here)
    world.close()


def test_e21_a_lost_connection_is_survived(postgresql_url):
    world = World(postgresql_url)
    history(world)
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    end = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608 - our words
    killer, left = engine.connect(postgresql_url), iter([True])

    def cut(name: str) -> None:
        if name == "before PUT" and next(left, False):
            with killer.begin() as connection:
                connection.execute(end)

    world.server.watch = cut
    try:
        world.runner.sync(world.link_id)
    except DBAPIError:
        world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    world.settle()
    there, here = both(world)
    assert (len(there), there) == (4, here)
    killer.dispose()
    world.close()
