"""R40-R44: travel time, travel costs and transport; rates and caps by date."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from model.errors import DomainError
from model.travel import (
    Direction,
    Terms,
    Travel,
    TravelRate,
    Vehicle,
    check_travel,
    claimable_minutes,
    cost_amount,
    costs_claimable,
    terms_on,
    time_amount,
    time_rate,
)

NOW = terms_on(date(2026, 3, 18))


def a_drive(direction: Direction = Direction.TO, **values: object) -> Travel:
    usual: dict[str, object] = {
        "minutes": 40, "km": Decimal("22.0"), "vehicle": Vehicle.STANDARD, "tolls_cents": 0, "parking_cents": 0,
        "other_cents": 0, "area": 2,
    }  # fmt: skip
    return Travel(id=uuid4(), direction=direction, **(usual | values))


@pytest.mark.parametrize(
    ("area", "minutes", "claimed"),
    [
        (1, 30, 30), (1, 31, 30), (3, 90, 30), (4, 60, 60), (4, 61, 60), (5, 90, 60), (6, 90, 90), (7, 300, 300),
        (None, 90, 30), (2, 10, 10),
    ],
)  # fmt: skip
def test_r41_time_is_capped_by_area(area: int | None, minutes: int, claimed: int) -> None:
    assert claimable_minutes(a_drive(area=area, minutes=minutes), NOW, therapy=True) == claimed


@pytest.mark.parametrize(
    ("direction", "therapy", "claimed"),
    [
        (Direction.TO, True, 30),
        (Direction.TO, False, 30),
        (Direction.FROM, True, 30),
        (Direction.FROM, False, 0),
        (Direction.WITH, True, 0),
    ],
)
def test_r41_the_way_back_is_for_therapy_only(direction: Direction, therapy: bool, claimed: int) -> None:
    assert claimable_minutes(a_drive(direction), NOW, therapy=therapy) == claimed
    assert costs_claimable(a_drive(direction), therapy=therapy) is (
        claimed > 0 or direction is Direction.WITH
    )


@pytest.mark.parametrize(
    ("day", "therapy", "rate"),
    [
        (date(2025, 6, 30), True, 183_99),
        (date(2025, 7, 1), True, 92_00),  # 91.995, to cents before it is multiplied
        (date(2026, 3, 18), True, 92_00),
        (date(2026, 3, 18), False, 183_99),
    ],
)
def test_r42_therapists_travel_at_half_the_rate_since_july_2025(day: date, therapy: bool, rate: int) -> None:
    assert time_rate(183_99, terms_on(day), therapy=therapy) == rate


def test_r42_the_rate_is_rounded_before_it_is_multiplied() -> None:
    assert time_amount(30, time_rate(183_99, NOW, therapy=True)) == 46_00
    assert time_amount(60 * 100, time_rate(183_99, NOW, therapy=True)) == 9_200_00  # not 9199.50


def test_r43_us15_costs_of_the_way_there() -> None:
    assert cost_amount(a_drive(tolls_cents=5_00), NOW) == 26_78


def test_r43_everything_that_was_paid_on_the_way_is_at_cost() -> None:
    paid = a_drive(km=Decimal(0), tolls_cents=1_10, parking_cents=2_20, other_cents=3_30)
    assert cost_amount(paid, NOW) == 6_60


def test_r43_a_bus_on_the_way_there_is_paid_as_a_car() -> None:
    assert cost_amount(a_drive(vehicle=Vehicle.MODIFIED_OR_BUS, km=Decimal(10)), NOW) == 9_90


@pytest.mark.parametrize(("vehicle", "cost"), [(Vehicle.STANDARD, 9_90), (Vehicle.MODIFIED_OR_BUS, 27_60)])
def test_r44_us15_kilometres_with_clients(vehicle: Vehicle, cost: int) -> None:
    assert cost_amount(a_drive(Direction.WITH, vehicle=vehicle, km=Decimal(10)), NOW) == cost


def test_r43_rates_of_the_practices_own_hold_from_their_day_until_the_next() -> None:
    row = TravelRate(
        id=uuid4(), ref="2026-27", since=date(2026, 7, 1), km_cents=105, bus_km_cents=300, therapy_percent=50,
        near_minutes=35, far_minutes=65,
    )  # fmt: skip
    assert terms_on(date(2026, 6, 30), [row.terms]).km_cents == 99
    assert cost_amount(a_drive(), terms_on(date(2026, 7, 1), [row.terms])) == 23_10
    assert claimable_minutes(a_drive(), terms_on(date(2027, 1, 1), [row.terms]), therapy=True) == 35


def test_r43_of_two_from_one_day_the_practices_own_comes_first() -> None:
    own = Terms(since=date(2025, 7, 1), km_cents=90)
    assert terms_on(date(2025, 8, 1), [own]).km_cents == 90


@pytest.mark.parametrize(
    "values",
    [
        {"minutes": -1},
        {"minutes": 1441},
        {"km": Decimal("-0.1")},
        {"km": Decimal("2000.1")},
        {"tolls_cents": -1},
        {"area": 8},
        {"area": 0},
    ],
)
def test_e_travel_is_for_what_nobody_drives(values: dict[str, object]) -> None:
    with pytest.raises(DomainError) as refused:
        check_travel(a_drive(**values))
    assert refused.value.code == "E_TRAVEL"
