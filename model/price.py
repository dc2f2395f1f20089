"""What a planned service comes to: its quantity times its rate, and one client's share of that.

Time is charged only where the service is sold by the hour; what is sold each or by the night is counted (000-06).
"""

from decimal import Decimal
from typing import Protocol
from uuid import UUID

from model.money import cents
from model.service import DeliveryMethod, PlannedService, Service, Unit
from model.session import Session


class Priced(Protocol):
    """What a price is worked out from, but for the rate: a service of a session, or of a roster."""

    @property
    def method(self) -> DeliveryMethod: ...
    @property
    def quantity(self) -> Decimal | None: ...
    @property
    def service(self) -> Service: ...


def quantity(plan: PlannedService, minutes: int) -> Decimal:
    """How much of it that is, in its unit: hours of so many minutes, or what was fixed; one where nothing was."""
    return round(Decimal(minutes) / 60, 2) if _by_time(plan) else _fixed(plan)


def price(plan: PlannedService, minutes: int) -> int:
    """All of it in cents: time by the minute, not by the rounded hour."""
    return price_at(plan, minutes, plan.rate_cents)


def price_at(plan: Priced, minutes: int, rate_cents: int) -> int:
    """The same at a rate that is not its own."""
    return cents((Decimal(minutes) / 60 if _by_time(plan) else _fixed(plan)) * rate_cents)


def planned_price(plan: PlannedService, session: Session) -> int:
    """What it comes to if the session takes as long as it is scheduled."""
    return price(plan, session.minutes)


def share_of(plan: PlannedService, session: Session, client_id: UUID) -> int:
    """One client's share of it: the n-th part of 1:n, the cents that are left over going to the first (R23)."""
    chosen = {one.client_id for one in plan.clients}
    order = [one.client_id for one in session.clients if not chosen or one.client_id in chosen]
    if client_id not in order:
        return 0
    return part_of(planned_price(plan, session), plan.ratio, order.index(client_id))


def part_of(total: int, ratio: int, place: int) -> int:
    """What the client in that place pays of 1:n."""
    part, left = divmod(total, ratio)
    return part + (place < left)


def _by_time(plan: Priced) -> bool:
    return plan.method is not DeliveryMethod.FIXED_QUANTITY and plan.service.unit == Unit.HOUR


def _fixed(plan: Priced) -> Decimal:
    return Decimal(1) if plan.quantity is None else plan.quantity
