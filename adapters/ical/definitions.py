"""What a VTIMEZONE says: offsets at instants, worked out without any library and without hanging.

Only what real calendars write is understood: single onsets, RDATE lists and plain YEARLY rules. All else
(MINUTELY, HOURLY, intervals, year 10000) is refused before a single onset is computed (LIBRARIES, icalendar
trap 2; FAILURES C23). Which IANA zone a definition amounts to is decided in `zones`.
"""

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adapters.ical.lines import Line, Lines, Node
from model.moment import WEEKDAYS

_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_LOCAL = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?")
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNDERSTOOD = {"FREQ", "BYMONTH", "BYDAY", "BYMONTHDAY", "UNTIL", "INTERVAL", "WKST"}
_MAX_OBSERVANCES = 200
_MAX_RDATES = 2_000


class DefinitionError(Exception):
    """A definition that we refuse to compute with."""


@dataclass(frozen=True, kw_only=True)
class Yearly:
    """One onset a year: a weekday of a month, counted from its begin or end or among `days`, or a day."""

    month: int
    weekday: int | None
    ordinal: int
    days: tuple[int, ...]
    until: datetime | None

    def day(self, year: int) -> date | None:
        length = monthrange(year, self.month)[1]
        days = [date(year, self.month, d) for d in (self.days or range(1, length + 1)) if d <= length]
        if self.weekday is not None:
            days = [d for d in days if d.weekday() == self.weekday]
        at = self.ordinal - 1 if self.ordinal > 0 else self.ordinal
        return days[at] if -len(days) <= at < len(days) else None


@dataclass(frozen=True, kw_only=True)
class Observance:
    """A STANDARD or DAYLIGHT part: the offset it leaves, the one it brings, and when."""

    start: datetime
    before: timedelta
    after: timedelta
    yearly: Yearly | None
    dates: tuple[datetime, ...]

    def onsets(self, first: int, last: int) -> Iterator[datetime]:
        """UTC onsets (no zone attached): those written out, and the rule's within the years."""
        for local in (self.start, *self.dates):
            yield local - self.before
        if self.yearly is None:
            return
        for year in range(max(first, self.start.year), last + 1):
            day = self.yearly.day(year)
            onset = datetime.combine(day, self.start.time()) - self.before if day else None
            if (
                onset
                and onset > self.start - self.before
                and not (self.yearly.until and onset > self.yearly.until)
            ):
                yield onset


@dataclass(frozen=True)
class Definition:
    """A VTIMEZONE's observances."""

    observances: tuple[Observance, ...]

    def timeline(self, first: int, last: int) -> "Timeline":
        """What the clocks do from `first` to the end of `last`."""
        found = sorted({(o, x.before, x.after) for x in self.observances for o in x.onsets(first - 1, last)})
        return Timeline(
            tuple(o for o, _, _ in found), tuple(b for _, b, _ in found), tuple(a for _, _, a in found)
        )


@dataclass(frozen=True)
class Timeline:
    """Onsets in order with the offsets before and after each."""

    onsets: tuple[datetime, ...]
    before: tuple[timedelta, ...]
    after: tuple[timedelta, ...]

    def offset(self, utc: datetime) -> timedelta:
        """The offset at a UTC instant (no zone attached)."""
        at = bisect_right(self.onsets, utc)
        return self.after[at - 1] if at else self.before[0]


def read_definition(node: Node) -> Definition:
    """Understand a VTIMEZONE, or raise `DefinitionError` with the reason."""
    parts = node.children("STANDARD") + node.children("DAYLIGHT")
    if not 0 < len(parts) <= _MAX_OBSERVANCES:
        raise DefinitionError(f"it has {len(parts)} observances")
    try:
        return Definition(tuple(_observance(part.lines()) for part in parts))
    except (ValueError, OverflowError) as error:
        raise DefinitionError(f"it cannot be understood ({type(error).__name__})") from error


def _observance(lines: Lines) -> Observance:
    rules = lines.get("RRULE", [])
    if len(rules) > 1 or "EXRULE" in lines:
        raise DefinitionError("an observance has several rules")
    start = _local(_one(lines, "DTSTART").value)
    dates = [piece for line in lines.get("RDATE", []) for piece in line.value.split(",")]
    if len(dates) > _MAX_RDATES:
        raise DefinitionError(f"an observance has {len(dates)} dates")
    before = _offset(_one(lines, "TZOFFSETFROM").value)
    return Observance(
        start=start,
        before=before,
        after=_offset(_one(lines, "TZOFFSETTO").value),
        yearly=_yearly(rules[0].value, start) if rules else None,
        dates=tuple(_local(piece.partition("/")[0]) for piece in dates),
    )


def _one(lines: Lines, name: str) -> Line:
    if name not in lines:
        raise DefinitionError(f"an observance lacks {name}")
    return lines[name][0]


def _local(text: str) -> datetime:
    match = _LOCAL.fullmatch(text.strip())
    if not match or not 1 < int(match[1]) < 9999:
        # The year 0001 stands for "always" in the wild; any early year does.
        if match and int(match[1]) <= 1:
            return datetime(1601, 1, 1)  # noqa: DTZ001 local by definition
        raise DefinitionError("an onset is no local time")
    return datetime(*(int(part) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text.strip())
    if not match or int(match[2]) > 23 or int(match[3]) > 59 or int(match[4] or 0) > 59:
        raise DefinitionError("an offset is not within a day")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -size if match[1] == "-" else size


def _yearly(text: str, start: datetime) -> Yearly:
    parts = dict(piece.partition("=")[::2] for piece in text.strip().upper().rstrip(";").split(";"))
    if parts.get("FREQ") != "YEARLY" or set(parts) - _UNDERSTOOD or parts.get("INTERVAL", "1") != "1":
        raise DefinitionError("a rule is not a plain YEARLY one")
    weekday, ordinal = _weekday(parts.get("BYDAY"))
    days = tuple(sorted(int(day) for day in parts["BYMONTHDAY"].split(","))) if "BYMONTHDAY" in parts else ()
    if weekday is None and not days:
        days = (start.day,)
    if not all(1 <= day <= 31 for day in days):
        raise DefinitionError("a rule names an impossible day")
    month = int(parts.get("BYMONTH", start.month))
    if not 1 <= month <= 12:
        raise DefinitionError("a rule names an impossible month")
    until = _local(parts["UNTIL"]) if "T" in parts.get("UNTIL", "") else None
    if "UNTIL" in parts and until is None:
        until = _local(parts["UNTIL"] + "T235959")
    return Yearly(month=month, weekday=weekday, ordinal=ordinal, days=days, until=until)


def _weekday(text: str | None) -> tuple[int | None, int]:
    if text is None:
        return None, 1
    match = _BYDAY.fullmatch(text)
    if not match:
        raise DefinitionError("a rule names an impossible weekday")
    return WEEKDAYS.index(match[2]), int(match[1] or 1)
