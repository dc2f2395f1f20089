"""When a worker cannot be had (DOMAIN 4): outside their weekly hours, and on leave. Intervals are half-open, in UTC.

Leave is stronger than a single time that was offered, and that is stronger than the weekly hours (DOMAIN 1.0,
VAVAILABILITY). A worker of whom nothing is said is always available.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from model.availability import AdHocAvailability, AvailabilityTemplate, Leave
from model.busy import Busy, Fbtype, merge
from model.moment import instant

Interval = tuple[datetime, datetime]
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """All that is known about when one worker can be had; `tz` is where their days begin."""

    tz: ZoneInfo
    templates: Sequence[AvailabilityTemplate] = ()
    ad_hoc: Sequence[AdHocAvailability] = ()
    leave: Sequence[Leave] = ()

    def away(self, start: datetime, end: datetime) -> list[Interval]:
        """The times in [start, end) at which the worker cannot be had, merged and in order."""
        closed = _without(self._closed(start, end), [*self._hours(start, end), *map(_times, self.ad_hoc)])
        return _merged([*closed, *(_times(one) for one in self.leave if one.approved)], start, end)

    def is_away(self, start: datetime, end: datetime) -> bool:
        """Whether any of that time is one at which the worker cannot be had."""
        return bool(self.away(start, end))

    def _closed(self, start: datetime, end: datetime) -> list[Interval]:
        """The days of which a template speaks: away, but for the hours it gives."""
        days = [day for day in self._days(start, end) if self._on(day)]
        return [(instant(day, self.tz), instant(day + _DAY, self.tz)) for day in days]

    def _hours(self, start: datetime, end: datetime) -> list[Interval]:
        """The weekly hours that begin on these days."""
        return [
            (self._at(day, window.start), self._at(day, window.end))
            for day in self._days(start, end)
            for template in self._on(day)
            for window in template.windows
            if window.weekday == day.weekday()
        ]

    def _on(self, day: date) -> list[AvailabilityTemplate]:
        return [template for template in self.templates if template.covers(day)]

    def _days(self, start: datetime, end: datetime) -> list[date]:
        """The days that touch [start, end) in the worker's zone, and the one before, whose night may."""
        first, last = start.astimezone(self.tz).date() - _DAY, end.astimezone(self.tz).date()
        return [first + number * _DAY for number in range((last - first).days + 1)]

    def _at(self, day: date, minutes: int) -> datetime:
        """So many minutes after midnight on the wall clock."""
        wall = datetime.combine(day, time(), self.tz) + timedelta(minutes=minutes)
        return wall.astimezone(UTC)


def _times(row: AdHocAvailability | Leave) -> Interval:
    return row.starts_at, row.ends_at


def _merged(intervals: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    """What overlaps or touches becomes one, inside [start, end)."""
    blocks = [Busy(start=a, end=b, fbtype=Fbtype.BUSY_UNAVAILABLE) for a, b in intervals]
    return [(block.start, block.end) for block in merge(blocks, start=start, end=end)]


def _without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What is left of intervals when others are taken out of them."""
    left = list(intervals)
    for start, end in taken:
        left = [
            piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]
        ]
    return left
