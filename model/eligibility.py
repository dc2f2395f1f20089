"""Who may be put on a session (R30): an employee who is active and works here on that day, and whom nobody there is not
to meet. Why somebody may not is said without naming a client.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from model.errors import DomainError
from model.moment import zone
from model.people import BlocklistEntry, ContactType, Worker


class Ineligible(StrEnum):
    """Why a worker may not be put on a session, in the order in which it is asked."""

    NOT_EMPLOYEE = "is not an employee, so no session can be theirs"
    INACTIVE = "is not active"
    NOT_EMPLOYED = "does not work here on {day}"
    CLIENT_BLOCKED = "is blocklisted with a client of this session"
    WORKER_BLOCKED = "is blocklisted with another worker of this session"


@dataclass(frozen=True, kw_only=True)
class Blocklist:
    """Who is not to meet whom, whichever of the two asked for it: pairs of ids."""

    pairs: frozenset[frozenset[UUID]] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[BlocklistEntry]) -> "Blocklist":
        """What the entries say that still stand."""
        pairs = [(one.worker_id, one.client_id or one.other_worker_id) for one in entries if one.active]
        return cls(pairs=frozenset(frozenset({a, b}) for a, b in pairs if b is not None))

    def keeps_apart(self, one: UUID, others: Collection[UUID]) -> bool:
        return any(frozenset({one, other}) in self.pairs for other in others if other != one)


NOBODY = Blocklist()


def day_of(worker: Worker, at: datetime) -> date:
    """The day that an instant is for a worker: in the worker's own zone."""
    return at.astimezone(zone(worker.tz)).date()


def employed(worker: Worker, day: date) -> bool:
    """Whether a worker works here on that day; without dates, on every day."""
    return (worker.start_date or day) <= day <= (worker.end_date or day)


def ineligible(
    worker: Worker,
    at: datetime,
    *,
    clients: Collection[UUID] = (),
    workers: Collection[UUID] = (),
    blocklist: Blocklist = NOBODY,
) -> Ineligible | None:
    """Why this worker may not be on a session that begins at `at` with these people; None: they may (R30)."""
    if worker.contact_type is not ContactType.EMPLOYEE:
        return Ineligible.NOT_EMPLOYEE
    if not worker.active:
        return Ineligible.INACTIVE
    if not employed(worker, day_of(worker, at)):
        return Ineligible.NOT_EMPLOYED
    if blocklist.keeps_apart(worker.id, clients):
        return Ineligible.CLIENT_BLOCKED
    return Ineligible.WORKER_BLOCKED if blocklist.keeps_apart(worker.id, workers) else None


def refusal(worker: Worker, at: datetime, why: Ineligible) -> DomainError:
    """The error that says why (E_WORKER_INELIGIBLE)."""
    reason = why.value.format(day=day_of(worker, at))
    return DomainError("E_WORKER_INELIGIBLE", f'The worker "{worker.ref}" {reason}; choose another worker')
