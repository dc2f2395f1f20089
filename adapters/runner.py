"""Run one link from lease to ending: take the right, do the run, leave the link as it should be found.

The steps of a run are `sync.run`'s; here is only what surrounds them: who may run, on which calendar, when
again, and what is written down about it. One runner serves many threads; each run has its own calendar.
"""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from adapters.aftermath import due_again, give_up, learn, leave
from adapters.built import BUILT
from adapters.database.engine import Sessions, reading
from adapters.database.hosts import HostBusy, HostRests, Share
from adapters.database.store import SqlStore
from adapters.dav.profile import Profile
from model.journal import SyncRun
from model.link import RUNNABLE, CalendarLink, LinkState
from sync.context import Line, Run, actor_of
from sync.declined import addresses
from sync.due import reconcile_due
from sync.errors import LeaseLost, LinkError, NotAuthorised, RefusedWhileThrottled, Throttled
from sync.ports import Clock, Codec, RemoteCalendar
from sync.run import Report, run_link
from sync.settings import Settings
from sync.store import Lease, Quiet

_AFTERMATH = timedelta(minutes=10)  # how long after a 429 a 401 is taken for more of it
Calendars = Callable[[CalendarLink], AbstractContextManager[RemoteCalendar]]


@dataclass(frozen=True, kw_only=True)
class _Errand:
    """What one run is to do: `full` reconciles, `listing` trusts no token, `background` makes room for others.

    `quiet` is what was known of the link before its lease, if that still holds.
    """

    full: bool
    listing: bool
    quiet: Quiet | None
    background: bool
    stopping: Callable[[], bool]
    heard: Callable[[Line], None]


@dataclass(frozen=True, kw_only=True)
class Busy:
    """The link was not run, because it may not run now or somebody else holds it; `reason` says which."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What every run needs. `calendars` opens the calendar of a link and closes it again."""

    sessions: Sessions
    store: SqlStore
    settings: Settings
    codecs: Callable[[], Codec]
    clock: Clock
    new_id: Callable[[], UUID]
    calendars: Calendars
    owner: str

    def sync(
        self,
        link_id: UUID,
        *,
        job: str = "sync",
        stopping: Callable[[], bool] = lambda: False,
        heard: Callable[[Line], None] = lambda _: None,
        background: bool = False,
        fence: int | None = None,
    ) -> Report | Busy:
        """One run under a lease. The daily reconciliation takes the place of a run when it is due.

        In the `background` it keeps within its host's share, and makes room for other links in time. With a `fence`
        nothing is done where the link was run by anybody since it had that number.
        """
        surveyed = self.store.survey(link_id)
        link = surveyed.link
        if reason := self._hindered(link, fence):
            return Busy(reason=reason)
        full = job == "reconcile" or self._reconcile_due(link)
        lease = self._lease(link_id, "reconcile" if full else job, background=background)
        if isinstance(lease, Busy):
            return lease
        undisturbed = lease.fence == link.fence + 1  # else somebody was there in between
        errand = _Errand(
            full=full,
            listing=full or link.last_ok_at is None or self._listing_due(link),
            quiet=surveyed.quiet if undisturbed else None,
            background=background,
            stopping=stopping,
            heard=heard,
        )
        report, corrections = self._tried(link, lease, errand)
        try:
            self._put_down(link, lease, errand, report, corrections)
        except LeaseLost as error:
            return Report(lines=report.lines, counts=report.counts, error=error)
        return report

    def _hindered(self, link: CalendarLink, fence: int | None) -> str:
        """Why this link is not run now; empty where nothing speaks against it."""
        if self.clock.now() < BUILT:
            return "CLOCK_WRONG"
        if link.state not in RUNNABLE:
            return link.state.value
        return "RUN_MEANWHILE" if fence is not None and link.fence != fence else ""

    def _lease(self, link_id: UUID, job: str, *, background: bool) -> Lease | Busy:
        take = partial(self.store.take_lease, share=self._share) if background else self.store.take_lease
        try:
            lease = take(link_id, owner=self.owner, run_id=self.new_id(), job=job)
        except HostBusy:
            return Busy(reason="HOST_BUSY")
        except HostRests:
            return Busy(reason="HOST_RESTS")
        return lease or Busy(reason="LEASED")

    @property
    def _share(self) -> Share:
        sync = self.settings.sync
        return Share(per_host=sync.per_host, failures=sync.breaker_failures)

    def _tried(
        self, link: CalendarLink, lease: Lease, errand: _Errand
    ) -> tuple[Report, Mapping[str, object]]:
        """What became of it, and what the server's answers contradicted; the link is handed back whatever happens."""
        try:
            report, corrections = self._carry_out(link, lease, errand)
        except LinkError as error:  # the calendar could not even be opened
            report, corrections = Report(lines=(), counts={}, error=error), {}
        except Exception as error:
            with suppress(DBAPIError, LeaseLost), self.store.ending(lease) as (ended, row):
                give_up(ended, row, error, self.settings.sync, now=self.clock.now())
            raise
        if isinstance(report.error, NotAuthorised) and self._lately_throttled(link.id):
            report = replace(report, error=RefusedWhileThrottled(str(report.error), retry_after=None))
        return report, corrections

    def _carry_out(
        self, link: CalendarLink, lease: Lease, errand: _Errand
    ) -> tuple[Report, Mapping[str, object]]:
        until = self.clock.now() + timedelta(seconds=self.settings.sync.run_s)
        most = self.settings.sync.run_mib * 1024 * 1024
        with self.calendars(link) as calendar:
            run = self._run(link, lease.run_id, calendar, full=errand.full)
            run.lease, run.quiet, run.listing = lease, errand.quiet, errand.listing
            run.heard, run.stopping = errand.heard, errand.stopping
            if errand.background:
                run.stopping = lambda: (
                    errand.stopping() or self.clock.now() > until or calendar.received > most
                )
            calendar.guard_writes(run.hold)
            calendar.share_host(lambda wanted: self.store.widen(lease, wanted, self._share))
            return run_link(run), calendar.corrections

    def _put_down(
        self,
        link: CalendarLink,
        lease: Lease,
        errand: _Errand,
        report: Report,
        corrections: Mapping[str, object],
    ) -> None:
        """End the lease and write down what is to be known of the run; of a quiet one as little as can be."""
        sync, now = self.settings.sync, self.clock.now()
        if errand.quiet is not None and report.quiet and not corrections:
            self.store.rest(lease, errand.quiet, then=due_again(link, report, sync, now=now))
            return
        with self.store.ending(lease) as (ended, row):
            woken = ended.next_run_at != link.next_run_at
            learn(ended, corrections, now=now)
            leave(ended, row, report, sync, now=now, full=errand.full, soon=errand.stopping(), woken=woken)
            if report.ok and errand.listing:
                ended.listed_at = now

    def plan(self, link_id: UUID) -> Report:
        """What a run would do now; writes nothing anywhere and takes no lease."""
        link = self.store.survey(link_id).link
        with self.calendars(link) as calendar, self.store.preview(link_id) as preview:
            run = self._run(link, self.new_id(), calendar, full=False)
            run.dry, run.preview = True, preview
            return run_link(run)

    def rewind(self, link_id: UUID, run_ids: Collection[UUID], *, actor: str) -> Report | Busy:
        """Undo what some runs did, under a lease. The link rests afterwards: else it would do it all again."""
        from sync.rewind import rewind

        link = self.store.survey(link_id).link
        run_id = self.new_id()
        lease = self.store.take_lease(link_id, owner=self.owner, run_id=run_id, job="rewind")
        if lease is None:
            return Busy(reason="LEASED")
        try:
            with self.store.work(lease) as work:
                if work.link.state in RUNNABLE:
                    work.link.become(LinkState.PAUSED, actor)
            with self.calendars(link) as calendar:
                run = self._run(link, run_id, calendar, full=False)
                run.lease, run.actor = lease, actor
                run.begin()
                report = rewind(run, run_ids)
        except LinkError as error:  # the calendar could not even be opened
            report = Report(lines=(), counts={}, error=error)
        with self.store.ending(lease) as (_, row):
            row.ended_at, row.counts = self.clock.now(), dict(report.counts)
            row.result = "ok" if report.ok else type(report.error).__name__
        return report

    def rehearse(self, link_id: UUID, run_ids: Collection[UUID]) -> Report:
        """What a rewind would do; it is done, and rolled back."""
        from sync.rewind import rewind

        link = self.store.survey(link_id).link
        with self.calendars(link) as calendar:
            run = self._run(link, self.new_id(), calendar, full=False)
            run.dry = True
            return rewind(run, run_ids)

    def _run(self, link: CalendarLink, run_id: UUID, calendar: RemoteCalendar, *, full: bool) -> Run:
        return Run(
            link_id=link.id,
            run_id=run_id,
            store=self.store,
            calendar=calendar,
            codecs=self.codecs,
            clock=self.clock,
            new_id=self.new_id,
            settings=self.settings,
            tz=ZoneInfo(link.tz),
            actor=actor_of(link),
            only_read=link.only_read,
            mirrors=link.mirrors,
            full=full,
            owner=addresses(link.account.user, link.worker.email),
        )

    def _lately_throttled(self, link_id: UUID) -> bool:
        """Whether a run of this link was asked to wait, so that a 401 may be about that (FAILURES A5)."""
        since = self.clock.now() - _AFTERMATH
        asked = SyncRun.link_id == link_id, SyncRun.result == Throttled.__name__, SyncRun.ended_at > since
        with reading(self.sessions) as database:
            return database.scalar(select(SyncRun.id).where(*asked).limit(1)) is not None

    def _reconcile_due(self, link: CalendarLink) -> bool:
        """Not before the first run: that one lists everything anyway."""
        if link.last_ok_at is None:
            return False
        last = link.reconciled_at or link.created_at
        return reconcile_due(now=self.clock.now(), last=last, at=self.settings.sync.reconcile)

    def _listing_due(self, link: CalendarLink) -> bool:
        """Where tokens may lose changes, everything is listed now and then (MATRIX 5, 6)."""
        every = Profile.from_json(json.dumps(link.profile)).list_every
        return every is not None and (link.listed_at or link.created_at) + every <= self.clock.now()
