"""Online booking's nouns: appointment types, requests, the policy, and what a request locks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from model.act import Act
from model.appointment_type import AppointmentType, check_type
from model.booking import BookingRequest, RequestState, check_acknowledged, check_notice, hashed
from model.details import TENTATIVE, Status
from model.errors import DomainError
from model.lock import Lock
from model.session import TRANSITIONS, Session

NOW = datetime(2026, 3, 9, 14, tzinfo=UTC)
ACT = Act(actor="mia", now=NOW, new_id=lambda: UUID(int=7))


@pytest.mark.parametrize(
    ("name", "length", "padding"),
    [("", 50, 0), ("n" * 61, 50, 0), ("n", 0, 0), ("n", 1441, 0), ("n", 50, -1), ("n", 50, 241)],
)
def test_003_06_003_07_003_08_a_type_out_of_bounds_is_refused(name: str, length: int, padding: int) -> None:
    with pytest.raises(DomainError, match=r"appointment|Padding|Appointment"):
        check_type(name=name, length_min=length, padding_min=padding)


@pytest.mark.parametrize(("length", "padding"), [(1, 0), (1440, 240)])
def test_003_07_lengths_from_a_minute_to_a_day_and_003_08_padding_up_to_four_hours(
    length: int, padding: int
) -> None:
    check_type(name="Psychotherapy", length_min=length, padding_min=padding)


def test_003_06_a_retired_type_is_not_offered() -> None:
    with pytest.raises(DomainError, match="no longer offered"):
        AppointmentType(ref="old", active=False).check_offered()


def request(state: RequestState = RequestState.PENDING, *, ahead: int = 1) -> BookingRequest:
    return BookingRequest(state=state, starts_at=NOW + timedelta(hours=ahead), message="")


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("to", list(RequestState))
def test_r64_a_request_is_answered_once(state: RequestState, to: RequestState) -> None:
    one = request(state)
    if state is RequestState.PENDING and to is not RequestState.PENDING:
        one.become(to, ACT, "Please try Thursday")
        assert (one.state, one.answered_at, one.message) == (to, NOW, "Please try Thursday")
    else:
        with pytest.raises(DomainError) as refused:
            one.become(to, ACT)
        assert refused.value.code == "E_TRANSITION"
        assert one.state is state


def test_r64_what_has_begun_is_not_accepted_any_more() -> None:
    with pytest.raises(DomainError, match="expired"):
        request(ahead=0).become(RequestState.ACCEPTED, ACT)


def test_r64_a_message_has_its_length() -> None:
    with pytest.raises(DomainError, match="2000"):
        request().become(RequestState.DECLINED, ACT, "n" * 2001)


def test_e_policy_ack_the_policy_is_part_of_the_refusal() -> None:
    with pytest.raises(DomainError) as refused:
        check_acknowledged("Cancel a day before.", acknowledged=False)
    assert refused.value.code == "E_POLICY_ACK"
    assert "Cancel a day before." in refused.value.message
    check_acknowledged("Cancel a day before.", acknowledged=True)
    check_acknowledged("", acknowledged=False)


@pytest.mark.parametrize(("hours", "refused"), [(0, False), (3, False), (4, True)])
def test_r63_lateness_forbids_only_what_the_practice_enforces(hours: int, refused: bool) -> None:
    start = NOW + timedelta(hours=3)
    if refused:
        with pytest.raises(DomainError) as error:
            check_notice(start, now=NOW, hours=hours)
        assert error.value.code == "E_CUTOFF"
    else:
        check_notice(start, now=NOW, hours=hours)


def test_004_25_a_request_cannot_be_dragged_nor_edited() -> None:
    session = Session(status=Status.PENDING)
    session.workers, session.clients = [], []
    assert session.lock is Lock.REQUEST_PENDING
    assert session.frozen
    assert TRANSITIONS[Status.PENDING] == {Status.ROSTERED}
    assert Status.PENDING in TENTATIVE


def test_what_is_kept_of_an_address_is_not_the_address() -> None:
    assert hashed("") == ""
    assert "203.0.113.7" not in hashed("203.0.113.7")
    assert hashed("a") != hashed("b")
