"""R20-R23: portions of a shared service, and cents that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import DomainError
from model.portions import (
    WHOLE,
    check_portions,
    check_ratio,
    equal_portions,
    may_apportion,
    scheduled_portions,
    shares,
    split,
)

PERCENT = st.integers(0, 10_000).map(lambda part: Decimal(part).scaleb(-2))


def percents(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("ratio", "heads", "each"),
    [
        (1, 1, ["100.00"]),
        (2, 2, ["50.00", "50.00"]),
        (4, 4, ["25.00"] * 4),
        (4, 3, ["25.00"] * 3),  # of the ratio, not of the heads present
        (3, 3, ["33.34", "33.33", "33.33"]),
        (3, 1, ["33.34"]),
    ],
)
def test_r20_a_default_portion_is_of_the_ratio(ratio: int, heads: int, each: list[str]) -> None:
    assert scheduled_portions(ratio, heads) == percents(*each)


@pytest.mark.parametrize(("ratio", "heads"), [(0, 0), (-1, 0), (100, 1), (1, 2), (3, 4)])
def test_e_ratio_is_for_no_ratio_and_for_more_clients_than_it_allows(ratio: int, heads: int) -> None:
    with pytest.raises(DomainError) as refused:
        check_ratio(ratio, heads)
    assert refused.value.code == "E_RATIO"


@pytest.mark.parametrize(
    ("active", "charged"),
    [
        (["40", "40", "40"], []),
        (["50", "50"], ["0.01"]),
        (["-1", "50"], []),
        (["100.01"], []),
        (["33.333"], []),
    ],
)
def test_r21_e_portion_sum(active: list[str], charged: list[str]) -> None:
    with pytest.raises(DomainError) as refused:
        check_portions(percents(*active), percents(*charged))
    assert refused.value.code == "E_PORTION_SUM"


@pytest.mark.parametrize(
    ("active", "charged", "warnings"),
    [
        (["25", "25", "25"], [], ["PORTION_UNDER_100"]),
        (["33.34", "33.33", "33.33"], [], []),
        (["25", "25", "25"], ["25"], []),
        (["0", "100"], [], []),
        ([], [], []),
    ],
)
def test_r21_portion_under_100_warns(active: list[str], charged: list[str], warnings: list[str]) -> None:
    assert check_portions(percents(*active), percents(*charged)) == warnings


def test_r23_us14_eighty_dollars_over_three() -> None:
    assert equal_portions(3) == percents("33.34", "33.33", "33.33")
    assert shares(80_00, equal_portions(3)) == [26_67, 26_67, 26_66]


def test_r21_the_provider_absorbs_what_nobody_pays() -> None:
    assert shares(80_00, percents("25", "25", "25")) == [20_00, 20_00, 20_00]


def test_r23_us15_an_odd_cent_goes_to_the_first_of_equals() -> None:
    assert shares(183_99, percents("50", "50")) == [92_00, 91_99]


@pytest.mark.parametrize(
    ("allowed", "ratio", "prevented", "may"),
    [(True, 4, False, True), (False, 4, False, False), (True, 1, False, False), (True, 4, True, False)],
)
def test_portions_change_only_where_they_may(allowed: bool, ratio: int, prevented: bool, may: bool) -> None:
    assert may_apportion(allowed=allowed, ratio=ratio, prevented=prevented) is may


@given(st.integers(1, 99))
def test_r23_equal_portions_make_a_hundred(count: int) -> None:
    portions = equal_portions(count)
    assert sum(portions) == WHOLE
    assert max(portions) - min(portions) <= Decimal("0.01")


@given(st.integers(0, 10_000_000), st.lists(st.integers(0, 10_000).map(Decimal), max_size=12))
def test_r23_parts_add_up_and_none_is_a_whole_part_off(total: int, weights: list[Decimal]) -> None:
    parts = split(total, weights)
    whole = sum(weights)
    if not whole:
        assert set(parts) <= {0}
        return
    assert sum(parts) == total
    assert all(abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True))


@given(st.integers(0, 10_000_000), st.lists(PERCENT, max_size=8))
def test_r21_lines_never_come_to_more_than_the_fee(total: int, portions: list[Decimal]) -> None:
    if sum(portions) > WHOLE:
        with pytest.raises(DomainError):
            check_portions(portions)
        return
    cents = shares(total, portions)
    assert sum(cents) <= total
    if sum(portions) == WHOLE:
        assert sum(cents) == total
