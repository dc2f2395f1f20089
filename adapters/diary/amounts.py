"""Read the amounts that people type: money as dollars and cents, numbers with so many decimal places."""

from decimal import Decimal, InvalidOperation

from model.errors import DomainError

_MOST = 10**7


def read_number(text: str, *, places: int) -> Decimal:
    """A number that is not negative, exactly as typed: what has more places is refused, never rounded."""
    try:
        found = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation as error:
        raise _no_amount(text, places) from error
    if not found.is_finite() or not 0 <= found <= _MOST or found != round(found, places):
        raise _no_amount(text, places)
    return round(found, places)


def read_cents(text: str) -> int:
    """Money, like "45" or "45.00"."""
    return int(read_number(text, places=2) * 100)


def _no_amount(text: str, places: int) -> DomainError:
    return DomainError("E_AMOUNT", f'"{text[:20]}" is not a number with at most {places} decimal places')
