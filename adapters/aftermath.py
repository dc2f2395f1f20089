"""What a run leaves behind: the state of its link, when that is due again, and what became known of its host.

Called in the transaction that ends a run; what a run does is decided elsewhere.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import object_session

from adapters.database.hosts import note_answer, note_trouble
from model.journal import SyncRun
from model.link import RUNNABLE, CalendarLink, LinkState
from sync.due import Cadence, failed_too_often, next_run
from sync.errors import Throttled
from sync.run import Report, ending
from sync.settings import SyncSettings

_PAUSE = timedelta(minutes=1)  # until a run that made room for others goes on


def leave(
    link: CalendarLink,
    row: SyncRun,
    report: Report,
    sync: SyncSettings,
    *,
    now: datetime,
    full: bool,
    soon: bool,
    woken: bool,
) -> None:
    """Leave the link as it should be found; one that was interrupted goes on at once (`soon`), or after others.

    One that was `woken` meanwhile stays due: its run may have read what was there before.
    """
    result = ending(report)
    row.ended_at, row.counts = now, dict(report.counts)
    if report.stopped:
        row.result, link.next_run_at = "stopped", now if soon else now + _PAUSE
        return
    row.result = "ok" if report.ok else result.reason
    _note_host(link, report, sync, now)
    if report.ok:
        link.failures, link.last_ok_at, link.last_error = 0, now, ""
        link.reconciled_at = now if full else link.reconciled_at
    else:
        link.failures += 1
        link.last_error = str(report.error)
    _settle_state(link, result.state, result.reason)
    if not (woken and report.ok):
        link.next_run_at = due_again(link, report, sync, now=now)


def give_up(link: CalendarLink, row: SyncRun, error: Exception, sync: SyncSettings, *, now: datetime) -> None:
    """Hand the link back after something unforeseen; a database in trouble is no fault of the link's."""
    row.ended_at, row.result = now, type(error).__name__
    if isinstance(error, DBAPIError):
        link.next_run_at = now + _PAUSE
        return
    link.failures += 1
    link.last_error = f"Something unexpected happened ({type(error).__name__})."
    link.next_run_at = due_again(link, Report(lines=(), counts={}), sync, now=now)


def learn(link: CalendarLink, corrections: Mapping[str, object], *, now: datetime) -> None:
    """Keep what the server's answers contradicted; the next check measures all of it anew."""
    if not corrections:
        return
    link.profile = {**link.profile, **corrections}
    at = now.isoformat(timespec="seconds")
    link.corrected = {**link.corrected, **{name: [value, at] for name, value in corrections.items()}}


def due_again(link: CalendarLink, report: Report, sync: SyncSettings, *, now: datetime) -> datetime:
    """Sooner than usual where a write of ours did not get through."""
    unsent = report.counts.get("failed", 0) > 0
    every = timedelta(seconds=min(link.pull_s, sync.push_s)) if unsent else link.promise
    cadence = Cadence(every=every, jitter=random.random())  # noqa: S311 - no secret
    wait = report.error.retry_after if isinstance(report.error, Throttled) else None
    return next_run(cadence, now=now, failures=link.failures, wait=wait)


def _note_host(link: CalendarLink, report: Report, sync: SyncSettings, now: datetime) -> None:
    unit = object_session(link)
    if unit is None:
        return
    database = unit.connection()
    if report.error is None:
        note_answer(database, link.host)
    else:
        note_trouble(database, link.host, report.error, failures=sync.breaker_failures, now=now)


def _settle_state(link: CalendarLink, state: LinkState | None, reason: str) -> None:
    """A person may have paused the link meanwhile: then it stays paused."""
    if link.state not in RUNNABLE:
        return
    if state is None and failed_too_often(link.failures):
        state = LinkState.ERROR
    if state is not None:
        link.become(state, "" if state is LinkState.ACTIVE else reason)
