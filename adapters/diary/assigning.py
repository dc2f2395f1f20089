"""Assign workers to sessions and take them off; let them accept or decline (000-09, 001-16, R30).

The event leaves the calendar of whoever is taken off, and comes into that of whoever is put on, with the next push.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary import accepting
from adapters.diary.conflicts import overlaps
from adapters.diary.lookup import by_ref
from adapters.diary.presence import check_availability
from adapters.diary.scopes import find_target, note, reached
from adapters.diary.shifts import check_shifts
from adapters.diary.staffing import check_eligibility
from adapters.diary.times import read_instant
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from model import participants
from model.act import Act
from model.attendance import Assignment
from model.errors import DomainError
from model.link import RUNNABLE, CalendarLink
from model.moment import in_zone, zone
from model.people import Worker
from model.series import Scope, SeriesWorker
from model.session import Session
from sync.settings import DEFAULTS, Settings


@dataclass(frozen=True, kw_only=True)
class Assign:
    """Who is put on a session; with own times, as typed, only for a part of it ("10:30", or a full time)."""

    worker: str
    start: str | None = None
    end: str | None = None

    @property
    def has_times(self) -> bool:
        return self.start is not None or self.end is not None


def assign(
    sessions: Sessions,
    act: Act,
    session: str,
    how: Assign,
    scope: Scope | None,
    settings: Settings = DEFAULTS,
) -> Changed:
    """Put a worker on a session, the rest of its series, or all that is to come."""
    with writing(sessions) as database:
        return assign_within(database, act, session, how, scope, settings)


def assign_within(
    database: Database, act: Act, session: str, how: Assign, scope: Scope | None, settings: Settings
) -> Changed:
    """The same, inside a transaction that does more."""
    target = find_target(database, session, scope)
    worker = by_ref(database, Worker, how.worker)
    if how.has_times and target.scope is not Scope.THIS_ONLY:
        raise DomainError("E_TIME", "Own times are for one session at a time: say --scope this")
    series, rows = reached(database, target, act)
    rows = _put_on(rows, worker, act, own_times(target.session, how) if how.has_times else None)
    if series is not None and worker.id not in {one.worker_id for one in series.workers}:
        series.workers.append(SeriesWorker(worker_id=worker.id, worker=worker))
    check_eligibility(database, rows, {worker.id})
    database.flush()
    check_shifts(database, rows)
    warnings = overlaps(database, rows) + check_availability(database, rows, settings.rules, {worker.id})
    note(database, act, "assigned", target, code=" ".join(warnings), worker=worker.ref)
    return target.changed(len(rows), series=series, warnings=warnings)


def unassign(sessions: Sessions, act: Act, session: str, worker: str, scope: Scope | None) -> Changed:
    """Take a worker off a session, the rest of its series, or all that is to come; no record is kept in it."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        gone = by_ref(database, Worker, worker)
        series, rows = reached(database, target, act)
        rows = [row for row in rows if len(rows) == 1 or participants.assignment_of(row, gone.id)]
        if not rows:
            raise DomainError("E_WORKER_REQUIRED", "That worker is not assigned to these sessions")
        for row in rows:
            participants.unassign(row, gone.id)
        if series is not None:
            series.workers[:] = [one for one in series.workers if one.worker_id != gone.id]
            series.forget_activities(gone.id)
        check_shifts(database, rows)
        wake(database, act, [gone.id])
        warnings = accepting.unassigned(rows)
        note(database, act, "unassigned", target, code=" ".join(warnings), worker=gone.ref)
        return target.changed(len(rows), series=series, warnings=warnings)


def answer(
    sessions: Sessions,
    act: Act,
    session: str,
    worker: str,
    status: Assignment,
    scope: Scope | None,
    settings: Settings = DEFAULTS,
) -> Changed:
    """A worker accepts a session, or declines it; of a series, what the scope reaches and they have not answered."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        who = by_ref(database, Worker, worker)
        rows = [row for row in target.rows if len(target.rows) == 1 or _asks(row, who.id)]
        if not rows:
            raise DomainError(
                "E_TRANSITION",
                "None of these sessions waits for an answer of that worker; assign or unassign them instead",
            )
        for row in rows:
            accepting.check_answer(row, who.id, act, settings.rules)
            participants.answer(row, who.id, status)
        warnings = accepting.unassigned(rows)
        note(database, act, "answered", target, code=" ".join(warnings), worker=who.ref, answer=status)
        return target.changed(len(rows), warnings=warnings)


def wake(database: Database, act: Act, workers: Sequence[UUID]) -> None:
    """Have the calendars of workers who do not take part any more looked at soon: no change of theirs will."""
    theirs = CalendarLink.worker_id.in_(workers), CalendarLink.state.in_(RUNNABLE), CalendarLink.failures == 0
    later = CalendarLink.next_run_at > act.now
    database.execute(update(CalendarLink).where(*theirs, later).values(next_run_at=act.now))


def _put_on(
    rows: Sequence[Session], worker: Worker, act: Act, times: tuple[datetime, datetime] | None
) -> list[Session]:
    """Assign the worker to those that do not have them yet; of a single session they are told that it has."""
    wanted = [row for row in rows if len(rows) == 1 or participants.assignment_of(row, worker.id) is None]
    if not wanted:
        raise DomainError(
            "E_DUPLICATE_WORKER", f'The worker "{worker.ref}" takes part in all of these already'
        )
    for row in wanted:
        participants.assign(row, worker, act, times=times)
    return wanted


def _asks(row: Session, worker_id: UUID) -> bool:
    there = participants.assignment_of(row, worker_id)
    return not row.frozen and there is not None and there.status is Assignment.ASSIGNED


def own_times(session: Session, how: Assign) -> tuple[datetime, datetime]:
    """The worker's own time; what is not said is the session's."""
    return (
        _instant(session, how.start) if how.start else session.starts_at,
        _instant(session, how.end) if how.end else session.ends_at,
    )


def _instant(session: Session, text: str) -> datetime:
    tz = zone(session.tz)
    if len(text.strip()) <= len("10:50"):
        day = in_zone(session.span.start, tz).isoformat()[:10]
        text = f"{day} {text.strip()}"
    return read_instant(text, tz)
