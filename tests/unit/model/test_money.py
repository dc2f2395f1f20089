"""Money is whole cents, rounded half up, and written with two places."""

from decimal import Decimal

import pytest

from model.money import cents, in_dollars


@pytest.mark.parametrize(
    ("amount", "rounded"), [("91.985", 92), ("0.5", 1), ("0.4999", 0), ("1.5", 2), ("2.5", 3), ("-0.4", 0)]
)
def test_half_a_cent_is_rounded_up(amount: str, rounded: int) -> None:
    assert cents(Decimal(amount)) == rounded


@pytest.mark.parametrize(("amount", "text"), [(0, "0.00"), (5, "0.05"), (15_000, "150.00"), (-250, "-2.50")])
def test_money_is_written_with_two_places(amount: int, text: str) -> None:
    assert in_dollars(amount) == text
