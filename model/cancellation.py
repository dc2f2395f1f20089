"""Cancelling keeps a record: who cancelled, when that was advised, why. Money comes with billing."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.base import Base, Row
from model.errors import DomainError


class CancelledBy(StrEnum):
    CLIENT = "CLIENT"
    WORKER = "WORKER"
    PROVIDER = "PROVIDER"


class CancellationReason(Row, Base):
    """A reason a practice offers for one kind of canceller; never exported (reasons are health data)."""

    __tablename__ = "cancellation_reason"

    ref: Mapped[str] = mapped_column(unique=True)
    type: Mapped[CancelledBy]
    text: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Cancellation(Row, Base):
    """One cancellation of a whole session, one client's attendance, or one worker's assignment."""

    __tablename__ = "cancellation"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), index=True)
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("worker.id"))
    cancelled_by: Mapped[CancelledBy]
    advised_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("cancellation_reason.id"))
    note: Mapped[str] = mapped_column(default="")

    reason: Mapped[CancellationReason] = relationship(lazy="raise")


def cancellation(
    act: Act,
    *,
    by: CancelledBy,
    reason: CancellationReason,
    advised_at: datetime | None,
    client_id: UUID | None = None,
    worker_id: UUID | None = None,
    note: str = "",
) -> Cancellation:
    """Make the record, after the checks of 002-04, 002-05 and 002-07."""
    if advised_at is None:
        raise DomainError("E_ADVISED_REQUIRED", "Say when the cancellation was advised")
    if advised_at > act.now:
        raise DomainError("E_ADVISED_FUTURE", "A cancellation cannot be advised in the future")
    if reason.type is not by or not reason.active:
        raise DomainError("E_REASON_TYPE", f"Choose an active reason of the type {by}")
    if len(note) > 2000:
        raise DomainError("E_NOTE", "A note has at most 2000 characters")
    return Cancellation(
        id=act.new_id(),
        client_id=client_id,
        worker_id=worker_id,
        cancelled_by=by,
        advised_at=advised_at,
        recorded_at=act.now,
        recorded_by=act.actor,
        reason_id=reason.id,
        reason=reason,
        note=note,
    )
