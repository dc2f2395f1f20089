"""Until when workers answer (DOMAIN 2, SessionWorker)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.acceptance import answer_until, check_in_time
from model.errors import DomainError
from model.moment import zone

ADELAIDE = zone("Australia/Adelaide")
START = datetime(2026, 4, 7, 10, tzinfo=ADELAIDE)  # clocks were put back on 5 April
EARLY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(("days", "day"), [(0, 7), (1, 6), (3, 4)])
def test_the_limit_lies_whole_days_before_the_start_on_the_wall_clock(days: int, day: int) -> None:
    assert answer_until(START, EARLY, days=days) == datetime(2026, 4, day, 10, tzinfo=ADELAIDE)


def test_who_was_assigned_after_the_limit_has_until_the_start() -> None:
    limit = answer_until(START, EARLY, days=2)
    assert answer_until(START, limit - timedelta(seconds=1), days=2) == limit
    assert answer_until(START, limit, days=2) == START


def test_at_the_limit_it_is_too_late() -> None:
    limit = answer_until(START, EARLY, days=2)
    check_in_time(START, EARLY, days=2, now=limit - timedelta(seconds=1))
    with pytest.raises(DomainError) as late:
        check_in_time(START, EARLY, days=2, now=limit)
    assert late.value.code == "E_TRANSITION"


@given(
    start=st.integers(0, 365 * 1440), days=st.integers(0, 99), assigned=st.integers(-150 * 1440, 365 * 1440)
)
def test_there_is_always_time_to_answer_what_was_assigned_before_it_begins(
    start: int, days: int, assigned: int
) -> None:
    begins = (EARLY + timedelta(minutes=start)).astimezone(ADELAIDE)
    at = EARLY + timedelta(minutes=assigned)
    until = answer_until(begins, at, days=days)
    assert until <= begins
    assert at < until or at >= begins
