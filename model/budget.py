"""Budgets of rosters: what the planned sessions of a period are going to cost their clients, held against a number.

A sum and a comparison, as with contracted hours (DOMAIN 7): more than the budget is only to be known.
"""

from collections import Counter
from collections.abc import Iterable

from model.money import in_dollars
from model.price import part_of, price_at
from model.roster import RosterSlot
from model.slot_service import Rates, RosterSlotService


def cost(slots: Iterable[tuple[RosterSlot, Rates]]) -> int:
    """Of planned sessions, each with what was agreed for its day: everybody's share of everything, in cents."""
    return sum(_of(one, slot.minutes, rates) for slot, rates in slots for one in slot.services)


def _of(service: RosterSlotService, minutes: int, rates: Rates) -> int:
    """At the agreed rates, as it is published: who agreed to nothing that day gets nothing."""
    agreed = Counter(rates.get((one.client_id, service.service_id)) for one in service.clients)
    return sum(
        part_of(price_at(service, minutes, rate), service.ratio, place)
        for rate, clients in agreed.items()
        if rate is not None
        for place in range(clients)
    )


def over(budget_cents: int | None, cost_cents: int) -> str:
    """What to say of a plan that costs more than its budget; nothing of any other."""
    if budget_cents is None or cost_cents <= budget_cents:
        return ""
    return (
        f"What is planned costs {in_dollars(cost_cents)}, and the budget is {in_dollars(budget_cents)}: take sessions"
        " or services off, or make them shorter; it may be published as it is"
    )
