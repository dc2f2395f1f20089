"""Find the workers who may take a session: eligible for it (R30), and neither busy nor away then (R31)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.diary.conflicts import busy_workers
from adapters.diary.presence import unavailable_at, working_times
from adapters.diary.staffing import blocklist_among
from model.attendance import SessionWorker
from model.eligibility import Ineligible, ineligible, refusal
from model.people import Worker
from model.session import Session


def check_free(database: Database, session: Session, workers: Sequence[Worker]) -> None:
    """Refuse whoever is not eligible (E_WORKER_INELIGIBLE) or not free (E_UNAVAILABLE)."""
    reasons = _reasons(database, session, workers)
    taken = _taken(database, session, workers)
    for worker in workers:
        if (why := reasons[worker.id]) is not None:
            raise refusal(worker, session.starts_at, why)
        if worker.id in taken:
            raise unavailable_at(worker, session.starts_at)


def free_workers(database: Database, session: Session) -> list[Worker]:
    """Everybody who may take it, by name; but nobody who takes part, or said no to it or to what it replaces."""
    named = select(SessionWorker.worker_id).where(
        SessionWorker.session_id.in_([one for one in (session.id, session.replaces_id) if one])
    )
    query = select(Worker).where(Worker.active, Worker.id.not_in(named)).order_by(Worker.name, Worker.ref)
    workers = database.scalars(query).all()
    reasons, taken = _reasons(database, session, workers), _taken(database, session, workers)
    return [worker for worker in workers if reasons[worker.id] is None and worker.id not in taken]


def _reasons(
    database: Database, session: Session, workers: Sequence[Worker]
) -> dict[UUID, Ineligible | None]:
    blocklist = blocklist_among(database, {worker.id for worker in workers})
    clients = [one.client_id for one in session.active_clients]
    others = [one.worker_id for one in session.active_workers]
    return {
        worker.id: ineligible(worker, session.starts_at, clients=clients, workers=others, blocklist=blocklist)
        for worker in workers
    }


def _taken(database: Database, session: Session, workers: Sequence[Worker]) -> Collection[UUID]:
    """Who is busy then, here or in a calendar of their own, or cannot be had: whatever the practice allows."""
    start, end = session.starts_at, session.ends_at
    known = working_times(database, workers, start, end)
    away = {worker.id for worker in workers if known[worker.id].is_away(start, end)}
    return away | busy_workers(database, {worker.id for worker in workers}, start, end, without=session)
