"""When a calendar is looked at again: cadence, jitter, back-off, and what a server asks for (DOMAIN 2)."""

from datetime import UTC, datetime, timedelta

import pytest

from sync.due import Cadence, failed_too_often, next_run, reconcile_due

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIVE = Cadence(every=timedelta(minutes=5))


def minutes(failures: int, *, wait: timedelta | None = None) -> float:
    return (next_run(FIVE, now=NOW, failures=failures, wait=wait) - NOW) / timedelta(minutes=1)


def test_back_off_doubles_up_to_an_hour() -> None:
    assert [minutes(n) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert minutes(10_000) == 60


def test_jitter_adds_a_tenth_at_most() -> None:
    assert minutes(0) == 5
    late = Cadence(every=timedelta(minutes=5), jitter=1.0)
    assert next_run(late, now=NOW, failures=0) == NOW + timedelta(minutes=5.5)


def test_what_a_server_asks_for_is_a_floor() -> None:
    assert minutes(0, wait=timedelta(seconds=10)) == 5
    assert minutes(1, wait=timedelta(hours=2)) == 120


def test_five_failures_are_too_many() -> None:
    assert [failed_too_often(n) for n in (0, 4, 5, 6)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (datetime(2026, 3, 2, 2, 29, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 2, 30, tzinfo=UTC), False),
        (datetime(2026, 3, 1, 12, 0, tzinfo=UTC), True),
    ],
)
def test_the_daily_reconciliation(last: datetime | None, due: bool) -> None:
    assert reconcile_due(now=NOW, last=last, at="02:30") is due


def test_before_its_time_yesterdays_reconciliation_counts() -> None:
    early = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert not reconcile_due(now=early, last=datetime(2026, 3, 1, 2, 30, tzinfo=UTC), at="02:30")
    assert reconcile_due(now=early, last=datetime(2026, 3, 1, 2, 0, tzinfo=UTC), at="02:30")
