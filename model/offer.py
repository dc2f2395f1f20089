"""Offers (R31): a session is offered to workers who are eligible and free; whoever is interested is not assigned yet,
the scheduler picks one of them, and the others' offers are closed.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.act import Act
from model.base import Base, Row
from model.errors import no_step


class OfferState(StrEnum):
    """`ACCEPTED` means interested; `CLOSED` that somebody else was picked, or that there is nothing left to pick."""

    UNSENT = "UNSENT"
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    ASSIGNED = "ASSIGNED"
    CLOSED = "CLOSED"


OFFERS: dict[OfferState, frozenset[OfferState]] = {
    OfferState.UNSENT: frozenset({OfferState.PENDING, OfferState.CLOSED}),
    OfferState.PENDING: frozenset(
        {OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.CLOSED}
    ),
    OfferState.ACCEPTED: frozenset({OfferState.ASSIGNED, OfferState.CLOSED}),
    OfferState.DECLINED: frozenset(),
    OfferState.EXPIRED: frozenset(),
    OfferState.ASSIGNED: frozenset(),
    OfferState.CLOSED: frozenset(),
}
OPEN = frozenset(state for state, after in OFFERS.items() if after)
ANSWERS = (OfferState.ACCEPTED, OfferState.DECLINED)


class Offer(Row, Base):
    """One session offered to one worker. `ref` is what people call it; it goes with its session."""

    __tablename__ = "offer"

    ref: Mapped[str] = mapped_column(unique=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    state: Mapped[OfferState] = mapped_column(default=OfferState.UNSENT)
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    def become(self, state: OfferState, act: Act) -> None:
        """Take one step of the state machine (DOMAIN 2), and remember when; everything else is E_TRANSITION."""
        if state not in OFFERS[self.state]:
            raise no_step("An offer", self.state, state, OFFERS[self.state])
        self.state = state
        if state is OfferState.PENDING:
            self.sent_at = act.now
        elif state in ANSWERS:
            self.answered_at = act.now

    def end(self, act: Act) -> None:
        """Its session has begun: whoever did not answer has let it expire, any other offer is closed."""
        self.become(OfferState.EXPIRED if self.state is OfferState.PENDING else OfferState.CLOSED, act)
