"""The state machine of an attendance (DOMAIN 2), and the warning of an overlap that somebody knows of (004-16)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.act import Act
from model.attendance import ATTENDANCES, Attendance, SessionClient
from model.errors import DomainError
from model.overlap import acknowledge, warn
from model.session import Session

ACT = Act(actor="sam", now=datetime(2026, 3, 1, tzinfo=UTC), new_id=lambda: UUID(int=99))
LATER = Act(actor="ada", now=ACT.now + timedelta(days=1), new_id=ACT.new_id)


def attending(status: Attendance) -> SessionClient:
    return SessionClient(id=UUID(int=1), session_id=UUID(int=2), client_id=UUID(int=3), status=status)


@pytest.mark.parametrize("status", list(Attendance))
def test_e_transition_only_who_is_booked_can_confirm(status: Attendance) -> None:
    one = attending(status)
    if Attendance.CONFIRMED in ATTENDANCES[status]:
        one.confirm(ACT)
        assert (one.status, one.confirmed_at) == (Attendance.CONFIRMED, ACT.now)
        return
    with pytest.raises(DomainError) as refused:
        one.confirm(ACT)
    assert refused.value.code == "E_TRANSITION"
    assert (one.status, one.confirmed_at) == (status, None)


@pytest.mark.parametrize("status", list(Attendance))
def test_taking_a_confirmation_back_touches_nothing_else(status: Attendance) -> None:
    one = attending(status)
    one.unconfirm()
    assert one.status is (Attendance.BOOKED if status is Attendance.CONFIRMED else status)
    assert one.confirmed_at is None


def test_004_16_nobody_acknowledges_what_was_never_warned_of() -> None:
    row = Session(id=UUID(int=1))
    warn(row, met=False, known_to=ACT)
    with pytest.raises(DomainError) as refused:
        acknowledge(row, ACT)
    assert refused.value.code == "E_TRANSITION"
    assert not row.overlap_acknowledged


def test_004_16_the_first_who_acknowledged_stays_the_one_who_did() -> None:
    row = Session(id=UUID(int=1))
    warn(row, met=True)
    assert (row.overlap_warned, row.overlap_acknowledged) == (True, False)
    acknowledge(row, ACT)
    acknowledge(row, LATER)
    assert (row.overlap_acknowledged_by, row.overlap_acknowledged_at) == ("sam", ACT.now)


@given(
    st.lists(st.one_of(st.tuples(st.booleans(), st.sampled_from([None, ACT, LATER])), st.none()), min_size=1)
)
def test_004_16_acknowledged_is_only_what_was_warned_of_and_by_somebody(
    steps: list[tuple[bool, Act | None] | None],
) -> None:
    row = Session(id=UUID(int=1), overlap_acknowledged=False)
    warn(row, met=False)
    for step in steps:
        if step is not None:
            warn(row, met=step[0], known_to=step[1])
        elif row.overlap_warned:
            acknowledge(row, LATER)
        known = row.overlap_acknowledged
        assert row.overlap_warned or not known
        assert known == bool(row.overlap_acknowledged_by) == (row.overlap_acknowledged_at is not None)
