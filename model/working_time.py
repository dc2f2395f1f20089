"""When a worker can be had (DOMAIN 4): the weekly hours, single times and leave, as layers over one another.

Leave is stronger than a single time that was offered, and that is stronger than the weekly hours (DOMAIN 1.0,
VAVAILABILITY). A worker of whom nothing is said is always available. Intervals are half-open, in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from model.availability import AdHocAvailability, AvailabilityTemplate, Leave, Window
from model.moment import instant
from model.painting import Interval, Layer, paint

_DAY = timedelta(days=1)


class Priority(IntEnum):
    """Which says more: 1 is the highest (RFC 7953, 3.1; DOMAIN 1.0)."""

    LEAVE = 1
    SINGLE_TIME = 5
    HOURS = 9


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """All that is known about when one worker can be had; `tz` is where their days begin."""

    tz: ZoneInfo
    templates: Sequence[AvailabilityTemplate] = ()
    ad_hoc: Sequence[AdHocAvailability] = ()
    leave: Sequence[Leave] = ()

    def away(self, start: datetime, end: datetime) -> list[Interval]:
        """The times in [start, end) at which the worker cannot be had, merged and in order."""
        return [(one.start, one.end) for one in paint(self.layers(start, end), start, end)]

    def is_away(self, start: datetime, end: datetime) -> bool:
        """Whether any of that time is one at which the worker cannot be had."""
        return bool(self.away(start, end))

    def layers(self, start: datetime, end: datetime) -> list[Layer]:
        """What is said of [start, end)."""
        return [
            *self._closed(start, end),
            *(
                Layer(
                    priority=Priority.SINGLE_TIME,
                    start=one.starts_at,
                    end=one.ends_at,
                    available=((one.starts_at, one.ends_at),),
                    name=one.ref,
                )
                for one in self.ad_hoc
            ),
            *(
                Layer(priority=Priority.LEAVE, start=one.starts_at, end=one.ends_at, name=one.ref)
                for one in self.leave
                if one.approved
            ),
        ]

    def _closed(self, start: datetime, end: datetime) -> list[Layer]:
        """The days in a row of which a template speaks: away, but for the hours it gives."""
        days = self._days(start, end)
        hours = self._hours(days)
        return [
            Layer(
                priority=Priority.HOURS,
                start=instant(max(first, days[0]), self.tz),
                end=instant(min(last or days[-1], days[-1]) + _DAY, self.tz),
                available=hours,
                name=", ".join(
                    one.ref for one in self.templates if first <= one.start_date <= (last or one.start_date)
                ),
            )
            for first, last in runs(self.templates)
            if first <= days[-1] and (last is None or last >= days[0])
        ]

    def _hours(self, days: Sequence[date]) -> list[Interval]:
        """The weekly hours that begin on these days."""
        return [
            (self.at(day, window.start), self.at(day, window.end))
            for template in self.templates
            for weekly in [_by_weekday(template)]
            for day in days
            if template.covers(day)
            for window in weekly.get(day.weekday(), ())
        ]

    def _days(self, start: datetime, end: datetime) -> list[date]:
        """The days that touch [start, end) in the worker's zone, and the one before, whose night may."""
        first, last = start.astimezone(self.tz).date() - _DAY, end.astimezone(self.tz).date()
        return [first + number * _DAY for number in range((last - first).days + 1)]

    def at(self, day: date, minutes: int) -> datetime:
        """The instant so many minutes after midnight on the wall clock."""
        wall = datetime.combine(day, time(), self.tz) + timedelta(minutes=minutes)
        return wall.astimezone(UTC)


def _by_weekday(template: AvailabilityTemplate) -> dict[int, list[Window]]:
    found: dict[int, list[Window]] = {}
    for window in template.windows:
        found.setdefault(window.weekday, []).append(window)
    return found


def runs(templates: Sequence[AvailabilityTemplate]) -> list[tuple[date, date | None]]:
    """The days of which templates speak, in rows: first and last of each; None where there is no last."""
    found: list[tuple[date, date | None]] = []
    for one in sorted(templates, key=lambda one: one.start_date):
        first, last = found[-1] if found else (one.start_date, one.end_date)
        if last is not None and one.start_date - _DAY > last:
            found.append((one.start_date, one.end_date))
            continue
        ends = None if last is None or one.end_date is None else max(last, one.end_date)
        found[-1:] = [(first, ends)]
    return found
