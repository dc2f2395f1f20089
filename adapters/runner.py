"""Run one link from lease to ending: take the right, do the run, leave the link as it should be found.

The steps of a run are `sync.run`'s; here is only what surrounds them: who may run, on which calendar, when
again, and what is written down about it. One runner serves many threads; each run has its own calendar.
"""

import json
import random
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import object_session

from adapters.built import BUILT
from adapters.database.engine import Sessions, reading
from adapters.database.hosts import HostBusy, HostRests, Share, note_answer, note_trouble
from adapters.database.store import SqlStore
from adapters.dav.profile import Profile
from model.journal import SyncRun
from model.link import RUNNABLE, CalendarLink, LinkState
from sync.context import Line, Run, actor_of
from sync.declined import addresses
from sync.due import Cadence, failed_too_often, next_run, reconcile_due
from sync.errors import LeaseLost, LinkError, NotAuthorised, RefusedWhileThrottled, Throttled
from sync.ports import Clock, Codec, RemoteCalendar
from sync.rewind import rewind
from sync.run import Report, ending, run_link
from sync.settings import Settings
from sync.store import Lease, Quiet

_AFTERMATH = timedelta(minutes=10)  # how long after a 429 a 401 is taken for more of it
_PAUSE = timedelta(minutes=1)  # until a run that made room for others goes on
Calendars = Callable[[CalendarLink], AbstractContextManager[RemoteCalendar]]


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
    codec: Codec
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
        listing = full or link.last_ok_at is None or self._listing_due(link)
        corrections: Mapping[str, object] = {}
        run_id = self.new_id()
        lease = self._lease(link_id, run_id, "reconcile" if full else job, background=background)
        if isinstance(lease, Busy):
            return lease
        undisturbed = lease.fence == link.fence + 1  # else somebody was there in between
        quiet = surveyed.quiet if undisturbed else None
        try:
            report, corrections = self._carry_out(
                link, lease, stopping, heard, full=full, listing=listing, background=background, quiet=quiet
            )
        except LinkError as error:  # the calendar could not even be opened
            report = Report(lines=(), counts={}, error=error)
        except Exception as error:
            self._give_up(lease, error)
            raise
        if isinstance(report.error, NotAuthorised) and self._lately_throttled(link_id):
            report = replace(report, error=RefusedWhileThrottled(str(report.error), retry_after=None))
        try:
            if quiet is not None and report.quiet and not corrections:
                self.store.rest(lease, quiet, then=self._next(link, report))
                return report
            with self.store.ending(lease) as (ended, row):
                woken = ended.next_run_at != link.next_run_at
                self._end(ended, row, report, full=full, soon=stopping(), woken=woken)
                self._learn(ended, corrections)
                if report.ok and listing:
                    ended.listed_at = self.clock.now()
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

    def _lease(self, link_id: UUID, run_id: UUID, job: str, *, background: bool) -> Lease | Busy:
        take = partial(self.store.take_lease, share=self._share) if background else self.store.take_lease
        try:
            lease = take(link_id, owner=self.owner, run_id=run_id, job=job)
        except HostBusy:
            return Busy(reason="HOST_BUSY")
        except HostRests:
            return Busy(reason="HOST_RESTS")
        return lease or Busy(reason="LEASED")

    @property
    def _share(self) -> Share:
        sync = self.settings.sync
        return Share(per_host=sync.per_host, failures=sync.breaker_failures)

    def _carry_out(
        self,
        link: CalendarLink,
        lease: Lease,
        stopping: Callable[[], bool],
        heard: Callable[[Line], None],
        *,
        full: bool,
        listing: bool,
        background: bool,
        quiet: Quiet | None,
    ) -> tuple[Report, Mapping[str, object]]:
        until = self.clock.now() + timedelta(seconds=self.settings.sync.run_s)
        most = self.settings.sync.run_mib * 1024 * 1024
        with self.calendars(link) as calendar:
            run = self._run(link, lease.run_id, calendar, full=full)
            run.lease, run.quiet, run.listing = lease, quiet, listing
            run.heard, run.stopping = heard, stopping
            if background:
                run.stopping = lambda: stopping() or self.clock.now() > until or calendar.received > most
            calendar.guard_writes(run.hold)
            calendar.share_host(lambda wanted: self.store.widen(lease, wanted, self._share))
            return run_link(run), calendar.corrections

    def _give_up(self, lease: Lease, error: Exception) -> None:
        """Hand the link back after something unforeseen; a database in trouble is no fault of the link's."""
        with suppress(DBAPIError, LeaseLost), self.store.ending(lease) as (link, row):
            row.ended_at, row.result = self.clock.now(), type(error).__name__
            if not isinstance(error, DBAPIError):
                link.failures += 1
                link.last_error = f"Something unexpected happened ({type(error).__name__})."
            link.next_run_at = self._next(link, Report(lines=(), counts={}))
            if isinstance(error, DBAPIError):
                link.next_run_at = self.clock.now() + _PAUSE

    def plan(self, link_id: UUID) -> Report:
        """What a run would do now; writes nothing anywhere and takes no lease."""
        link = self.store.survey(link_id).link
        with self.calendars(link) as calendar, self.store.preview(link_id) as preview:
            run = self._run(link, self.new_id(), calendar, full=False)
            run.dry, run.preview = True, preview
            return run_link(run)

    def rewind(self, link_id: UUID, run_ids: Collection[UUID], *, actor: str) -> Report | Busy:
        """Undo what some runs did, under a lease. The link rests afterwards: else it would do it all again."""
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
            codec=self.codec,
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

    def _learn(self, link: CalendarLink, corrections: Mapping[str, object]) -> None:
        """Keep what the server's answers contradicted; the next check measures all of it anew."""
        if not corrections:
            return
        link.profile = {**link.profile, **corrections}
        at = self.clock.now().isoformat(timespec="seconds")
        link.corrected = {**link.corrected, **{name: [value, at] for name, value in corrections.items()}}

    def _end(
        self, link: CalendarLink, row: SyncRun, report: Report, *, full: bool, soon: bool, woken: bool
    ) -> None:
        """Leave the link as it should be found; one that was interrupted goes on at once, or after others. One that
        was `woken` meanwhile stays due: its run may have read what was there before.
        """
        now = self.clock.now()
        result = ending(report)
        row.ended_at, row.counts = now, dict(report.counts)
        if report.stopped:
            row.result, link.next_run_at = "stopped", now if soon else now + _PAUSE
            return
        row.result = "ok" if report.ok else result.reason
        self._note_host(link, report)
        if report.ok:
            link.failures, link.last_ok_at, link.last_error = 0, now, ""
            link.reconciled_at = now if full else link.reconciled_at
        else:
            link.failures += 1
            link.last_error = str(report.error)
        self._settle_state(link, result.state, result.reason)
        if not (woken and report.ok):
            link.next_run_at = self._next(link, report)

    def _note_host(self, link: CalendarLink, report: Report) -> None:
        unit = object_session(link)
        if unit is None:
            return
        database = unit.connection()
        if report.error is None:
            note_answer(database, link.host)
        else:
            failures = self.settings.sync.breaker_failures
            note_trouble(database, link.host, report.error, failures=failures, now=self.clock.now())

    def _settle_state(self, link: CalendarLink, state: LinkState | None, reason: str) -> None:
        """A person may have paused the link meanwhile: then it stays paused."""
        if link.state not in RUNNABLE:
            return
        if state is None and failed_too_often(link.failures):
            state = LinkState.ERROR
        if state is not None:
            link.become(state, "" if state is LinkState.ACTIVE else reason)

    def _next(self, link: CalendarLink, report: Report) -> datetime:
        """Sooner than usual where a write of ours did not get through."""
        unsent = report.counts.get("failed", 0) > 0
        every = min(link.pull_s, self.settings.sync.push_s) if unsent else link.pull_s
        cadence = Cadence(every=timedelta(seconds=every), jitter=random.random())  # noqa: S311 - no secret
        wait = report.error.retry_after if isinstance(report.error, Throttled) else None
        return next_run(cadence, now=self.clock.now(), failures=link.failures, wait=wait)
