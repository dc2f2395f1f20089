"""Keep when workers are away: asked for, approved, taken back. Sessions that lie in it stay, and are named."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.times import read_span
from adapters.diary.transaction import record
from adapters.diary.views import written
from model.act import Act
from model.attendance import Assignment, SessionWorker
from model.availability import Leave, LeaveType
from model.details import Kind, Status, check_length
from model.errors import DomainError
from model.moment import in_zone, zone
from model.people import Worker
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class NewLeave:
    """Leave as typed, in the worker's zone: days (the last included), or from a time to a time."""

    worker: str
    start: str
    end: str | None = None
    minutes: int | None = None
    type: LeaveType = LeaveType.OTHER
    approved: bool = True


@dataclass(frozen=True, kw_only=True)
class LeaveView:
    """Leave of a worker; `sessions` are those with clients that lie in it, by the beginnings of their ids."""

    ref: str
    worker: str
    start: str
    end: str
    type: str
    approved: bool
    sessions: tuple[str, ...] = ()


def add_leave(sessions: Sessions, act: Act, new: NewLeave) -> LeaveView:
    """Enter leave; only what is approved counts."""
    with sessions.begin() as database:
        worker = by_ref(database, Worker, new.worker)
        made_id = act.new_id()
        row = Leave(
            id=made_id, ref=made_id.hex[:8], worker_id=worker.id, type=new.type, approved=new.approved
        )
        row.span = read_span(new.start, end=new.end, minutes=new.minutes, tz=zone(worker.tz))
        check_length(row.span)
        database.add(row)
        record(database, act, "leave-added", worker=worker.ref, start=written(row.span.start))
        return _view(database, row, worker)


def approve_leave(sessions: Sessions, act: Act, ref: str) -> LeaveView:
    """From now on it counts."""
    with sessions.begin() as database:
        row = _leave(database, ref)
        if row.approved:
            raise DomainError("E_TRANSITION", "This leave is approved already; leave it, or remove it")
        row.approved = True
        worker = database.get_one(Worker, row.worker_id)
        record(database, act, "leave-approved", worker=worker.ref, start=written(row.span.start))
        return _view(database, row, worker)


def remove_leave(sessions: Sessions, act: Act, ref: str) -> LeaveView:
    """The worker is there after all."""
    with sessions.begin() as database:
        row = _leave(database, ref)
        worker = database.get_one(Worker, row.worker_id)
        gone = _view(database, row, worker)
        database.delete(row)
        record(database, act, "leave-removed", worker=worker.ref, start=written(row.span.start))
        return gone


def list_leave(sessions: Sessions, worker: str | None) -> list[LeaveView]:
    """Leave in order of time, of one worker or of all."""
    with reading(sessions) as database:
        query = select(Leave, Worker).join(Worker, Worker.id == Leave.worker_id)
        if worker is not None:
            query = query.where(Worker.id == by_ref(database, Worker, worker).id)
        found = database.execute(query.order_by(Leave.starts_at, Worker.ref, Leave.ref)).all()
        return [_view(database, row[0], row[1]) for row in found]


def _leave(database: Database, ref: str) -> Leave:
    found = database.scalar(select(Leave).where(Leave.ref == ref.strip()))
    if found is None:
        raise DomainError("E_NOT_FOUND", f'There is no leave "{ref[:40]}"; calendula leave list shows all')
    return found


def _view(database: Database, row: Leave, worker: Worker) -> LeaveView:
    span = row.span
    return LeaveView(
        ref=row.ref,
        worker=worker.ref,
        start=written(in_zone(span.start, span.tz)),
        end=written(in_zone(span.end, span.tz)),
        type=row.type,
        approved=row.approved,
        sessions=tuple(_lying_in(database, row)) if row.approved else (),
    )


def _lying_in(database: Database, row: Leave) -> Sequence[str]:
    """The sessions that somebody has to see to."""
    query = (
        select(Session.id)
        .join(SessionWorker, SessionWorker.session_id == Session.id)
        .where(
            SessionWorker.worker_id == row.worker_id,
            SessionWorker.ends_at > row.starts_at,
            SessionWorker.starts_at < row.ends_at,
            SessionWorker.status.not_in([Assignment.CANCELLED, Assignment.DECLINED]),
            Session.status.in_([Status.DRAFT, Status.ROSTERED]),
            Session.kind != Kind.OTHER_EVENT,
        )
    )
    return [str(found)[:8] for found in database.scalars(query.order_by(Session.starts_at, Session.id))]
