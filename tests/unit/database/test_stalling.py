"""E11, E12: whoever lost a link writes nothing more, neither here nor there; a write fits into its lease."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.database.store import SqlStore
from model.journal import HistoryEntry
from model.link import CalendarLink
from sync.errors import LeaseLost
from sync.href import canonical_href
from sync.run import Report
from sync.settings import Settings, SyncSettings
from tests.doubles.remote import InMemoryCalendar
from tests.world import ADELAIDE, World

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)


class Stall:
    """At the n-th step of a run its process stands still, its lease runs out, and another process runs the link."""

    def __init__(self, world: World, at: int) -> None:
        self.world, self.at, self.steps, self.others, self.late = world, at, 0, 0, 0
        self.stalled = False

    def __call__(self, name: str) -> None:
        if self.stalled:
            self.late += name in ("before PUT", "before DELETE")
            return
        self.steps += 1
        if self.steps == self.at:
            self.world.server.watch = lambda _: None
            self.world.clock.advance(seconds=self.world.settings.sync.lease_s + 1)
            report = self.world.sync()
            assert report.ok
            self.others = report.writes
            self.stalled = True
            self.world.server.watch = self


def shown(world: World) -> list[tuple[str, str]]:
    events = [event.master for event in world.phone.events()]
    return sorted((str(one.start), one.summary) for one in events if one is not None)


def test_e12_wherever_a_worker_stalls_nothing_is_written_twice_and_the_end_is_the_same(world):
    world.add_session(MONDAY)
    world.settle()
    ended = 0
    for at in range(1, 40):
        world.add_session(MONDAY + timedelta(days=at))
        world.add_session(MONDAY + timedelta(days=at, hours=3))
        stall = Stall(world, at)
        world.server.watch = stall
        report = world.sync()
        world.server.watch = lambda _: None
        if not stall.stalled:
            ended += 1
            break
        assert isinstance(report.error, LeaseLost)
        # "before PUT": it was sent already when the process stood still; nothing is sent after that
        assert stall.late == 0
        world.settle()
        starts = [start for start, _ in shown(world)]
        assert len(starts) == len(set(starts)) == 1 + 2 * at
    assert ended == 1
    assert at > 5


def test_e12_the_one_who_lost_the_link_changes_no_row(world):
    world.add_session(MONDAY)
    lost = world.runner.store.take_lease(world.link_id, owner="one", run_id=world.new_id(), job="sync")
    world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    held = world.runner.store.take_lease(world.link_id, owner="two", run_id=world.new_id(), job="sync")
    assert held.fence == lost.fence + 1
    for enter in (world.runner.store.work, world.runner.store.ending):
        with pytest.raises(LeaseLost), enter(lost):
            raise AssertionError("it must not come so far")
    with world.runner.store.work(held) as work:
        assert work.link.lease_owner == "two"


def test_e12_a_transaction_that_lost_its_link_meanwhile_leaves_nothing(world):
    """The stale one is inside its transaction when the lease runs out: the row lock keeps the other one out."""
    lease = world.runner.store.take_lease(world.link_id, owner="one", run_id=world.new_id(), job="sync")
    with world.runner.store.work(lease) as work:
        work.link.name = "renamed"
    world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    world.sync()
    with pytest.raises(LeaseLost), world.runner.store.work(lease) as work:
        work.link.name = "again"
    assert world.link().name == "renamed"


class Slow(InMemoryCalendar):
    """Each write takes as long as it may; how much of the lease was left is noted as it begins."""

    world: World
    left: list[float]

    def _ask(self, method: str) -> None:
        super()._ask(method)
        if method == "PUT":
            until = self.world.link().lease_until
            self.left.append((until - self.world.clock.now()).total_seconds())
            self.world.clock.advance(seconds=60)


@pytest.mark.parametrize("lease_s", [75, 90, 300])
def test_e12_a_write_is_sent_only_while_the_lease_outlasts_its_time_limit(database_url, lease_s):
    world = World(database_url, settings=Settings(sync=SyncSettings(lease_s=lease_s)))
    left: list[float] = []

    @contextmanager
    def calendar(_: CalendarLink) -> Iterator[InMemoryCalendar]:
        slow = Slow(world.server)
        slow.world, slow.left = world, left
        yield slow

    world.open_calendar = calendar  # type: ignore[method-assign]
    world.replace_store(SqlStore(world.engine, world.sessions, world.settings, clock=world.clock.now))
    for day in range(8):
        world.add_session(MONDAY + timedelta(days=day))
    report = world.sync()
    assert isinstance(report, Report)
    assert (report.ok, report.writes, len(left)) == (True, 8, 8)
    assert min(left) >= 60
    world.close()


def test_e11_each_href_and_uid_is_mapped_once(world):
    for day in range(3):
        world.add_session(MONDAY + timedelta(days=day))
    world.settle()
    mappings = world.mappings()
    assert len({m.uid for m in mappings}) == len({canonical_href(m.href) for m in mappings}) == 3
    with world.sessions() as database:
        sent = list(database.scalars(select(HistoryEntry.uid).where(HistoryEntry.action == "sent-create")))
    assert sorted(sent) == sorted(m.uid for m in mappings)
