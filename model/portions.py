"""Which part of a shared service each client pays for (R20-R23): percent with two places, cents that add up.

A portion is a share of 100 % of the service. What nobody pays is the provider's, and is never put on the others by
itself. Remainders go to whoever is owed most of one more part, so that lines add up to their total.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from model.errors import DomainError

WHOLE = Decimal("100.00")
_PARTS = 10_000  # a hundredth of a percent is one part
_LARGEST_RATIO = 99


def split(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Whole parts of `total` in proportion to weights, by the largest remainder; of equals the first (R23)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    owed = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in owed[: total - sum(parts)]:
        parts[i] += 1
    return parts


def equal_portions(count: int, *, of: Decimal = WHOLE) -> list[Decimal]:
    """The same for each of `count`, at 0.01 %: 33.34, 33.33, 33.33 (R23)."""
    parts = split(int(of * 100), [Decimal(1)] * count)
    return [Decimal(part).scaleb(-2) for part in parts]


def scheduled_portions(ratio: int, heads: int) -> list[Decimal]:
    """What a ratio 1:n gives each head: 100/n, however many heads there are (R20)."""
    check_ratio(ratio, heads)
    return equal_portions(ratio)[:heads]


def check_ratio(ratio: int, heads: int) -> None:
    """A ratio 1:n is for at most n clients (E_RATIO)."""
    if not 1 <= ratio <= _LARGEST_RATIO:
        raise DomainError("E_RATIO", f"A ratio is written as the n of 1:n, from 1 to {_LARGEST_RATIO}")
    if heads > ratio:
        raise DomainError(
            "E_RATIO",
            f"A service at 1:{ratio} is for at most {ratio} of the clients at once; name fewer or change the ratio",
        )


def check_portions(active: Iterable[Decimal], charged: Iterable[Decimal] = ()) -> list[str]:
    """R21: each from 0 to 100, all together at most 100; what is missing is warned of, and the provider's."""
    portions = [*active, *charged]
    if any(not 0 <= portion <= WHOLE or portion != round(portion, 2) for portion in portions):
        raise DomainError("E_PORTION_SUM", "A portion is from 0 to 100, with at most two decimal places")
    if sum(portions) > WHOLE:
        raise DomainError(
            "E_PORTION_SUM", f"The portions come to {sum(portions)} %; at most 100 can be charged; give less"
        )
    return ["PORTION_UNDER_100"] if portions and sum(portions) < WHOLE else []


def shares(total: int, portions: Sequence[Decimal]) -> list[int]:
    """Whole parts (cents, hundredths) of `total` for portions of 100; the provider's part is what they leave."""
    return split(total, [*portions, WHOLE - sum(portions)])[: len(portions)]


def may_apportion(*, allowed: bool, ratio: int, prevented: bool) -> bool:
    """Whether portions may be changed at all: the practice's setting, the service, and not at 1:1."""
    return allowed and not prevented and ratio > 1
