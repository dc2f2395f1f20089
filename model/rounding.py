"""Make busy time coarser before others see it (FAILURES H5): when exactly somebody is busy may tell why."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from model.busy import Busy, merge
from model.errors import DomainError

_DAY = 24 * 60


def check_grid(minutes: int) -> None:
    """Refuse a grid that would not be the same on every day."""
    if not 1 <= minutes <= _DAY or _DAY % minutes:
        raise DomainError("E_ROUND", "Round to a number of minutes that divides a day, like 15, 30 or 60")


def rounded(
    blocks: Iterable[Busy], *, minutes: int, tz: ZoneInfo, start: datetime, end: datetime
) -> list[Busy]:
    """Widen each block to a grid on the wall clock, and merge what meets; inside [start, end). Never less is busy."""
    check_grid(minutes)
    wider = [
        Busy(
            start=one.start - _past(one.start, minutes, tz),
            end=one.end + -_past(one.end, minutes, tz) % timedelta(minutes=minutes),
            fbtype=one.fbtype,
        )
        for one in blocks
    ]
    return merge(wider, start=start, end=end)


def _past(at: datetime, minutes: int, tz: ZoneInfo) -> timedelta:
    """How far a moment is past the last line of the grid."""
    wall = at.astimezone(tz)
    since_midnight = timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
    return since_midnight % timedelta(minutes=minutes)
