"""Ask of every worker of a session whether they may be there (R30). Who may not refuses the whole change; only where
nobody is there to choose another, they are left out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Database

from model.attendance import SessionWorker
from model.eligibility import Blocklist, Ineligible, day_of, employed, ineligible, refusal
from model.errors import DomainError
from model.people import BlocklistEntry
from model.session import Session


def check_eligibility(
    database: Database, rows: Sequence[Session], who: Collection[UUID] | None = None
) -> None:
    """Refuse a worker of any of these sessions who is not eligible for it (E_WORKER_INELIGIBLE); `who`: only these."""
    for _, error in ineligibilities(database, rows, who):
        raise error


def ineligibilities(
    database: Database, rows: Sequence[Session], who: Collection[UUID] | None = None
) -> Iterator[tuple[Session, DomainError]]:
    """What speaks against workers of these sessions, each beside its session; one query."""
    blocklist = blocklist_of(database, rows)
    for row in rows:
        for assignment in row.active_workers:
            if who is None or assignment.worker_id in who:
                why = _why_not(row, assignment, blocklist)
                if why is not None:
                    yield row, refusal(assignment.worker, assignment.starts_at, why)


def check_employed(rows: Iterable[Session]) -> None:
    """Refuse days on which a worker does not work here: what moves keeps its people, but not its day."""
    for row in rows:
        for assignment in row.active_workers:
            if not employed(assignment.worker, day_of(assignment.worker, assignment.starts_at)):
                raise refusal(assignment.worker, assignment.starts_at, Ineligible.NOT_EMPLOYED)


def drop_ineligible(database: Database, rows: Sequence[Session]) -> list[str]:
    """Leave those out of new sessions who are not eligible for them; the codes to write down."""
    blocklist = blocklist_of(database, rows)
    codes: set[str] = set()
    for row in rows:
        for assignment in row.active_workers:
            if _why_not(row, assignment, blocklist) is not None:
                row.workers.remove(assignment)
                row.forget_activities(assignment.worker_id)
                codes |= {"E_WORKER_INELIGIBLE"} | ({"UNASSIGNED"} if not row.workers else set())
    return sorted(codes)


def blocklist_of(database: Database, rows: Iterable[Session]) -> Blocklist:
    """Whom the workers of these sessions are not to meet."""
    return blocklist_among(database, {one.worker_id for row in rows for one in row.active_workers})


def blocklist_among(database: Database, workers: Collection[UUID]) -> Blocklist:
    """Whom these workers are not to meet; one query."""
    if not workers:
        return Blocklist()
    theirs = or_(BlocklistEntry.worker_id.in_(workers), BlocklistEntry.other_worker_id.in_(workers))
    return Blocklist.of(database.scalars(select(BlocklistEntry).where(theirs)))


def _why_not(row: Session, assignment: SessionWorker, blocklist: Blocklist) -> Ineligible | None:
    return ineligible(
        assignment.worker,
        assignment.starts_at,
        clients=[one.client_id for one in row.active_clients],
        workers=[one.worker_id for one in row.active_workers],
        blocklist=blocklist,
    )
