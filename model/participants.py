"""Who takes part in a session, and how that changes: workers are assigned, taken off, and answer; clients are added and
taken out (000-09, 000-16, 001-16).

Only what is neither complete nor cancelled may change. What has a record, a cancellation say, is never taken out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from model.act import Act
from model.attendance import Assignment, Attendance, SessionClient, SessionWorker
from model.details import Kind, check_participants
from model.errors import DomainError, no_step
from model.lock import locked
from model.people import Client, Worker
from model.session import Session
from model.shift import check_shift

ASSIGNMENTS: dict[Assignment, frozenset[Assignment]] = {
    Assignment.ASSIGNED: frozenset({Assignment.ACCEPTED, Assignment.DECLINED, Assignment.CANCELLED}),
    Assignment.ACCEPTED: frozenset({Assignment.CANCELLED}),
    Assignment.DECLINED: frozenset(),
    Assignment.CANCELLED: frozenset(),
}
_SHORTEST = timedelta(minutes=1)


def check_open(session: Session) -> None:
    """Draft, rostered or going on; what is complete or cancelled keeps its people (000-09), an own event its owner."""
    if session.frozen and session.lock:
        raise locked(session.lock, "Nobody can be added or taken off any more")
    if session.kind is Kind.OTHER_EVENT:
        raise DomainError("E_LOCKED", "An Other Event is its owner's; add a session for others")


# --- workers -------------------------------------------------------------------------------------------------


def assignment_of(session: Session, worker_id: UUID) -> SessionWorker | None:
    """The worker's part in it, if they have one now."""
    return next((one for one in session.active_workers if one.worker_id == worker_id), None)


def assign(
    session: Session, worker: Worker, act: Act, *, times: tuple[datetime, datetime] | None = None
) -> None:
    """Put a worker on it, or give one who is there other times of their own; those lie within the session.

    Whoever had cancelled or declined begins anew.
    """
    check_open(session)
    there = assignment_of(session, worker.id)
    if session.kind is Kind.SHIFT and there is None:
        check_shift(workers=1 + len(session.active_workers))
    if there is not None and times is None:
        raise DomainError(
            "E_DUPLICATE_WORKER", f'The worker "{worker.ref}" takes part in this session already'
        )
    if there is None:
        session.workers[:] = [one for one in session.workers if one.worker_id != worker.id]
        session.forget_activities(worker.id)
        session.add_worker(worker, act)
        there = session.workers[-1]
    if times is not None:
        _check_times(session, *times)
        there.starts_at, there.ends_at = times


def unassign(session: Session, worker_id: UUID) -> None:
    """Take a worker off it: their calendar does not show it any more. A session may be left without any (000-05)."""
    check_open(session)
    there = assignment_of(session, worker_id)
    if there is None:
        raise DomainError("E_WORKER_REQUIRED", "That worker is not assigned to this session; name one who is")
    session.workers.remove(there)
    session.forget_activities(worker_id)


def answer(session: Session, worker_id: UUID, status: Assignment) -> None:
    """The worker accepts the assignment, or declines it and is not on it any more (DOMAIN 2)."""
    check_open(session)
    there = next((one for one in session.workers if one.worker_id == worker_id), None)
    if there is None:
        raise DomainError("E_WORKER_REQUIRED", "That worker is not assigned to this session; name one who is")
    if status not in ASSIGNMENTS[there.status]:
        raise no_step("An assignment", there.status, status, ASSIGNMENTS[there.status])
    there.status = status


def _check_times(session: Session, start: datetime, end: datetime) -> None:
    if end - start < _SHORTEST:
        raise DomainError("E_END_BEFORE_START", "The end must be later than the start, by a minute at least")
    if start < session.starts_at or end > session.ends_at:
        raise DomainError("E_TIME", "A worker's own time lies within the time of the session")


# --- clients -------------------------------------------------------------------------------------------------


def attendance_of(session: Session, client_id: UUID) -> SessionClient | None:
    """The client's part in it, if they have one now."""
    return next((one for one in session.active_clients if one.client_id == client_id), None)


def change_clients(session: Session, act: Act, *, add: Sequence[Client], remove: Sequence[Client]) -> None:
    """Take clients out and in, in one step: an appointment has exactly one before and after (000-05, 000-16)."""
    check_open(session)
    for client in remove:
        _take_out(session, client)
    for client in add:
        _take_in(session, client, act)
    check_participants(kind=session.kind, work_type=session.work_type, clients=len(session.active_clients))


def _take_out(session: Session, client: Client) -> None:
    there = attendance_of(session, client.id)
    if there is None:
        raise DomainError(
            "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
        )
    if there.status not in (Attendance.BOOKED, Attendance.CONFIRMED):
        raise DomainError(
            "E_TRANSITION",
            f"An attendance that is {there.status} is kept as a record; cancel it instead of taking it out",
        )
    session.clients.remove(there)


def _take_in(session: Session, client: Client, act: Act) -> None:
    """A new client comes last; one who had cancelled may come back before it begins, and the record of it stays."""
    was = next((one for one in session.clients if one.client_id == client.id), None)
    if was is None or was.status is not Attendance.CANCELLED:
        session.add_client(client, act)
        session.clients[-1].position = 1 + max((one.position for one in session.clients[:-1]), default=-1)
    elif session.starts_at <= act.now:
        raise DomainError(
            "E_TRANSITION",
            "Who cancelled can only come back before the session begins; add a session for them",
        )
    else:
        was.status, was.confirmed_at = Attendance.BOOKED, None
