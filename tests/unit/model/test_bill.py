"""Bills: what is due, what was paid, what each state allows (DOMAIN 2, Billing; R71, R72; 004-02, 004-22 to -24)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.act import Act
from model.attendance import Attendance
from model.bill import (
    Bill,
    Billing,
    BillState,
    Charge,
    PaymentKind,
    billing_of,
    check_billable,
    new_bill,
    not_billable_yet,
    on_superbill,
    stayed_away,
)
from model.details import Kind, ShowAs, Status
from model.errors import DomainError
from model.modifier import typed
from model.moment import Span, zone
from model.people import Client
from model.service import DeliveryMethod, PlannedService, Service, Unit
from model.session import Session

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
ACT = Act(actor="mia", now=NOW, new_id=uuid4)
TZ = zone("America/Chicago")
THERAPY = Service(id=uuid4(), ref="therapy", code="90834", cpt="90834", name="Therapy", unit=Unit.EACH)
REPORT = Service(id=uuid4(), ref="report", code="REP", cpt=None, name="Report", unit=Unit.HOUR)
JORDAN = Client(id=uuid4(), ref="jordan", internal_id="C-1042", name="Jordan Blake")


def a_session(kind: Kind = Kind.CLIENT_SESSION, attendance: Attendance = Attendance.ATTENDED) -> Session:
    row = Session(id=uuid4(), kind=kind, status=Status.ROSTERED, show_as=ShowAs.BUSY, modifier_text="")
    row.clients, row.workers, row.cancellations = [], [], []
    start = datetime(2026, 3, 4, 10, tzinfo=TZ)
    row.span = Span(start=start, end=start + timedelta(minutes=50), tz=TZ)
    row.add_client(JORDAN, ACT)
    row.clients[0].status = attendance
    return row


def a_bill(*amounts: int) -> Bill:
    bill = new_bill(JORDAN, "B-1001", ACT)
    session = a_session()
    for amount in amounts or (15_000,):
        bill.add_line(session, Charge(amount_cents=amount, service=THERAPY), ACT)
    return bill


def refusal(step: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        step()
    return refused.value.code


# --- the state machine ----------------------------------------------------------------------------------------


def state_of(bill: Bill) -> Billing:
    session_id = bill.lines[0].session_id
    assert session_id is not None
    return billing_of([bill], session_id, JORDAN.id)


def test_004_24_unbilled_billed_paid_and_back_again() -> None:
    bill = a_bill()
    seen = [state_of(bill)]
    bill.pay(None, ACT)
    seen.append(state_of(bill))
    bill.refund(None, ACT)
    seen.append(state_of(bill))
    bill.cancel(ACT)
    seen.append(state_of(bill))
    assert seen == [Billing.BILLED, Billing.PAID, Billing.BILLED, Billing.UNBILLED]


def test_004_24_a_payment_entered_by_mistake_is_removed_and_remembered() -> None:
    bill = a_bill()
    bill.pay(None, ACT)
    bill.remove_payment(1, ACT)
    assert (bill.state, bill.paid_cents, bill.payments[0].removed_by) == (BillState.BILLED, 0, "mia")


def test_e_transition_a_paid_bill_is_not_cancelled() -> None:
    bill = a_bill()
    bill.pay(1, ACT)
    assert refusal(lambda: bill.cancel(ACT)) == "E_TRANSITION"
    assert bill.state is BillState.PAID


_STEPS: dict[str, Callable[[Bill], object]] = {
    "pay": lambda bill: bill.pay(None, ACT),
    "refund": lambda bill: bill.refund(None, ACT),
    "cancel": lambda bill: bill.cancel(ACT),
}


@pytest.mark.parametrize(
    ("state", "step"),
    [("BILLED", "refund"), ("PAID", "pay"), ("PAID", "cancel")]
    + [("CANCELLED", step) for step in ("pay", "refund", "cancel")],
)
def test_e_transition_everything_else_is_refused(state: str, step: str) -> None:
    bill = a_bill()
    for before in {"BILLED": [], "PAID": ["pay"], "CANCELLED": ["cancel"]}[state]:
        _STEPS[before](bill)
    assert refusal(lambda: _STEPS[step](bill)) == "E_TRANSITION"
    assert bill.state == state


def test_e_transition_what_is_billed_is_not_billed_twice() -> None:
    session = a_session()
    check_billable(session, session.clients[0], Billing.UNBILLED)
    for known in (Billing.BILLED, Billing.PAID):
        assert (
            refusal(lambda known=known: check_billable(session, session.clients[0], known)) == "E_TRANSITION"
        )  # type: ignore[misc]


def test_an_attendance_of_another_client_is_unbilled() -> None:
    bill = a_bill()
    session_id = bill.lines[0].session_id
    assert session_id is not None
    assert billing_of([bill], session_id, uuid4()) is Billing.UNBILLED


# --- money ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cents", [0, -1, 15_001])
def test_e_amount_a_payment_is_above_zero_and_not_above_what_is_due(cents: int) -> None:
    assert refusal(lambda: a_bill().pay(cents, ACT)) == "E_AMOUNT"


def test_e_amount_no_more_is_refunded_than_was_paid() -> None:
    bill = a_bill()
    bill.pay(5_000, ACT)
    assert refusal(lambda: bill.refund(5_001, ACT)) == "E_AMOUNT"


def test_e_amount_a_payment_that_was_partly_refunded_is_not_removed() -> None:
    bill = a_bill()
    bill.pay(None, ACT)
    bill.refund(5_000, ACT)
    assert refusal(lambda: bill.remove_payment(1, ACT)) == "E_AMOUNT"


@pytest.mark.parametrize("cents", [0, -100])
def test_e_amount_a_line_is_above_zero(cents: int) -> None:
    assert refusal(lambda: a_bill(cents)) == "E_AMOUNT"


_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refund", "remove", "edit", "add", "drop", "cancel"]), st.integers(0, 30_000)
    ),
    max_size=20,
)


def _play(bill: Bill, step: str, cents: int) -> None:
    if step in ("pay", "refund"):
        getattr(bill, step)(cents or None, ACT)
    elif step == "remove":
        bill.remove_payment(cents % 4 + 1, ACT)
    elif step == "edit":
        bill.edit_line(cents % 3 + 1, Charge(amount_cents=cents, service=THERAPY))
    elif step == "add":
        assert bill.lines[0].session is not None
        bill.add_line(bill.lines[0].session, Charge(amount_cents=cents, service=THERAPY), ACT)
    elif step == "drop":
        bill.drop_line(cents % 3 + 1)
    else:
        bill.cancel(ACT)


@settings(deadline=None)
@given(_MOVES)
def test_amounts_and_payments_always_add_up(moves: list[tuple[str, int]]) -> None:
    bill = a_bill(15_000, 4_500)
    for step, cents in moves:
        before = (bill.total_cents, bill.paid_cents, bill.state)
        refused = False
        try:
            _play(bill, step, cents)
        except DomainError:
            refused = True
        assert not refused or (bill.total_cents, bill.paid_cents, bill.state) == before
        kept = [one for one in bill.payments if one.removed_at is None]
        came = sum(one.amount_cents for one in kept if one.kind is PaymentKind.PAYMENT)
        went = sum(one.amount_cents for one in kept if one.kind is PaymentKind.REFUND)
        assert bill.paid_cents == came - went
        assert 0 <= bill.paid_cents <= bill.total_cents
        assert bill.paid_cents + bill.due_cents == bill.total_cents == sum(x.amount_cents for x in bill.lines)
        assert (bill.state is BillState.PAID) == (bill.paid_cents > 0)
        assert bill.lines
        assert all(line.amount_cents > 0 for line in bill.lines)


# --- services -------------------------------------------------------------------------------------------------


def test_004_23_the_services_of_an_unpaid_bill_are_edited() -> None:
    bill = a_bill()
    bill.edit_line(1, Charge(amount_cents=12_000, service=REPORT, modifiers=typed(["59"])))
    line = bill.line(1)
    assert (bill.total_cents, line.service_id, line.modifier_text) == (12_000, REPORT.id, "59")


@pytest.mark.parametrize("step", ["edit", "add", "drop"])
def test_004_24_those_of_a_paid_bill_are_not(step: str) -> None:
    bill = a_bill(15_000, 4_500)
    bill.pay(1, ACT)
    with pytest.raises(DomainError, match="PAID") as refused:
        _play(bill, step, 9_000)
    assert refused.value.code == "E_LOCKED"


def test_the_last_service_of_a_session_is_not_dropped() -> None:
    bill = a_bill(15_000, 4_500)
    bill.drop_line(1)
    assert refusal(lambda: bill.drop_line(2)) == "E_TRANSITION"


def test_e_not_billable_only_a_fee_has_no_service() -> None:
    bill = new_bill(JORDAN, "B-1", ACT)
    assert refusal(lambda: bill.add_line(a_session(), Charge(amount_cents=1), ACT)) == "E_NOT_BILLABLE"
    assert bill.add_line(a_session(), Charge(amount_cents=10_000, fee=True), ACT).service is None


# --- what is billed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.CLIENT_CONTACT, Kind.COLLATERAL_CONTACT, Kind.OTHER_EVENT])
def test_r72_contacts_and_other_events_are_never_billed(kind: Kind) -> None:
    row = a_session(kind)
    assert refusal(lambda: check_billable(row, row.clients[0], Billing.UNBILLED)) == "E_NOT_BILLABLE"


@pytest.mark.parametrize("status", [Attendance.BOOKED, Attendance.CONFIRMED, Attendance.ATTENDED])
def test_r1_what_a_worker_or_the_practice_cancelled_is_never_billed(status: Attendance) -> None:
    row = a_session(attendance=status)
    row.status = Status.CANCELLED
    assert refusal(lambda: check_billable(row, row.clients[0], Billing.UNBILLED)) == "E_NOT_BILLABLE"
    row.clients[0].status = Attendance.CANCELLED
    check_billable(row, row.clients[0], Billing.UNBILLED)


def test_e_not_billable_a_draft() -> None:
    row = a_session()
    row.status = Status.DRAFT
    assert refusal(lambda: check_billable(row, row.clients[0], Billing.UNBILLED)) == "E_NOT_BILLABLE"


def test_r71_attended_coded_billed_and_above_zero() -> None:
    bill = a_bill()
    attendance = a_session().clients[0]
    assert on_superbill(bill.lines[0], bill, attendance)
    bill.pay(None, ACT)
    assert on_superbill(bill.lines[0], bill, attendance)


@pytest.mark.parametrize("status", [one for one in Attendance if one is not Attendance.ATTENDED])
def test_r71_who_did_not_attend_is_not_on_it(status: Attendance) -> None:
    bill = a_bill()
    assert not on_superbill(bill.lines[0], bill, a_session(attendance=status).clients[0])


def test_r71_nor_is_what_has_no_cpt_no_amount_no_bill_or_no_client_there() -> None:
    bill, attendance = a_bill(), a_session().clients[0]
    line = bill.lines[0]
    assert not on_superbill(line, bill, None)
    line.amount_cents = 0
    assert not on_superbill(line, bill, attendance)
    line.amount_cents = 15_000
    line.service = REPORT
    assert not on_superbill(line, bill, attendance)
    line.service = THERAPY
    bill.cancel(ACT)
    assert not on_superbill(line, bill, attendance)


def test_r71_a_no_show_fee_is_never_on_it() -> None:
    bill = new_bill(JORDAN, "B-1", ACT)
    line = bill.add_line(a_session(), Charge(amount_cents=10_000, service=THERAPY, fee=True), ACT)
    assert not on_superbill(line, bill, a_session().clients[0])


@pytest.mark.parametrize("status", list(Attendance))
def test_what_is_billed_for_who_stayed_away_is_a_fee(status: Attendance) -> None:
    away = status in (Attendance.NO_SHOW, Attendance.CANCELLED)
    assert stayed_away(a_session(attendance=status).clients[0]) is away


# --- what is planned ------------------------------------------------------------------------------------------


def planned(service: Service, rate: int, **other: object) -> PlannedService:
    usual = {"ratio": 1, "method": DeliveryMethod.SCHEDULED_TIME, "quantity": None, "rate_cents": rate}
    row = PlannedService(id=uuid4(), **(usual | other))
    row.service, row.clients = service, []
    return row


def test_004_02_a_session_without_a_service_above_zero_is_not_billable_yet() -> None:
    row = a_session()
    assert not_billable_yet(row, [])
    assert not_billable_yet(row, [planned(THERAPY, 0)])
    assert not not_billable_yet(row, [planned(THERAPY, 0), planned(THERAPY, 15_000)])
    assert not not_billable_yet(a_session(Kind.CLIENT_CONTACT), [])
