"""What a complete session makes: the lines that may be billed, from what was planned, who came and what was driven.

Pure: the plan, the agreements and the rates are handed over, and nothing is loaded. Who did not come gets no line here
(what a cancellation costs is for the rules of cancellation), and the provider bears what nobody is charged.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from model.agreement import AgreementItem
from model.delivered import Delivered
from model.errors import DomainError
from model.portions import (
    WHOLE,
    check_portions,
    equal_portions,
    may_apportion,
    scheduled_portions,
    shares,
    split,
)
from model.price import price, quantity
from model.service import DeliveryMethod, PlannedService
from model.travel import (
    Direction,
    Terms,
    Travel,
    claimable_minutes,
    cost_amount,
    costs_claimable,
    time_amount,
    time_rate,
)

_DOLLAR = 100  # costs are claimed as so many dollars at one dollar each
Agreed = Mapping[tuple[UUID, UUID], AgreementItem]  # by client and service


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line to be: what a service delivered record will say."""

    client_id: UUID
    service_id: UUID
    kind: Delivered
    quantity: Decimal
    rate_cents: int
    amount_cents: int
    worker_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What is known when a session is complete.

    `clients` are all of the session, in their order; `came` those who attended, `charged` those who cancelled and pay.
    `portions` are the ones that were changed, of the primary service; `spread`: the same for each who came.
    """

    clients: Sequence[UUID]
    came: Collection[UUID]
    scheduled_minutes: int
    actual_minutes: int
    plans: Sequence[PlannedService]
    terms: Terms
    worker_id: UUID | None = None
    charged: Collection[UUID] = ()
    portions: Mapping[UUID, Decimal] = field(default_factory=dict)
    spread: bool = False
    apportionment: bool = True
    travels: Sequence[Travel] = ()
    agreed: Agreed = field(default_factory=dict)

    @property
    def primary(self) -> PlannedService | None:
        return next((plan for plan in self.plans if plan.primary), None)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The lines, the portions of the primary service by client, and what is warned of."""

    lines: tuple[Line, ...] = ()
    portions: Mapping[UUID, Decimal] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def deliver(done: Completion) -> Delivery:
    """Every line of a complete session, and the portions they follow."""
    _check_changes(done)
    portions = {plan.id: portions_of(done, plan) for plan in done.plans}
    warnings = {plan.id: _check(done, plan, portions[plan.id]) for plan in done.plans}
    lines = [line for plan in done.plans for line in _service_lines(done, plan, portions[plan.id])]
    primary = done.primary
    if primary is None:
        return Delivery(lines=tuple(lines))
    main = portions[primary.id]
    for travel in done.travels:
        lines += _travel_lines(done, primary, travel, main)
    return Delivery(lines=tuple(lines), portions=main, warnings=tuple(warnings[primary.id]))


# --- portions -----------------------------------------------------------------------------------------------


def _check_changes(done: Completion) -> None:
    """Portions may be changed only of a shared service that allows it, and of who came."""
    if not done.portions and not done.spread:
        return
    plan = done.primary
    if plan is None or not may_apportion(
        allowed=done.apportionment, ratio=plan.ratio, prevented=plan.service.prevent_apportioning
    ):
        raise DomainError("E_APPORTIONMENT", "The portions of this session's primary service are fixed")
    if not set(done.portions) <= set(_heads(done, plan)) & set(done.came):
        raise DomainError("E_APPORTIONMENT", "Only a client who came and gets the service has a portion")


def _heads(done: Completion, plan: PlannedService) -> list[UUID]:
    """The clients a service is planned for, in the session's order."""
    wanted = {client.client_id for client in plan.clients}
    return [client for client in done.clients if client in wanted]


def portions_of(done: Completion, plan: PlannedService) -> dict[UUID, Decimal]:
    """Who came pays the scheduled portion (R20), unless it was changed."""
    found = {client: portion for client, portion in _scheduled(done, plan).items() if client in done.came}
    if plan.primary and done.spread:
        left = WHOLE - sum(_charged(done, plan))
        found = dict(zip(found, equal_portions(len(found), of=left), strict=True))
    return {**found, **done.portions} if plan.primary else found


def _scheduled(done: Completion, plan: PlannedService) -> dict[UUID, Decimal]:
    heads = _heads(done, plan)
    return dict(zip(heads, scheduled_portions(plan.ratio, len(heads)), strict=True))


def _charged(done: Completion, plan: PlannedService) -> list[Decimal]:
    """Who cancelled and pays keeps the scheduled portion (R22)."""
    return [portion for client, portion in _scheduled(done, plan).items() if client in done.charged]


def _check(done: Completion, plan: PlannedService, portions: Mapping[UUID, Decimal]) -> list[str]:
    """R21, of a service that is shared; what the provider absorbs is warned of."""
    if plan.ratio == 1 or not portions:
        return []
    return check_portions(portions.values(), _charged(done, plan))


# --- lines --------------------------------------------------------------------------------------------------


def _minutes(done: Completion, plan: PlannedService) -> int:
    """The time that counts."""
    return done.actual_minutes if plan.method is DeliveryMethod.WORKER_ACTUAL_TIME else done.scheduled_minutes


def _service_lines(done: Completion, plan: PlannedService, portions: Mapping[UUID, Decimal]) -> list[Line]:
    """One for each client who came; with those who pay though they cancelled, cents add up to the fee (R23)."""
    minutes = _minutes(done, plan)
    total, hundredths = price(plan, minutes), int(quantity(plan, minutes) * 100)
    amounts = shares(total, list(portions.values()))
    parts = shares(hundredths, list(portions.values()))
    return [
        Line(
            client_id=client,
            worker_id=done.worker_id,
            service_id=plan.service_id,
            kind=Delivered.SERVICE,
            quantity=Decimal(part).scaleb(-2),
            rate_cents=plan.rate_cents,
            amount_cents=amount,
        )
        for (client, portion), amount, part in zip(portions.items(), amounts, parts, strict=True)
        if portion
    ]


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """What some travel comes to before it is split: so many hundredths of a unit, so many cents."""

    kind: Delivered
    hundredths: int
    rate_cents: int
    cents: int


def _claims(plan: PlannedService, travel: Travel, terms: Terms) -> Iterator[_Claim]:
    """Time up to its cap (R41, R42), and apart from it what was paid on the way (R43, R44)."""
    therapy = plan.service.therapy
    if minutes := claimable_minutes(travel, terms, therapy=therapy):
        rate = time_rate(plan.rate_cents, terms, therapy=therapy)
        hours = int(round(Decimal(minutes) / 60, 2) * 100)
        amount = time_amount(minutes, rate)
        yield _Claim(kind=Delivered.TRAVEL_TIME, hundredths=hours, rate_cents=rate, cents=amount)
    if costs_claimable(travel, therapy=therapy):
        cost, driven = cost_amount(travel, terms), travel.direction is Direction.WITH
        kind = Delivered.TRANSPORT_COST if driven else Delivered.TRAVEL_COST
        yield _Claim(kind=kind, hundredths=cost, rate_cents=_DOLLAR, cents=cost)


def _travel_lines(
    done: Completion, plan: PlannedService, travel: Travel, portions: Mapping[UUID, Decimal]
) -> Iterator[Line]:
    """What was driven, split over whom it was for; only who agreed gets a line, for their own part (R40)."""
    for claim in _claims(plan, travel, done.terms):
        amounts, parts = (_over(done, travel, portions, of) for of in (claim.cents, claim.hundredths))
        for client, amount in amounts.items():
            if amount and _may_charge(done, plan, client, claim.kind):
                yield Line(
                    client_id=client,
                    worker_id=travel.worker_id,
                    service_id=plan.service_id,
                    kind=claim.kind,
                    quantity=Decimal(parts[client]).scaleb(-2),
                    rate_cents=claim.rate_cents,
                    amount_cents=amount,
                )


def _over(done: Completion, travel: Travel, portions: Mapping[UUID, Decimal], total: int) -> dict[UUID, int]:
    """By portion, the provider keeping what nobody's is (R43); whoever was driven bears all of it, by their portions
    or, where one has none, equally (R44)."""
    if not travel.clients and travel.direction is not Direction.WITH:
        return dict(zip(portions, shares(total, list(portions.values())), strict=True))
    named = {client.client_id for client in travel.clients} or set(done.came)
    some = [client for client in done.clients if client in named and client in done.came]
    weights = [portions.get(client, Decimal(0)) for client in some]
    return dict(zip(some, split(total, weights if all(weights) else [Decimal(1)] * len(some)), strict=True))


def _may_charge(done: Completion, plan: PlannedService, client: UUID, kind: Delivered) -> bool:
    """R40: the agreement, the service and the plan all say so; else it is captured and nothing more."""
    item = done.agreed.get((client, plan.service_id))
    if item is None or not plan.travel_chargeable:
        return False
    if kind is Delivered.TRANSPORT_COST:
        return item.allow_transport and plan.service.allow_transport
    return item.allow_travel and plan.service.allow_travel
