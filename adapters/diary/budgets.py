"""What a roster may cost, and what the sessions that are planned in a period of it come to (DOMAIN 2)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.periods import period_named
from adapters.diary.rosters import newest_base
from adapters.diary.slot_services import agreed_with, rates_on
from model.budget import cost
from model.roster import RosterPeriod


@dataclass(frozen=True, kw_only=True)
class Budget:
    """In cents; what has no dates yet has no cost, as nothing there has a rate."""

    budget_cents: int | None
    cost_cents: int | None = None


def of_base(sessions: Sessions, name: str) -> Budget:
    """That of the newest version."""
    with reading(sessions) as database:
        return Budget(budget_cents=newest_base(database, name).budget_cents)


def of_period(sessions: Sessions, period: str) -> Budget:
    """With what is planned in it by now."""
    with reading(sessions) as database:
        row = period_named(database, period)
        return Budget(budget_cents=row.budget_cents, cost_cents=cost_of(database, row))


def cost_of(database: Database, period: RosterPeriod) -> int:
    """All of its planned sessions, at the rates of their days."""
    agreements = agreed_with(database, period.slots)
    return cost((slot, rates_on(agreements, slot)) for slot in period.slots)
