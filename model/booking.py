"""Online booking: what a client asks for and does without staff, and what a practice lets them do (003-*, R63, R64).

A request is a session that waits for an answer: it takes its time for other clients, and nobody moves it. What can be
booked at all is `model.slots`'s.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from model.act import Act
from model.base import Base, Json, Row
from model.details import Timed
from model.errors import DomainError

LONGEST_MESSAGE = 2000


class RequestState(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class BookingRequest(Row, Timed, Base):
    """What a client asked for, until somebody answers or its start has passed; `message` comes with the answer.

    `session_id` is the session that waits, or that was accepted; what is not accepted has none any more. `moves_id`: it
    asks for another time of that session.
    """

    __tablename__ = "booking_request"
    __table_args__ = (Index("ix_booking_request_state_starts_at", "state", "starts_at"),)

    ref: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    type_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment_type.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    moves_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    state: Mapped[RequestState] = mapped_column(default=RequestState.PENDING)
    message: Mapped[str] = mapped_column(default="")
    policy_ack_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    def become(self, state: RequestState, act: Act, message: str = "") -> None:
        """Answer it, once; everything else is E_TRANSITION (DOMAIN 2)."""
        if self.state is not RequestState.PENDING or state is RequestState.PENDING:
            raise DomainError("E_TRANSITION", f"A request that is {self.state} cannot become {state}")
        if state is RequestState.ACCEPTED and self.starts_at <= act.now:
            raise DomainError(
                "E_TRANSITION",
                "Its start has passed and the request has expired; decline it, or book another time",
            )
        if len(message) > LONGEST_MESSAGE:
            raise DomainError("E_NOTE", f"A message has at most {LONGEST_MESSAGE} characters")
        self.state, self.answered_at, self.message = state, act.now, message


class ClientAct(Row, Base):
    """Something that a client did online: what, of which session, and when the policy was acknowledged (003-09).

    `key_hash` names one attempt, so that sending it twice does it once; `body_hash` is what was asked for then,
    `answer` what it was told. `address_hash` is where it came from, for a day.
    """

    __tablename__ = "client_act"
    __table_args__ = (
        Index("uq_client_act_key_hash", "key_hash", unique=True),
        Index("ix_client_act_client_id_at", "client_id", "at"),
        Index("ix_client_act_address_hash_at", "address_hash", "at"),
    )

    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    action: Mapped[str]
    at: Mapped[datetime]
    policy_ack_at: Mapped[datetime | None]
    key_hash: Mapped[str | None]
    body_hash: Mapped[str] = mapped_column(default="")
    address_hash: Mapped[str] = mapped_column(default="")
    answer: Mapped[Json] = mapped_column(default=dict)


def hashed(text: str) -> str:
    """What is kept of a key or an address; of none nothing."""
    return sha256(text.encode()).hexdigest() if text else ""


def check_acknowledged(policy: str, *, acknowledged: bool) -> None:
    """Whoever books, moves or cancels has read the practice's policy, where it has one (003-09, R63)."""
    if policy.strip() and not acknowledged:
        raise DomainError("E_POLICY_ACK", f"Read this first, and say that you did: {policy.strip()}")


def check_notice(start: datetime, *, now: datetime, hours: int) -> None:
    """A practice may insist on some hours (24, 48, 72); 0: lateness forbids nothing (R63)."""
    if hours and start - now < timedelta(hours=hours):
        raise DomainError(
            "E_CUTOFF", f"Less than {hours} hours before, only the practice changes or cancels it; ask there"
        )
