"""Random lives of sessions: whatever is ordered, legal or not, no illegal state comes of it, money adds up to the cent,
and after a sync the calendar shows what the practice has (DOMAIN 1.6, 1.7, 2, 3; issue: proof of the whole practice).
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.property.support.agenda import check_agenda
from tests.property.support.book import Book
from tests.property.support.bookings import BOOKINGS
from tests.property.support.charges import CHARGES
from tests.property.support.furnish import furnished
from tests.property.support.house import BEDS, ROSTERS
from tests.property.support.laws import check_book
from tests.property.support.life import Beginning, Command, Dice, Life, Order
from tests.property.support.money import check_billing, check_money
from tests.property.support.people import PEOPLE
from tests.property.support.steps import check_step


def sync(life: Life, dice: Dice) -> None:
    """Now and then in between; what it came to is asked in the end."""
    life.world.persist()


COMMANDS: dict[str, Command] = {**BOOKINGS, **PEOPLE, **CHARGES, **BEDS, **ROSTERS, "sync": sync}
LIVES = int(os.environ.get("CALENDULA_LIVES", "36"))
ORDERS = int(os.environ.get("CALENDULA_ORDERS", "12"))
SEED = int(os.environ.get("CALENDULA_SEED", "1"))
PARTS = 4

_numbers = st.tuples(*[st.integers(0, 23)] * 14)


def _orders(names: dict[str, Command]) -> st.SearchStrategy[Order]:
    return st.tuples(st.sampled_from(sorted(names)), _numbers)


def judge(life: Life, before: Book) -> None:
    """Everything that is asked of an order that was done."""
    check_step(life, before)
    check_book(life.book)
    check_money(life.book)
    check_billing(life, before)


class Lives(RuleBasedStateMachine):
    """One life: orders of all kinds, one after another, and in the end its calendar."""

    begun: Beginning

    @initialize()
    def begin(self) -> None:
        self.life = Life.on(self.begun)

    @rule(order=_orders(BOOKINGS))
    def book(self, order: Order) -> None:
        self._take(order)

    @rule(order=_orders(PEOPLE))
    def staff(self, order: Order) -> None:
        self._take(order)

    @rule(order=_orders(CHARGES))
    def charge(self, order: Order) -> None:
        self._take(order)

    @rule(order=_orders(CHARGES))
    def charge_more(self, order: Order) -> None:
        self._take(order)

    @rule(order=_orders(BEDS))
    def house(self, order: Order) -> None:
        self._take(order)

    @rule(order=_orders({**ROSTERS, "sync": sync}))
    def plan_ahead(self, order: Order) -> None:
        self._take(order)

    def _take(self, order: Order) -> None:
        self.life.take(order, COMMANDS, judge)

    def teardown(self) -> None:
        if hasattr(self, "life"):
            try:
                check_agenda(self.life)
            finally:
                self.life.world.close()


@pytest.fixture(scope="session")
def marigold() -> Iterator[Beginning]:
    """One furnished practice, and a folder for copies of it, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield furnished(Path(folder))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_leads_to_an_illegal_state_and_money_adds_up(part: int, marigold: Beginning) -> None:
    machine = type(f"Lives{part}", (Lives,), {"begun": marigold})
    chosen = settings(
        max_examples=max(LIVES // PARTS, 1),
        stateful_step_count=ORDERS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(seed(SEED * 1000 + part)(machine), settings=chosen)
