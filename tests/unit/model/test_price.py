"""What a planned service comes to, and how a group shares it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from model.act import Act
from model.details import Kind
from model.moment import Span, zone
from model.people import Client
from model.price import planned_price, price, quantity, share_of
from model.service import DeliveryMethod, PlannedService, Service, Unit
from model.session import Session

ACT = Act(actor="mia", now=datetime(2026, 3, 4, 9, tzinfo=UTC), new_id=uuid4)
THERAPY = Service(id=uuid4(), ref="therapy", name="Therapy", unit=Unit.EACH)
REPORT = Service(id=uuid4(), ref="report", name="Report", unit=Unit.HOUR)


def lasting(minutes: int) -> Session:
    row = Session(id=uuid4(), kind=Kind.CLIENT_SESSION, clients=[])
    start = datetime(2026, 3, 4, 10, tzinfo=UTC)
    row.span = Span(start=start, end=start + timedelta(minutes=minutes), tz=zone("UTC"))
    return row


def planned(service: Service, rate: int, **other: object) -> PlannedService:
    usual = {"ratio": 1, "method": DeliveryMethod.SCHEDULED_TIME, "quantity": None, "rate_cents": rate}
    row = PlannedService(id=uuid4(), **(usual | other))
    row.service, row.clients = service, []
    return row


@settings(deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 6), st.integers(1, 6))
def test_r23_the_shares_of_a_group_never_exceed_the_whole_and_all_of_them_are_it(
    rate: int, n: int, heads: int
) -> None:
    row = lasting(50)
    for number in range(heads):
        row.add_client(Client(id=uuid4(), ref=str(number), internal_id=f"C-{number}", name="A B"), ACT)
    service = planned(THERAPY, rate, ratio=n)
    shares = [share_of(service, row, one.client_id) for one in row.clients]
    whole = planned_price(service, row)
    assert sum(shares[:n]) <= whole
    assert heads < n or sum(shares[:n]) == whole
    assert max(shares) - min(shares) <= 1
    assert share_of(service, row, uuid4()) == 0


def test_a_planned_hour_follows_the_length() -> None:
    row = lasting(50)
    assert planned_price(planned(REPORT, 19_399), row) == 16_166
    fixed = planned(REPORT, 4_500, method=DeliveryMethod.FIXED_QUANTITY, quantity=Decimal("1.50"))
    assert planned_price(fixed, row) == 6_750
    assert planned_price(planned(THERAPY, 15_000), row) == 15_000


def test_000_06_what_is_sold_each_costs_the_same_however_long_it_takes() -> None:
    plan = planned(THERAPY, 15_000)
    assert {(price(plan, minutes), quantity(plan, minutes)) for minutes in (1, 50, 120)} == {
        (15_000, Decimal(1))
    }


@given(st.integers(1, 1_440), st.integers(0, 100_000))
def test_000_06_an_hour_is_charged_by_the_minute(minutes: int, rate: int) -> None:
    plan = planned(REPORT, rate)
    assert abs(price(plan, minutes) - Decimal(minutes * rate) / 60) <= Decimal("0.5")
    assert abs(quantity(plan, minutes) * 60 - minutes) <= Decimal("0.3")
