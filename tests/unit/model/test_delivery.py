"""What a complete session makes, to the cent: the figures of US14 and US15, and laws about sums."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.agreement import AgreementItem
from model.delivered import Delivered
from model.delivery import Completion, Delivery, Line, deliver
from model.errors import DomainError
from model.service import DeliveryMethod, PlannedService, PlannedServiceClient, Service, Unit
from model.travel import Direction, Travel, TravelClient, Vehicle, terms_on

NOOR, LIAM, EVA, JORDAN = (UUID(int=n) for n in range(1, 5))
PRIYA = UUID(int=99)


def a_plan(clients: Sequence[UUID], **values: object) -> PlannedService:
    service = Service(
        id=uuid4(), unit=Unit.HOUR, therapy=values.pop("therapy", False), allow_travel=True, allow_transport=True,
        prevent_apportioning=values.pop("prevented", False),
    )  # fmt: skip
    usual: dict[str, object] = {
        "ratio": len(clients), "method": DeliveryMethod.SCHEDULED_TIME, "quantity": None, "rate_cents": 40_00,
        "travel_chargeable": True, "primary": True, "ad_hoc": False,
    }  # fmt: skip
    plan = PlannedService(id=uuid4(), service_id=service.id, **(usual | values))
    plan.service = service
    plan.clients = [PlannedServiceClient(client_id=client) for client in clients]
    return plan


def agreed_by(
    plan: PlannedService, *clients: UUID, travel: bool = True
) -> dict[tuple[UUID, UUID], AgreementItem]:
    item = AgreementItem(id=uuid4(), allow_travel=travel, allow_transport=travel)
    return {(client, plan.service_id): item for client in clients}


def done(plans: Sequence[PlannedService], clients: Sequence[UUID], **values: object) -> Completion:
    usual: dict[str, object] = {
        "came": clients, "scheduled_minutes": 60, "actual_minutes": 60, "terms": terms_on(date(2026, 3, 18)),
        "worker_id": PRIYA,
    }  # fmt: skip
    return Completion(plans=plans, clients=clients, **(usual | values))  # type: ignore[arg-type]


def a_drive(direction: Direction = Direction.TO, *clients: UUID, **values: object) -> Travel:
    usual: dict[str, object] = {
        "minutes": 0, "km": Decimal(0), "vehicle": Vehicle.STANDARD, "tolls_cents": 0, "parking_cents": 0,
        "other_cents": 0, "area": 2, "worker_id": PRIYA,
    }  # fmt: skip
    travel = Travel(id=uuid4(), direction=direction, **(usual | values))
    travel.clients = [TravelClient(client_id=client) for client in clients]
    return travel


def amounts(delivery: Delivery, kind: Delivered = Delivered.SERVICE) -> list[int]:
    return [line.amount_cents for line in delivery.lines if line.kind is kind]


def code_of(completion: Completion) -> str:
    with pytest.raises(DomainError) as refused:
        deliver(completion)
    return refused.value.code


# --- US14 ---------------------------------------------------------------------------------------------------


def the_group(**values: object) -> Completion:
    """US14: 1:4 for two hours, $80 together; Eva cancelled in time."""
    four = [NOOR, LIAM, JORDAN, EVA]
    plan = a_plan(four, **({"prevented": values.pop("prevented")} if "prevented" in values else {}))
    usual: dict[str, object] = {"came": [NOOR, LIAM, JORDAN], "scheduled_minutes": 120}
    return done([plan], four, **(usual | values))


def test_r20_r21_us14_the_three_who_came_pay_their_quarter_and_it_is_warned_of() -> None:
    delivery = deliver(the_group())
    assert amounts(delivery) == [20_00, 20_00, 20_00]
    assert delivery.warnings == ("PORTION_UNDER_100",)
    assert list(delivery.portions.values()) == [Decimal("25.00")] * 3


def test_r23_us14_spread_over_the_three_it_comes_to_the_whole() -> None:
    portions = dict(zip([NOOR, LIAM, JORDAN], map(Decimal, ("33.34", "33.33", "33.33")), strict=True))
    delivery = deliver(the_group(portions=portions))
    assert amounts(delivery) == [26_67, 26_67, 26_66]
    assert delivery.warnings == ()
    spread = deliver(the_group(spread=True))
    assert (amounts(spread), spread.portions) == (amounts(delivery), delivery.portions)


def test_e_portion_sum_us14_three_times_forty() -> None:
    assert code_of(the_group(portions=dict.fromkeys([NOOR, LIAM, JORDAN], Decimal(40)))) == "E_PORTION_SUM"


def test_r22_who_cancelled_and_pays_keeps_the_scheduled_portion() -> None:
    delivery = deliver(the_group(charged=[EVA]))
    assert amounts(delivery) == [20_00, 20_00, 20_00]
    assert delivery.warnings == ()
    assert code_of(the_group(charged=[EVA], portions={NOOR: Decimal("25.01")})) == "E_PORTION_SUM"


def test_r22_spreading_leaves_the_portion_of_who_cancelled_and_pays() -> None:
    assert amounts(deliver(the_group(charged=[EVA], spread=True))) == [20_00, 20_00, 20_00]


@pytest.mark.parametrize(
    "completion",
    [
        the_group(portions={NOOR: Decimal(30)}, apportionment=False),
        the_group(portions={NOOR: Decimal(30)}, prevented=True),
        the_group(portions={EVA: Decimal(30)}),
        done([a_plan([NOOR])], [NOOR], portions={NOOR: Decimal(50)}),
        done([], [NOOR], spread=True),
    ],
    ids=["off", "prevented", "did not come", "1:1", "nothing planned"],
)
def test_e_apportionment_is_for_portions_that_are_fixed(completion: Completion) -> None:
    assert code_of(completion) == "E_APPORTIONMENT"


def test_r20_portions_are_changed_for_the_primary_service_alone() -> None:
    both = [NOOR, LIAM]
    second = a_plan(both, primary=False, rate_cents=10_00)
    delivery = deliver(done([a_plan(both), second], both, portions={NOOR: Decimal(60), LIAM: Decimal(40)}))
    assert amounts(delivery) == [24_00, 16_00, 5_00, 5_00]


# --- US15 ---------------------------------------------------------------------------------------------------


def the_outing(liam_travels: bool = True, **values: object) -> Completion:
    """US15: 1:2 at $183.99 an hour, a splint for Noor, 40 minutes and 22 km there, 10 km together in a bus."""
    both = [NOOR, LIAM]
    outing = a_plan(both, rate_cents=183_99, therapy=True)
    splint = a_plan(
        [NOOR], rate_cents=45_00, method=DeliveryMethod.FIXED_QUANTITY, quantity=Decimal("1.00"), primary=False,
        ad_hoc=True,
    )  # fmt: skip
    travels = [
        a_drive(minutes=40, km=Decimal(22), tolls_cents=5_00),
        a_drive(Direction.WITH, *both, minutes=20, km=Decimal(10), vehicle=Vehicle.MODIFIED_OR_BUS),
    ]
    agreed = agreed_by(outing, NOOR) | agreed_by(outing, LIAM, travel=liam_travels)
    return done([outing, splint], both, travels=travels, agreed=agreed, **values)


def told(lines: Sequence[Line]) -> list[tuple[Delivered, UUID, str, int, int]]:
    return [(one.kind, one.client_id, str(one.quantity), one.rate_cents, one.amount_cents) for one in lines]


def test_us15_every_amount() -> None:
    assert told(deliver(the_outing()).lines) == [
        (Delivered.SERVICE, NOOR, "0.50", 183_99, 92_00),
        (Delivered.SERVICE, LIAM, "0.50", 183_99, 91_99),
        (Delivered.SERVICE, NOOR, "1.00", 45_00, 45_00),
        (Delivered.TRAVEL_TIME, NOOR, "0.25", 92_00, 23_00),
        (Delivered.TRAVEL_TIME, LIAM, "0.25", 92_00, 23_00),
        (Delivered.TRAVEL_COST, NOOR, "13.39", 1_00, 13_39),
        (Delivered.TRAVEL_COST, LIAM, "13.39", 1_00, 13_39),
        (Delivered.TRANSPORT_COST, NOOR, "13.80", 1_00, 13_80),
        (Delivered.TRANSPORT_COST, LIAM, "13.80", 1_00, 13_80),
    ]


def test_r40_us15_without_liams_agreement_his_travel_is_absent_and_noors_as_it_was() -> None:
    with_both = told(deliver(the_outing()).lines)
    without = [one for one in with_both if one[0] is Delivered.SERVICE or one[1] == NOOR]
    assert len(without) == 6
    assert told(deliver(the_outing(liam_travels=False)).lines) == without


@pytest.mark.parametrize("missing", ["service", "plan", "agreement"])
def test_r40_agreement_service_and_plan_all_have_to_allow_it(missing: str) -> None:
    completion = the_outing()
    plan = completion.plans[0]
    if missing == "service":
        plan.service.allow_travel = plan.service.allow_transport = False
    elif missing == "plan":
        plan.travel_chargeable = False
    else:
        completion = replace(completion, agreed={})
    assert {line.kind for line in deliver(completion).lines} == {Delivered.SERVICE}


def test_r43_travel_is_split_by_portion() -> None:
    delivery = deliver(the_outing(portions={NOOR: Decimal(75), LIAM: Decimal(25)}))
    assert amounts(delivery, Delivered.TRAVEL_TIME) == [34_50, 11_50]
    assert amounts(delivery, Delivered.TRAVEL_COST) == [20_09, 6_69]  # 20.085 and 6.695: of equals the first
    assert amounts(delivery, Delivered.TRANSPORT_COST) == [20_70, 6_90]


def test_r44_transport_is_split_over_those_who_were_driven() -> None:
    completion = the_outing()
    alone = a_drive(Direction.WITH, LIAM, km=Decimal(10), vehicle=Vehicle.MODIFIED_OR_BUS)
    delivery = deliver(replace(completion, travels=[alone]))
    assert amounts(delivery, Delivered.TRANSPORT_COST) == [27_60]


def test_r43_equally_where_somebody_has_no_portion() -> None:
    plan = a_plan([NOOR])
    drive = a_drive(Direction.WITH, NOOR, LIAM, km=Decimal(10))
    agreed = agreed_by(plan, NOOR, LIAM)
    delivery = deliver(done([plan], [NOOR, LIAM], travels=[drive], agreed=agreed))
    assert amounts(delivery, Delivered.TRANSPORT_COST) == [4_95, 4_95]


def test_who_did_not_come_is_charged_nothing() -> None:
    lines = deliver(the_outing(came=[LIAM])).lines
    assert {line.client_id for line in lines} == {LIAM}


def test_000_06_the_quantity_follows_the_length_or_the_actual_time_or_is_fixed() -> None:
    by_method = {
        method: deliver(
            done(
                [a_plan([NOOR], method=method, quantity=Decimal("2.50"), rate_cents=60_00)], [NOOR],
                scheduled_minutes=50, actual_minutes=70,
            )
        ).lines[0]
        for method in DeliveryMethod
    }  # fmt: skip
    assert {method: (str(line.quantity), line.amount_cents) for method, line in by_method.items()} == {
        DeliveryMethod.SCHEDULED_TIME: ("0.83", 50_00),  # by the minute, not by the rounded hour
        DeliveryMethod.WORKER_ACTUAL_TIME: ("1.17", 70_00),
        DeliveryMethod.FIXED_QUANTITY: ("2.50", 150_00),
    }


PORTIONS = st.lists(st.integers(0, 10_000), min_size=4, max_size=4).filter(lambda parts: sum(parts) <= 10_000)


@given(
    PORTIONS, st.integers(1, 500_00), st.integers(1, 1440), st.integers(0, 2000), st.sets(st.integers(0, 3))
)
def test_r21_r23_a_service_never_comes_to_more_than_its_fee_and_whole_portions_to_all_of_it(
    parts: list[int], rate: int, minutes: int, km: int, agreeing: set[int]
) -> None:
    four = [NOOR, LIAM, JORDAN, EVA]
    plan = a_plan(four, rate_cents=rate)
    portions = {client: Decimal(part).scaleb(-2) for client, part in zip(four, parts, strict=True)}
    drive = a_drive(minutes=minutes, km=Decimal(km))
    agreed = agreed_by(plan, *(four[i] for i in agreeing))
    delivery = deliver(
        done([plan], four, portions=portions, scheduled_minutes=minutes, travels=[drive], agreed=agreed)
    )
    fee = deliver(done([a_plan([NOOR], rate_cents=rate)], [NOOR], scheduled_minutes=minutes)).lines[0]
    assert sum(amounts(delivery)) <= fee.amount_cents
    if sum(parts) == 10_000:
        assert sum(amounts(delivery)) == fee.amount_cents
    assert sum(amounts(delivery, Delivered.TRAVEL_COST)) <= km * 99
    if sum(parts) == 10_000 and len(agreeing) == 4:
        assert sum(amounts(delivery, Delivered.TRAVEL_COST)) == km * 99
