"""Cancelling keeps a record: who cancelled, when that was advised, why, and what it costs.

What it costs is `model.notice`'s to rule; here it is only written down.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.base import Base, Fixed, Row
from model.errors import DomainError


class CancelledBy(StrEnum):
    CLIENT = "CLIENT"
    WORKER = "WORKER"
    PROVIDER = "PROVIDER"


class Billing(StrEnum):
    """What short notice costs for a reason (R1)."""

    NON_BILLABLE = "NON_BILLABLE"
    PERCENT = "PERCENT"
    PRACTICE_FEE = "PRACTICE_FEE"


class NdisCode(StrEnum):
    """Why a cancellation may be claimed: health, family, transport, other (R2)."""

    NSDH = "NSDH"
    NSDF = "NSDF"
    NSDT = "NSDT"
    NSDO = "NSDO"


class Rules(StrEnum):
    """Which rules judge what a cancellation costs (000-19): those that fit (002-06), none (000-20), or the NDIS's,
    which then have to fit (000-21).
    """

    FITTING = "FITTING"
    NONE = "NONE"
    NDIS = "NDIS"


class Outcome(StrEnum):
    NOT_BILLABLE = "NOT_BILLABLE"
    BILLABLE = "BILLABLE"


class CancellationReason(Row, Base):
    """A reason a practice offers for one kind of canceller; never exported (reasons are health data).

    Less notice than `threshold_hours` is short; without a threshold any is. Only a client's reason ever bills.
    """

    __tablename__ = "cancellation_reason"

    ref: Mapped[str] = mapped_column(unique=True)
    type: Mapped[CancelledBy]
    text: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    ndis_code: Mapped[NdisCode | None]
    billing: Mapped[Billing] = mapped_column(default=Billing.NON_BILLABLE)
    threshold_hours: Mapped[int | None]
    billable_percent: Mapped[int] = mapped_column(default=100)
    send_notification: Mapped[bool] = mapped_column(default=False)


class Cancellation(Row, Base):
    """One cancellation of a whole session, one client's attendance, or one worker's assignment; or a no-show, which is
    judged like one. `rule_trace` says in words how the amount came about; `fee_note` why a person set another (R65).
    """

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
    no_show: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.NOT_BILLABLE)
    percent: Mapped[Decimal] = mapped_column(Fixed(2), default=Decimal)
    amount_cents: Mapped[int] = mapped_column(default=0)
    rule_trace: Mapped[str] = mapped_column(default="")
    fee_note: Mapped[str] = mapped_column(default="")
    alternative_work_found: Mapped[bool] = mapped_column(default=False)
    worker_paid: Mapped[bool] = mapped_column(default=True)

    reason: Mapped[CancellationReason] = relationship(lazy="raise")

    def take_back(self) -> None:
        """The client comes after all: nothing is due for it any more, the record that it was cancelled stays."""
        self.outcome, self.percent, self.amount_cents = Outcome.NOT_BILLABLE, Decimal(0), 0
        self.rule_trace = f"{self.rule_trace}; nothing is due, as the client came back".removeprefix("; ")

    def override(self, cents: int, note: str) -> None:
        """Charge another fee than the rules say, with a note that says why (R65)."""
        if self.cancelled_by is not CancelledBy.CLIENT:
            raise DomainError(
                "E_REASON_TYPE",
                "Only what a client cancelled is ever charged to a client; choose such a cancellation",
            )
        if cents < 0 or not 0 < len(note.strip()) <= 2000:
            raise DomainError("E_NOTE", "Another fee is 0 or more, with a note of at most 2000 characters")
        self.outcome = Outcome.BILLABLE if cents else Outcome.NOT_BILLABLE
        self.amount_cents, self.fee_note = cents, note


def last_of(made: Iterable[Cancellation], client_id: UUID) -> Cancellation | None:
    """What a client cancelled or missed last of a session: it is what they owe for (R1, R65)."""
    theirs = [one for one in made if one.cancelled_by is CancelledBy.CLIENT and one.client_id == client_id]
    return max(reversed(theirs), key=lambda one: one.recorded_at, default=None)


def cancellation(
    act: Act,
    *,
    by: CancelledBy,
    reason: CancellationReason,
    advised_at: datetime | None,
    client_id: UUID | None = None,
    worker_id: UUID | None = None,
    note: str = "",
    alternative_work_found: bool = False,
    worker_paid: bool = True,
) -> Cancellation:
    """Make the record, after the checks of 002-04, 002-05 and 002-07."""
    if advised_at is None:
        raise DomainError("E_ADVISED_REQUIRED", "Say when the cancellation was advised")
    if advised_at > act.now:
        raise DomainError(
            "E_ADVISED_FUTURE",
            "A cancellation cannot be advised in the future; give the time at which it was",
        )
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
        alternative_work_found=alternative_work_found,
        worker_paid=worker_paid,
    )
