"""Money in whole cents: how amounts are rounded to it, and how it is written."""

from decimal import ROUND_HALF_UP, Decimal


def cents(amount: Decimal) -> int:
    """To whole cents, half a cent up."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def in_dollars(amount_cents: int) -> str:
    """As people and programs read it: "45.00"."""
    return f"{Decimal(amount_cents).scaleb(-2):.2f}"
