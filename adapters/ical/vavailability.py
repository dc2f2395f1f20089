"""Write when a worker can be had as VAVAILABILITY components (RFC 7953): no reason, no name, no kind of leave.

The weekly hours lie lowest (PRIORITY 9), a component for each row of days of which they speak, repeating on the
wall clock of the worker's zone; single times lie over them (5), and leave over all (1). In nights in which the clocks
change hours may be longer or shorter than their rule can say: those are written out one by one, between `since` and
`until`.

When clients can book is another answer, and a component of its own: never a part of those hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from adapters.ical.lines import Line, Node
from adapters.ical.moments import utc_text, written
from adapters.ical.text import line
from adapters.ical.vtimezone import vtimezone
from adapters.ical.writer import PRODID, zone_names
from model.availability import AdHocAvailability, AvailabilityTemplate, Leave, Window
from model.busy import Fbtype
from model.moment import WEEKDAYS, instant, zone
from model.painting import Interval
from model.working_time import Priority, WorkingTime, runs

_DAY = timedelta(days=1)
_REGULAR_UNTIL = 2037
_LAST_YEAR = 2200  # what ends later has no end


@dataclass(frozen=True, kw_only=True)
class _Hours:
    """The same hours of several weekdays, of one template."""

    template: AvailabilityTemplate
    start: int
    end: int
    weekdays: frozenset[int]

    @property
    def uid(self) -> UUID:
        return uuid5(self.template.id, f"{self.start}-{self.end}")

    def days(self, since: date, until: date) -> Iterator[date]:
        """Their days from `since` to `until`, as far as the template goes."""
        day, last = max(since, self.template.start_date), min(until, self.template.end_date or until)
        while day <= last:
            if day.weekday() in self.weekdays:
                yield day
            day += _DAY


def vavailability(
    known: WorkingTime, *, worker: UUID, now: datetime, since: datetime, until: datetime
) -> str:
    """The whole text; it holds for ever but for leave and single times that are not in `known`."""
    writer = _Writer(known, now, since.astimezone(known.tz).date() - _DAY, until.astimezone(known.tz).date())
    nodes = [
        *(writer.hours(first, last) for first, last in runs(known.templates)),
        *map(writer.single_time, known.ad_hoc),
        *(writer.leave(one) for one in known.leave if one.approved),
    ] or [writer.only(uuid5(worker, "hours"), since, until, [(since, until)])]
    return _text(nodes, [since.year, until.year, *writer.years])


def bookable(
    open_times: Sequence[Interval],
    *,
    tz: ZoneInfo,
    worker: UUID,
    now: datetime,
    since: datetime,
    until: datetime,
) -> str:
    """The whole text of when clients can book: at these times, and at no other from `since` to `until`."""
    writer = _Writer(WorkingTime(tz=tz), now, since.date(), until.date())
    node = writer.only(uuid5(worker, "bookable"), since, until, open_times)
    return _text([node], [since.year, until.year, *writer.years])


def _text(nodes: Sequence[Node], years: Sequence[int]) -> str:
    """Components with the zones that they name."""
    inner = [part for node in nodes for part in node.children("AVAILABLE")]
    last = max(*years, _REGULAR_UNTIL)
    zones = [vtimezone(zone(name), min(years), last) for name in zone_names([*nodes, *inner])]
    head = [line("BEGIN", "VCALENDAR"), line("VERSION", "2.0"), line("PRODID", PRODID)]
    return bytes(Node("VCALENDAR", [*head, *zones, *nodes, line("END", "VCALENDAR")])).decode()


class _Writer:
    """Writes components; `years` are those that their times lie in."""

    def __init__(self, known: WorkingTime, now: datetime, first: date, last: date) -> None:
        self._known, self._stamp, self._first, self._last = known, line("DTSTAMP", utc_text(now)), first, last
        self.years: list[int] = []

    def hours(self, first: date, last: date | None) -> Node:
        """The days from `first` to `last`: closed, but for the hours of the templates that speak of them."""
        mine = [one for one in self._known.templates if _lies_in(one, first, last)]
        times = [self._time("DTSTART", instant(first, self._known.tz))]
        if last is not None and last.year < _LAST_YEAR:
            times.append(self._time("DTEND", instant(last + _DAY, self._known.tz)))
        parts = [part for one in mine for same in _grouped(one) for part in self._open(same)]
        return self._component(uuid5(mine[0].id, "hours"), Priority.HOURS, times, parts)

    def single_time(self, row: AdHocAvailability) -> Node:
        times = self._times(row.starts_at, row.ends_at)
        part = self._part("AVAILABLE", uuid5(row.id, "available"), times)
        return self._component(row.id, Priority.SINGLE_TIME, times, [part])

    def leave(self, row: Leave) -> Node:
        return self._component(row.id, Priority.LEAVE, self._times(row.starts_at, row.ends_at), [])

    def only(self, uid: UUID, since: datetime, until: datetime, open_times: Iterable[Interval]) -> Node:
        """Open at these times, and closed for the rest of what anybody asked about."""
        parts = [
            self._part("AVAILABLE", uuid5(uid, utc_text(start)), self._times(start, end))
            for start, end in open_times
        ]
        return self._component(uid, 0, self._times(since, until), parts)

    def _open(self, same: _Hours) -> Iterator[Node]:
        """As one that repeats from the first regular day on, and each that is longer or shorter by itself."""
        odd = [day for day in same.days(self._first, self._last) if self._is_odd(same, day)]
        begin = next((day for day in self._from_start(same) if not self._is_odd(same, day)), None)
        if begin is not None:
            left_out = [written("EXDATE", self._start(same, day)) for day in odd if day > begin]
            times = [*self._times(self._start(same, begin), self._end(same, begin)), _rule(same, self._known)]
            yield self._part("AVAILABLE", same.uid, [*times, *left_out])
        for day in odd:
            times = self._times(self._start(same, day), self._end(same, day))
            yield self._part("AVAILABLE", uuid5(same.uid, day.isoformat()), times)

    def _from_start(self, same: _Hours) -> Iterator[date]:
        first = same.template.start_date
        return same.days(first, first + 3 * 7 * _DAY)

    def _is_odd(self, same: _Hours, day: date) -> bool:
        length = self._end(same, day).astimezone(UTC) - self._start(same, day).astimezone(UTC)
        return length != timedelta(minutes=same.end - same.start)

    def _start(self, same: _Hours, day: date) -> datetime:
        return self._known.at(day, same.start).astimezone(self._known.tz)

    def _end(self, same: _Hours, day: date) -> datetime:
        return self._known.at(day, same.end).astimezone(self._known.tz)

    def _times(self, start: datetime, end: datetime) -> list[Line]:
        return [self._time("DTSTART", start), self._time("DTEND", end)]

    def _time(self, name: str, at: datetime) -> Line:
        wall = at.astimezone(self._known.tz)
        self.years.append(wall.year)
        return written(name, wall)

    def _component(self, uid: UUID, priority: int, times: Sequence[Line], parts: Iterable[Node]) -> Node:
        about = [line("BUSYTYPE", Fbtype.BUSY_UNAVAILABLE), line("PRIORITY", str(int(priority)))]
        return self._part("VAVAILABILITY", uid, [*times, *about], parts)

    def _part(self, kind: str, uid: UUID, lines: Sequence[Line], parts: Iterable[Node] = ()) -> Node:
        head = [line("BEGIN", kind), line("UID", str(uid)), self._stamp]
        return Node(kind, [*head, *lines, *parts, line("END", kind)])


def _lies_in(template: AvailabilityTemplate, first: date, last: date | None) -> bool:
    return first <= template.start_date and (last is None or template.start_date <= last)


def _grouped(template: AvailabilityTemplate) -> list[_Hours]:
    """Its windows, those of the same hours together."""
    days: dict[tuple[int, int], set[int]] = {}
    for window in template.windows:
        days.setdefault(_span(window), set()).add(window.weekday)
    return [
        _Hours(template=template, start=start, end=end, weekdays=frozenset(found))
        for (start, end), found in days.items()
    ]


def _span(window: Window) -> tuple[int, int]:
    return window.start, window.end


def _rule(same: _Hours, known: WorkingTime) -> Line:
    """Every week on these days, to the end of the template's last day."""
    days = ",".join(WEEKDAYS[day] for day in sorted(same.weekdays))
    last = same.template.end_date
    if last is None or last.year >= _LAST_YEAR:
        return line("RRULE", f"FREQ=WEEKLY;BYDAY={days}")
    end = datetime.combine(last, time(23, 59, 59), known.tz)
    return line("RRULE", f"FREQ=WEEKLY;UNTIL={utc_text(end)};BYDAY={days}")
