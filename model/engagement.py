"""When a session takes the time of somebody who is to be there, and how certainly (DOMAIN 4, the table's own rows)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from model.attendance import Assignment
from model.busy import Fbtype
from model.details import Kind, ShowAs, Status

_NOT_COMING = (Assignment.CANCELLED, Assignment.DECLINED)


@dataclass(frozen=True, kw_only=True)
class Engagement:
    """One worker's part in one session, with their own times."""

    session_id: UUID
    kind: Kind
    status: Status
    show_as: ShowAs
    tentative: bool
    assignment: Assignment
    start: datetime
    end: datetime

    @property
    def fbtype(self) -> Fbtype | None:
        """How it keeps the worker busy; None where it does not."""
        if self.status is Status.CANCELLED or self.assignment in _NOT_COMING:
            return None
        if self.kind is Kind.OTHER_EVENT and self.show_as is ShowAs.FREE:
            return None
        unsure = self.tentative or self.status is Status.DRAFT
        return Fbtype.BUSY_TENTATIVE if unsure else Fbtype.BUSY
