"""Decide when to look at a calendar again: cadence, back-off, and a server's own wishes. Pure; time comes
in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

_LONGEST = timedelta(minutes=60)
_FAILURES_TO_ERROR = 5


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """How often a link is looked at. `jitter` (0 to 1) spreads links that would come together."""

    every: timedelta
    jitter: float = 0.0


def next_run(cadence: Cadence, *, now: datetime, failures: int, wait: timedelta | None = None) -> datetime:
    """Choose when to look again; back-off is 1, 2, 4 … 60 minutes (DOMAIN 2).

    A server's Retry-After is a floor, never a ceiling (RFC 9110, 10.2.3).
    """
    if failures == 0:
        pause = cadence.every * (1 + 0.1 * cadence.jitter)
    else:
        pause = min(timedelta(minutes=2 ** min(failures - 1, 10)), _LONGEST)
    return now + max(pause, wait or timedelta())


def failed_too_often(failures: int) -> bool:
    """Whether a link counts as broken (ERROR) and is shown so."""
    return failures >= _FAILURES_TO_ERROR


def reconcile_due(*, now: datetime, last: datetime | None, at: str) -> bool:
    """Whether the daily reconciliation at `at` ("02:30", UTC) was not done since it was last due."""
    hour, minute = (int(part) for part in at.split(":"))
    due = datetime.combine(now.date(), time(hour, minute), UTC)
    if due > now:
        due -= timedelta(days=1)
    return last is None or last < due
