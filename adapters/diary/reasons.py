"""The reasons that a practice offers for cancellations, and what they bill (002-05, R1)."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record, writing
from model.act import Act
from model.cancellation import Billing, CancellationReason, CancelledBy, NdisCode
from model.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason, in the words of whoever asks for it or is shown it."""

    ref: str
    type: CancelledBy
    text: str
    billing: Billing = Billing.NON_BILLABLE
    threshold_hours: int | None = None
    billable_percent: int = 100
    ndis_code: NdisCode | None = None
    active: bool = True


def list_reasons(sessions: Sessions) -> list[Reason]:
    """All of them, by type and id."""
    with reading(sessions) as database:
        rows = database.scalars(
            select(CancellationReason).order_by(CancellationReason.type, CancellationReason.ref)
        )
        return [
            Reason(
                ref=row.ref, type=row.type, text=row.text, billing=row.billing,
                threshold_hours=row.threshold_hours, billable_percent=row.billable_percent,
                ndis_code=row.ndis_code, active=row.active,
            )
            for row in rows
        ]  # fmt: skip


def add_reason(sessions: Sessions, act: Act, new: Reason) -> None:
    """Add a reason; what it bills only counts for those of clients."""
    with writing(sessions) as database:
        if database.scalar(select(CancellationReason.id).where(CancellationReason.ref == new.ref)):
            raise DomainError("E_EXISTS", f'There is a cancellation reason "{new.ref[:60]}" already')
        if new.type is not CancelledBy.CLIENT and (new.billing is not Billing.NON_BILLABLE or new.ndis_code):
            raise DomainError(
                "E_REASON_TYPE", "Only a client's reason can bill, or be claimed; leave that out"
            )
        if not 0 <= new.billable_percent <= 100 or (new.threshold_hours or 0) < 0:
            raise DomainError("E_REASON", "The percentage is from 0 to 100, and the hours are 0 or more")
        database.add(CancellationReason(id=act.new_id(), send_notification=False, **vars(new)))
        record(database, act, "reason-added")


def retire_reason(sessions: Sessions, act: Act, ref: str) -> None:
    """No longer offer a reason; what was cancelled for it keeps it."""
    with writing(sessions) as database:
        by_ref(database, CancellationReason, ref).active = False
        record(database, act, "reason-retired")
