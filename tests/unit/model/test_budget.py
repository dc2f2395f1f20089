"""What a roster may cost (DOMAIN 2): laws of its sum, and what is said of more than that."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.budget import cost, over
from model.price import price
from model.roster import RosterSlot
from model.service import DeliveryMethod, PlannedService, Service, Unit
from model.slot_service import RosterSlotService, RosterSlotServiceClient

_HOUR = Service(id=uuid4(), ref="support", name="Support", unit=Unit.HOUR)
_EACH = Service(id=uuid4(), ref="meal", name="Meal", unit=Unit.EACH)
_CLIENTS = [uuid4() for _ in range(6)]


def _slot(minutes: int, *services: RosterSlotService) -> RosterSlot:
    row = RosterSlot(id=uuid4(), minutes=minutes)
    row.services = list(services)
    return row


def _for(heads: int, service: Service = _HOUR, **other: object) -> RosterSlotService:
    usual = {"ratio": 1, "method": DeliveryMethod.SCHEDULED_TIME, "quantity": None}
    row = RosterSlotService(id=uuid4(), service_id=service.id, **(usual | other))
    row.service = service
    row.clients = [RosterSlotServiceClient(client_id=one) for one in _CLIENTS[:heads]]
    return row


def _agreed(rate: int, *services: Service) -> dict[tuple[object, object], int]:
    return {(client, service.id): rate for client in _CLIENTS for service in services or (_HOUR,)}


@given(st.integers(1, 1440), st.integers(0, 100_000), st.integers(1, 6))
def test_a_group_that_is_full_costs_what_its_service_does(minutes: int, rate: int, n: int) -> None:
    plan = PlannedService(id=uuid4(), method=DeliveryMethod.SCHEDULED_TIME, quantity=None, rate_cents=rate)
    plan.service = _HOUR
    assert cost([(_slot(minutes, _for(n, ratio=n)), _agreed(rate))]) == price(plan, minutes)  # type: ignore[list-item]


@given(st.lists(st.tuples(st.integers(1, 1440), st.integers(0, 100_000)), max_size=5))
def test_a_period_costs_what_its_sessions_do(sessions: list[tuple[int, int]]) -> None:
    some = [(_slot(minutes, _for(1)), _agreed(rate)) for minutes, rate in sessions]
    assert cost(some) == sum(cost([one]) for one in some)  # type: ignore[arg-type, list-item]


def test_what_is_counted_costs_its_quantity_and_who_agreed_to_nothing_costs_nothing() -> None:
    meals = _for(2, _EACH, method=DeliveryMethod.FIXED_QUANTITY, quantity=Decimal("1.5"))
    assert cost([(_slot(60, meals), _agreed(1000, _EACH))]) == 3000  # type: ignore[list-item]
    assert cost([(_slot(60, meals), {(_CLIENTS[0], _EACH.id): 1000})]) == 1500
    assert cost([(_slot(60, meals), {})]) == 0


@pytest.mark.parametrize(
    ("budget", "costs", "told"), [(None, 10**9, False), (100, 100, False), (100, 101, True)]
)
def test_more_than_the_budget_is_said_with_both_numbers_and_what_to_do(
    budget: int | None, costs: int, told: bool
) -> None:
    said = over(budget, costs)
    assert bool(said) is told
    assert not told or ("1.01" in said and "1.00" in said and "take sessions or services off" in said)
