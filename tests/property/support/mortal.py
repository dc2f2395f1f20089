"""Death at any step: a run that is killed before or after a request or a commit, and never gets to tidy up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.database.store import SqlStore
from adapters.database.work import SqlWork
from model.journal import SyncRun
from model.link import CalendarLink
from sync.store import Lease, Quiet
from tests.world import World

Step = Callable[[str], None]


class Killed(BaseException):
    """The process is gone: no `except`, and nothing that `finally` may still try, has any effect."""


@dataclass
class Fate:
    """Counts the steps of runs, and lets them die at one. Once dead, whatever is tried kills again.

    `only` counts just the steps whose name begins so.
    """

    die_at: int | None = None
    only: str = ""
    steps: int = 0
    dead: bool = False

    def step(self, name: str) -> None:
        if self.dead:
            raise Killed(name)
        if not name.startswith(self.only):
            return
        self.steps += 1
        if self.steps == self.die_at:
            self.dead = True
            raise Killed(name)


class MortalStore(SqlStore):
    """The real store, with a step before and after each transaction and before its commit."""

    step: Step

    @contextmanager
    def work(self, lease: Lease) -> Iterator[SqlWork]:
        self.step("begin")
        with super().work(lease) as work:
            yield work
            self.step("commit")
        self.step("committed")

    @contextmanager
    def ending(self, lease: Lease) -> Iterator[tuple[CalendarLink, SyncRun]]:
        self.step("begin")
        with super().ending(lease) as found:
            yield found
            self.step("commit")
        self.step("committed")

    def rest(self, lease: Lease, quiet: Quiet, *, then: datetime) -> None:
        self.step("begin")
        super().rest(lease, quiet, then=then)
        self.step("committed")

    def take_lease(self, link_id: UUID, *, owner: str, run_id: UUID, job: str) -> Lease | None:
        self.step("begin")
        lease = super().take_lease(link_id, owner=owner, run_id=run_id, job=job)
        self.step("committed")
        return lease


def give_fate(world: World, fate: Fate) -> None:
    """Let the runs of a world die as `fate` says; the phone's own requests are not watched."""
    store = MortalStore(world.engine, world.sessions, world.settings, clock=world.clock.now)
    store.step = fate.step
    world.replace_store(store)
    world.server.watch = fate.step


def dies(world: World, fate: Fate) -> bool:
    """Run under a fate; tell whether it died. Its lease is waited out, as another process would."""
    try:
        give_fate(world, fate)
        world.sync()
    except Killed:
        world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    finally:
        revive(world)
    return fate.dead


def revive(world: World) -> None:
    """The next process knows nothing of the fate of the last one."""
    give_fate(world, Fate())
