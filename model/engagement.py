"""When a session takes the time of somebody who is to be there, and how certainly (DOMAIN 4, the table's own rows)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from model.attendance import Assignment
from model.busy import Fbtype
from model.details import TENTATIVE, Kind, ShowAs, Status

_NOT_COMING = (Assignment.CANCELLED, Assignment.DECLINED)


@dataclass(frozen=True, kw_only=True)
class Engagement:
    """One worker's part in one session, with their own times; `fbtype` is how it keeps them busy, if it does, until
    `taken_until`: with the padding that clients do not see (003-08)."""

    session_id: UUID
    kind: Kind
    status: Status
    show_as: ShowAs
    tentative: bool
    assignment: Assignment
    start: datetime
    end: datetime
    padding_min: int

    @property
    def taken_until(self) -> datetime:
        return self.end + timedelta(minutes=self.padding_min)

    @property
    def fbtype(self) -> Fbtype | None:
        return takes(self.kind, self.status, self.show_as, self.tentative, self.assignment)


@cache
def takes(kind: str, status: str, show_as: str, tentative: bool, assignment: str) -> Fbtype | None:
    """How a worker's part in a session keeps them busy; None where it does not. Of years there are thousands, of few
    sorts."""
    if status == Status.CANCELLED or assignment in _NOT_COMING:
        return None
    if kind == Kind.OTHER_EVENT and show_as == ShowAs.FREE:
        return None
    return Fbtype.BUSY_TENTATIVE if tentative or status in TENTATIVE else Fbtype.BUSY
