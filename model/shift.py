"""Shifts: a stretch of one worker's time that holds sessions of theirs (001-17).

A shift is a session of the kind SHIFT, without clients. What lies in one names it (`Session.parent_shift_id`), is of
the same worker, and stays within its time (E_OUTSIDE_SHIFT). A shift that is cancelled or deleted holds nothing any
more; the sessions that were in it stay as they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from model.capacity import Taken
from model.details import Kind, Status
from model.errors import DomainError
from model.lock import locked
from model.session import Session

What = TypeVar("What")


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """From when to when whose time a shift takes, or a session that may lie in one."""

    start: datetime
    end: datetime
    workers: frozenset[UUID]

    def holds(self, other: "Stretch") -> bool:
        """Whether another is within it, and its worker takes part."""
        return self.start <= other.start and other.end <= self.end and self.workers <= other.workers


def stretch(row: Session, start: datetime | None = None, end: datetime | None = None) -> Stretch:
    """What a session takes where it stands, or would at another time."""
    workers = frozenset(one.worker_id for one in row.active_workers)
    return Stretch(start=start or row.starts_at, end=end or row.ends_at, workers=workers)


def check_shift(*, workers: int) -> None:
    """A shift is of one worker."""
    if workers != 1:
        raise DomainError("E_WORKER_REQUIRED", "A shift is of exactly one worker; name that one")


def check_may_lie_in(session: Session, shift: Session) -> None:
    """A shift that takes place holds sessions, and no other shift."""
    if shift.kind is not Kind.SHIFT or shift.status is Status.CANCELLED:
        raise DomainError("E_OUTSIDE_SHIFT", "Name a shift that is not cancelled; that is none")
    if not session.has_client:
        raise DomainError("E_OUTSIDE_SHIFT", "Only sessions with clients lie in a shift; name such a session")
    if session.frozen and session.lock:
        raise locked(session.lock, "This session cannot be put into a shift any more")


def clash(kind: Kind, mine: Taken, other_kind: Kind, other: Taken) -> bool:
    """Whether two stretches of one worker's time are too much: not a session that is within a shift (DOMAIN 4)."""
    if not mine.meets(other):
        return False
    if Kind.OTHER_EVENT in (kind, other_kind) or (kind is Kind.SHIFT) is (other_kind is Kind.SHIFT):
        return True
    shift, session = (mine, other) if kind is Kind.SHIFT else (other, mine)
    return session.start < shift.start or session.end > shift.end


@dataclass(frozen=True)
class Engaged(Generic[What]):
    """Somebody's time, the kind of what takes it, and what that is, for whoever asks."""

    what: What
    kind: Kind
    time: Taken


def clashing(times: Iterable[Engaged[What]]) -> Iterator[Engaged[What]]:
    """The times that are too much beside another of the same person's; of each two both, so one may come again."""
    by_who: dict[UUID, list[Engaged[What]]] = {}
    for one in times:
        by_who.setdefault(one.time.who, []).append(one)
    for several in by_who.values():
        going_on: list[Engaged[What]] = []
        for one in sorted(several, key=lambda engaged: (engaged.time.start, engaged.time.end)):
            going_on = [other for other in going_on if other.time.end > one.time.start]
            for other in going_on:
                if clash(one.kind, one.time, other.kind, other.time):
                    yield from (other, one)
            going_on.append(one)
