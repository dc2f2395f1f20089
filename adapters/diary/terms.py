"""The terms on which a service is to be delivered: read from what was typed, and checked (000-06, 000-07).

At which rate, and to whom, is asked where it is planned: on a session (`planning`) or in a roster (`slot_services`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.diary.amounts import read_number
from model.errors import DomainError
from model.portions import check_ratio
from model.service import DeliveryMethod, Service, Unit
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be delivered and to whom, as typed: nobody named is everybody; without a ratio, 1:n of its clients."""

    service: str
    clients: Sequence[str] = ()
    ratio: int | None = None
    method: DeliveryMethod | None = None
    quantity: str | None = None
    rate: str | None = None
    claim_type: str = ""
    travel: bool = False
    primary: bool = False


def terms_of(service: Service, what: Plan, clients: int) -> dict[str, object]:
    """What was asked for, checked, as the columns of a plan for so many clients."""
    ratio = clients if what.ratio is None else what.ratio
    check_ratio(ratio, clients)
    return {
        "service_id": service.id,
        "ratio": ratio,
        "method": _method(service, what),
        "quantity": _quantity(service, what),
        "claim_type": what.claim_type,
        "travel_chargeable": what.travel,
        "primary": what.primary,
    }


def _method(service: Service, what: Plan) -> DeliveryMethod:
    """Hours follow the time unless told otherwise; everything else has a number."""
    hourly = service.unit == Unit.HOUR
    found = what.method or (DeliveryMethod.SCHEDULED_TIME if hourly else DeliveryMethod.FIXED_QUANTITY)
    if not hourly and found is not DeliveryMethod.FIXED_QUANTITY:
        raise DomainError("E_SERVICE", f"Only hours follow the time; this is paid by {service.unit.lower()}")
    return found


def _quantity(service: Service, what: Plan) -> Decimal | None:
    if _method(service, what) is not DeliveryMethod.FIXED_QUANTITY:
        if what.quantity is not None:
            raise DomainError("E_SERVICE", "The quantity follows the time; choose the method FIXED_QUANTITY")
        return None
    if what.quantity is None and service.unit == Unit.HOUR:
        raise DomainError("E_SERVICE", "Say how many hours: a fixed quantity needs a number")
    return read_number(what.quantity or "1", places=2)


def check_allowed(allowed: bool) -> None:
    """Whether the practice plans services that nobody agreed to at all (E_AD_HOC_OFF)."""
    if not allowed:
        raise DomainError("E_AD_HOC_OFF", "Ad hoc services are off; let rules.ad_hoc_services allow them")


def check_ad_hoc(row: Session, what: Plan) -> None:
    """Site, rate, claim type, method and quantity have to be said: no agreement says them (000-07)."""
    if row.site_id is None:
        raise DomainError(
            "E_SITE_REQUIRED",
            "An ad hoc service is delivered at a site, and this session has none; choose a place first",
        )
    if what.rate is None or not what.claim_type or what.method is None:
        raise DomainError("E_SERVICE", "An ad hoc service needs its rate, claim type and method")
    if what.method is DeliveryMethod.FIXED_QUANTITY and what.quantity is None:
        raise DomainError("E_SERVICE", "An ad hoc service with a fixed quantity needs that quantity")
