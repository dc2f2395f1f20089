"""Write a VTIMEZONE for an IANA zone: small, and right for the years that an object uses.

Years in which the clocks keep one pair of YEARLY rules become two rules without end; what came before, and
zones that follow the moon (Casablanca), are written out date by date. An onset is local time before the jump
(RFC 5545, 3.6.5; LIBRARIES, icalendar trap 11). A pure function of zone and years.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from adapters.ical.lines import Node
from adapters.ical.text import line
from model.moment import WEEKDAYS

_STEP = timedelta(days=7)
_FIRST, _LAST = 1969, 2087  # the IANA tables for zones that follow the moon end in 2087
_EARLIEST = 3  # before its first day lies another one in every zone
_DAY = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, kw_only=True)
class Jump:
    """One change of the clocks: its local time before the jump, and both offsets."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def year(self) -> int:
        return self.local.year

    @property
    def kind(self) -> tuple[timedelta, timedelta, str]:
        return self.before, self.after, self.name

    @property
    def patterns(self) -> set[tuple[object, ...]]:
        """The YEARLY rules this jump fits: its weekday counted from the month's begin, or the last one."""
        day, length = self.local.day, monthrange(self.local.year, self.local.month)[1]
        at = (self.kind, self.local.month, self.local.weekday(), self.local.time())
        return {(*at, (day - 1) // 7 + 1)} | ({(*at, -1)} if day + 7 > length else set())


@lru_cache(maxsize=512)
def vtimezone(zone: ZoneInfo, first: int, last: int) -> Node:
    """The definition of `zone` for every time from `first` to the end of `last`. Not to be changed."""
    first = max(min(first, _LAST), _EARLIEST)
    jumps = [jump for jump in _jumps(zone) if jump.year >= first - 1]
    regular, rules = _regular(jumps, first, last)
    written = [jump for jump in jumps if jump.year < regular and jump.year <= last]
    if regular >= first and not any(jump.year < first for jump in written):
        written.insert(0, _constant(zone, first - 1))
    parts = [_listed(group) for group in _grouped(written)] + [
        _ruled(jump, ordinal) for jump, ordinal in rules
    ]
    head = [line("BEGIN", "VTIMEZONE"), line("TZID", zone.key)]
    return Node("VTIMEZONE", [*head, *parts, line("END", "VTIMEZONE")])


@lru_cache(maxsize=64)
def _jumps(zone: ZoneInfo) -> tuple[Jump, ...]:
    """Every change of offset in the years that we look at."""
    at, end = datetime(_FIRST, 1, 1, tzinfo=UTC), datetime(_LAST + 1, 1, 1, tzinfo=UTC)
    found, offset = [], _offset(zone, at)
    while at < end:
        later = at + _STEP
        then = _offset(zone, later)
        if offset != then:
            found.append(_jump(zone, at, later))
        at, offset = later, then
    return tuple(found)


def _jump(zone: ZoneInfo, low: datetime, high: datetime) -> Jump:
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    name = high.astimezone(zone).tzname() or ""
    local = (high + before).replace(tzinfo=None)
    return Jump(local=local, before=before, after=_offset(zone, high), name=name)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _constant(zone: ZoneInfo, year: int) -> Jump:
    """A zone without a jump to begin with: the offset it has always had."""
    begin = datetime(year, 1, 1, tzinfo=UTC)
    offset = _offset(zone, begin)
    name = begin.astimezone(zone).tzname() or ""
    return Jump(local=begin.replace(tzinfo=None), before=offset, after=offset, name=name)


def _regular(jumps: list[Jump], first: int, last: int) -> tuple[int, list[tuple[Jump, int]]]:
    """The year from which two rules say all that is to come, and the rules as (first jump, ordinal).

    A pattern counts only if it holds to the end of what we know (Cairo's looks regular for some years and is
    not). Where there is none by `last`: a year after everything, and no rules.
    """
    by_year: dict[int, list[Jump]] = {}
    for jump in jumps:
        by_year.setdefault(jump.year, []).append(jump)
    common: list[set[tuple[object, ...]]] = []
    begin = _LAST + 1
    for year in range(_LAST, first - 2, -1):
        found = by_year.get(year, [])
        narrowed = [
            jump.patterns & common[n] if common else jump.patterns for n, jump in enumerate(found[:2])
        ]
        if len(found) != 2 or not all(narrowed):
            break
        common, begin = narrowed, year
    if begin > min(last, _LAST):
        return _LAST + 1, []
    return begin, [(jump, _ordinal(common[n])) for n, jump in enumerate(by_year[begin])]


def _ordinal(patterns: set[tuple[object, ...]]) -> int:
    return min(int(str(pattern[-1])) for pattern in patterns)


def _grouped(jumps: list[Jump]) -> list[list[Jump]]:
    groups: dict[object, list[Jump]] = {}
    for jump in jumps:
        groups.setdefault(jump.kind, []).append(jump)
    return list(groups.values())


def _listed(jumps: list[Jump]) -> Node:
    """One observance whose onsets are written out."""
    node = _part(jumps[0])
    node.items[-1:-1] = [line("RDATE", jump.local.strftime(_DAY)) for jump in jumps[1:]]
    return node


def _ruled(jump: Jump, ordinal: int) -> Node:
    """One observance with a YEARLY rule without end."""
    node = _part(jump)
    day = f"{ordinal}{WEEKDAYS[jump.local.weekday()]}"
    node.items.insert(-1, line("RRULE", f"FREQ=YEARLY;BYMONTH={jump.local.month};BYDAY={day}"))
    return node


def _part(jump: Jump) -> Node:
    kind = "DAYLIGHT" if jump.after > jump.before else "STANDARD"
    lines = [
        line("BEGIN", kind),
        line("DTSTART", jump.local.strftime(_DAY)),
        line("TZOFFSETFROM", _offset_text(jump.before)),
        line("TZOFFSETTO", _offset_text(jump.after)),
    ]
    named = [line("TZNAME", jump.name)] if jump.name else []
    return Node(kind, [*lines, *named, line("END", kind)])


def _offset_text(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(abs(int(offset.total_seconds())), 60)
    return f"{sign}{minutes // 60:02d}{minutes % 60:02d}" + (f"{seconds:02d}" if seconds else "")
