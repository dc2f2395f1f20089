"""Until when a worker may accept or decline a session, and what happens to who did not (DOMAIN 2, SessionWorker).

A practice says how many days before the start the answer has to be there; 0 is until the start, and nothing said is no
limit at all.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from model.attendance import Assignment
from model.errors import DomainError
from model.moment import Moment, shift


class AtLimit(StrEnum):
    """What becomes of an assignment that nobody answered in time; NONE leaves it as it is."""

    ACCEPT = "ACCEPT"
    NONE = "NONE"
    DECLINE = "DECLINE"


BECOMES = {AtLimit.ACCEPT: Assignment.ACCEPTED, AtLimit.DECLINE: Assignment.DECLINED}


def answer_until(start: Moment, assigned_at: datetime, *, days: int) -> datetime:
    """When the time to answer is over: so many days before the start, at its hour on the wall clock.

    Who was assigned later than that has until the start.
    """
    begins, limit = _instant(start), _instant(shift(start, timedelta(days=-days)))
    return limit if assigned_at < limit else begins


def check_in_time(start: Moment, assigned_at: datetime, *, days: int, now: datetime) -> None:
    """Refuse an answer that comes too late (E_TRANSITION)."""
    if now >= answer_until(start, assigned_at, days=days):
        before = f"{days} days before it" if days else "when it begins"
        raise DomainError(
            "E_TRANSITION",
            f"The time to answer was over {before}; the scheduler can still change who takes part",
        )


def _instant(start: Moment) -> datetime:
    if not isinstance(start, datetime):
        raise TypeError("a session that workers are asked for has a time of day")
    return start.astimezone(UTC)
