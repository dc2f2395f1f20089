"""Charge a cancellation: find what was planned and agreed, have it judged (`model.notice`), write down what is due.

A cancellation that may be claimed under the NDIS becomes one line of what was delivered (000-21); what the practice
charges by its own rules stands on the cancellation alone, until somebody bills it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session as Database

from adapters.diary.agreements import items_on
from adapters.diary.holidays import is_holiday
from adapters.diary.planned import plans_of
from adapters.diary.planning import day_of
from model.act import Act
from model.attendance import Attendance
from model.cancellation import Cancellation, CancelledBy, Outcome
from model.delivered import Delivered, DeliveredState, ServiceDelivered
from model.errors import DomainError
from model.moment import zone
from model.notice import Case, Funding, Ruling, rule
from model.price import quantity, share_of
from model.service import CancelRule, PlannedService
from model.session import Session
from sync.settings import Settings

UNJUDGED = Ruling(trace=("000-20: cancelled without rules; nothing is charged",))


@dataclass(frozen=True, kw_only=True)
class _Fee:
    """What a client was to pay: all of it, and the one service that a claim would be about."""

    cents: int
    primary: PlannedService | None
    primary_cents: int


_NOTHING = _Fee(cents=0, primary=None, primary_cents=0)


def charge(
    database: Database, act: Act, row: Session, made: Cancellation, settings: Settings, *, claim: bool
) -> Ruling:
    """Judge one cancellation and write down what is due. With `claim` it has to be one for the NDIS (E_NDIS_REASON)."""
    fee = _fee(database, row, made) if made.cancelled_by is CancelledBy.CLIENT else _NOTHING
    funding = _funding(database, row, made, fee, settings)
    if claim and (funding is None or made.reason.ndis_code is None):
        raise DomainError(
            "E_NDIS_REASON",
            "A claim needs a service of the NDIS that allows it, and a reason with one of its codes",
        )
    ruling = rule(_case(row, made, fee, funding, settings))
    made.outcome, made.percent = ruling.outcome, ruling.percent
    made.amount_cents, made.rule_trace = ruling.amount_cents, "; ".join(ruling.trace)
    if ruling.outcome is Outcome.BILLABLE and ruling.code and fee.primary is not None:
        database.add(_line(act, row, made, fee.primary, ruling))
    return ruling


def take_back(database: Database, rows: Iterable[Session], clients: Collection[UUID]) -> None:
    """Whoever comes back is not charged for having cancelled before."""
    for row in rows:
        back = {one.client_id for one in row.clients if one.status is Attendance.BOOKED}.intersection(clients)
        for made in row.cancellations:
            if made.client_id in back and made.outcome is Outcome.BILLABLE:
                made.take_back()
        mine = ServiceDelivered.session_id == row.id, ServiceDelivered.client_id.in_(back)
        claims = delete(ServiceDelivered).where(*mine, ServiceDelivered.kind == Delivered.CANCELLATION)
        database.execute(claims)


def _case(row: Session, made: Cancellation, fee: _Fee, funding: Funding | None, settings: Settings) -> Case:
    return Case(
        start=row.starts_at,
        minutes=row.minutes,
        advised=made.advised_at,
        tz=zone(row.tz),
        no_show=made.no_show,
        reason=made.reason,
        fee_cents=fee.cents if funding is None else fee.primary_cents,
        practice_fee_cents=settings.fees.no_show_cents,
        funding=funding,
    )


def _funding(
    database: Database, row: Session, made: Cancellation, fee: _Fee, settings: Settings
) -> Funding | None:
    """What the NDIS asks about, where it funds the service and the item may be charged when cancelled (R2)."""
    service = fee.primary.service if fee.primary is not None else None
    if (
        service is None
        or made.client_id is None
        or not service.ndis
        or service.cancel_rule is CancelRule.NONE
    ):
        return None
    item = items_on(database, [made.client_id], day_of(row)).get((made.client_id, service.id))
    return Funding(
        rule=service.cancel_rule,
        agreed=item is not None and item.cancellation_agreed,
        alternative_work_found=made.alternative_work_found,
        worker_paid=made.worker_paid,
        percent=settings.rules.ndis_percent,
        is_holiday=is_holiday(row.site.holidays if row.site else ""),
    )


def _fee(database: Database, row: Session, made: Cancellation) -> _Fee:
    if made.client_id is None:
        return _NOTHING
    planned = plans_of(database, [row.id])[row.id]
    cents = {one.id: due for one in planned if (due := share_of(one, row, made.client_id))}
    primary = next((one for one in planned if one.id in cents), None)
    return _Fee(cents=sum(cents.values()), primary=primary, primary_cents=cents[primary.id] if primary else 0)


def _line(
    act: Act, row: Session, made: Cancellation, planned: PlannedService, ruling: Ruling
) -> ServiceDelivered:
    """The same item, under the code of the reason (R2)."""
    return ServiceDelivered(
        id=act.new_id(),
        session_id=row.id,
        client_id=made.client_id,
        worker_id=None,
        service_id=planned.service_id,
        kind=Delivered.CANCELLATION,
        quantity=quantity(planned, row.minutes),
        rate_cents=planned.rate_cents,
        amount_cents=ruling.amount_cents,
        reason_code=ruling.code,
        state=DeliveredState.CREATED,
    )
