"""Recurrence rules: read, refuse, write and expand them within bounds.

A rule is refused before any library sees it when expanding it could hang or flood (FAILURES G7, C14): only
DAILY, WEEKLY, MONTHLY and YEARLY are expanded, and always inside a window. What staff may create is narrower
still (DOMAIN R10, `check_staff_rule`). Expansion happens in wall time; instants come after (FAILURES D1).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from model.errors import DomainError
from model.moment import WEEKDAYS, Moment, instant, is_all_day, key, settle, start_zone

MAX_INSTANCES = 10_000
_FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
}
_WEEKDAYS = {name: weekday(number) for number, name in enumerate(WEEKDAYS)}
_RANGES = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
}
PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", *_RANGES, "BYDAY", "WKST")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MAX_TIMES_A_DAY = 48
_LAST_DAY = date(2200, 12, 31)


def _refuse(why: str) -> DomainError:
    return DomainError("E_RRULE", f"This recurrence rule cannot be used: {why}")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One RRULE in canonical form: equal rules are equal values (RFC 5545, 3.3.10).

    `until` is the last moment included: a UTC instant for timed rules, a date for all-day ones.
    `by` holds the BY parts as written values, sorted; defaults (INTERVAL=1, WKST=MO) are left out.
    """

    freq: str
    interval: int = 1
    count: int | None = None
    until: Moment | None = None
    by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wkst: str = "MO"

    @classmethod
    def parse(cls, text: str, start: Moment) -> "Rule":
        """Read rule text for a series that begins at `start`; raise E_RRULE with the reason.

        UNTIL is normalised to the type that `start` asks for: a date means the end of that local day, a
        local time is read in the zone of `start` (FAILURES C13). With both COUNT and UNTIL, both hold (C14).
        """
        parts = _parts(text)
        freq = parts.pop("FREQ", "")
        if freq not in _FREQUENCIES:
            raise _refuse(f"FREQ={freq[:20] or 'nothing'} (DAILY, WEEKLY, MONTHLY or YEARLY)")
        interval = _number(parts.pop("INTERVAL", "1"), "INTERVAL", 1, 400)
        count = _number(parts.pop("COUNT"), "COUNT", 1, MAX_INSTANCES) if "COUNT" in parts else None
        until = _until(parts.pop("UNTIL"), start) if "UNTIL" in parts else None
        wkst = parts.pop("WKST", "MO")
        if wkst not in _WEEKDAYS:
            raise _refuse(f"WKST={wkst[:20]}")
        rule = cls(freq=freq, interval=interval, count=count, until=until, by=_by_parts(parts), wkst=wkst)
        rule._check_possible()
        return rule

    def __str__(self) -> str:
        """Write the rule as RFC 5545 wants it, parts in a fixed order."""
        parts: dict[str, str] = {"FREQ": self.freq} | {name: ",".join(values) for name, values in self.by}
        if self.interval != 1:
            parts["INTERVAL"] = str(self.interval)
        if self.count is not None:
            parts["COUNT"] = str(self.count)
        if self.until is not None:
            parts["UNTIL"] = _until_text(self.until)
        if self.wkst != "MO":
            parts["WKST"] = self.wkst
        return ";".join(f"{name}={parts[name]}" for name in PARTS if name in parts)

    def ending(self, until: Moment | None) -> "Rule":
        """The same rule, ended at `until` (inclusive) instead of by a count."""
        return replace(self, count=None, until=until)

    def counting(self, count: int | None) -> "Rule":
        """The same rule, ended after `count` occurrences instead of by a date."""
        return replace(self, count=count, until=None)

    @property
    def endless(self) -> bool:
        return self.count is None and self.until is None

    @cached_property
    def _by_numbers(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(int(v) for v in values) for name, values in self.by if name != "BYDAY"}

    @cached_property
    def _weekdays(self) -> tuple[weekday, ...] | None:
        found = dict(self.by).get("BYDAY")
        return tuple(_weekday(value) for value in found) if found else None

    def _check_possible(self) -> None:
        """Refuse a rule that no year can match, and one that floods a day."""
        months = self._by_numbers.get("BYMONTH", tuple(range(1, 13)))
        days = self._by_numbers.get("BYMONTHDAY")
        if days and not any(abs(day) <= _MONTH_DAYS[month - 1] for month in months for day in days):
            raise _refuse("no month has such a day")
        times = len(self._by_numbers.get("BYHOUR", (0,))) * len(self._by_numbers.get("BYMINUTE", (0,)))
        if times > _MAX_TIMES_A_DAY:
            raise _refuse(f"more than {_MAX_TIMES_A_DAY} times a day")
        if self.freq != "YEARLY" and {"BYWEEKNO", "BYYEARDAY"} & self._by_numbers.keys():
            raise _refuse("BYWEEKNO and BYYEARDAY belong to YEARLY rules")
        most = {"DAILY": 1, "WEEKLY": len(self._weekdays or ("start",))}.get(self.freq, 366) * times
        if min(map(abs, self._by_numbers.get("BYSETPOS", (1,)))) > most:
            raise _refuse("BYSETPOS is beyond what a period has")

    def _nearer(self, begin: datetime, since: date) -> datetime:
        """A later start in the same rhythm, so that an old endless rule costs nothing (LIBRARIES 2)."""
        period = {"DAILY": 1, "WEEKLY": 7}.get(self.freq, 0) * self.interval
        if not period or self.count is not None:
            return begin
        ahead = (since - timedelta(days=2) - begin.date()).days // period
        return begin + timedelta(days=period * max(ahead, 0))

    def _walk(self, start: Moment, since: date, last: date) -> Iterator[datetime]:
        """Yield the rule's own wall times (no zone attached), all that fall between two days at least."""
        begin = self._nearer(_wall(start), since)
        end = datetime.combine(last, time.max)
        if self.until is not None:
            end = min(end, _wall_until(self.until, start))
        by = {name.lower(): values for name, values in self._by_numbers.items()}
        return iter(
            rrule(
                _FREQUENCIES[self.freq],
                dtstart=begin,
                interval=self.interval,
                until=end,
                wkst=_WEEKDAYS[self.wkst],
                byweekday=self._weekdays,
                cache=False,
                **by,  # type: ignore[arg-type]
            )
        )


def expand(
    start: Moment,
    rule: Rule | None,
    rdates: frozenset[Moment],
    tz: ZoneInfo,
    *,
    since: datetime,
    until: datetime,
) -> list[Moment]:
    """List the original starts of a series that fall into [since, until), in wall time of `start`.

    `start` itself is always the first (FAILURES C16) and counted by COUNT; RDATEs join; EXDATEs and
    overrides are the caller's. At most `MAX_INSTANCES` are returned. Instants come from DST rules per day.
    """
    seen: dict[Moment, Moment] = {key(start): start}
    if rule is not None:
        last = (until + timedelta(days=2)).date()
        room = rule.count
        for wall in islice(rule._walk(start, since.date(), last), room):
            moment = _placed(wall, start)
            seen.setdefault(key(moment), moment)
            if len(seen) > MAX_INSTANCES or (room is not None and len(seen) >= room):
                break
    for extra in rdates:
        seen.setdefault(key(extra), _like(extra, start))
    starts = ((named if isinstance(named, datetime) else instant(named, tz), m) for named, m in seen.items())
    inside = sorted((at, m) for at, m in starts if since <= at < until)
    return [moment for _, moment in inside[:MAX_INSTANCES]]


def check_staff_rule(rule: Rule) -> None:
    """Hold what staff may create to R10: DAILY, WEEKLY (+days) or MONTHLY; everything else is foreign."""
    extra = {name for name, _ in rule.by} - {"BYDAY", "BYMONTHDAY"}
    if rule.freq == "YEARLY" or extra:
        raise _refuse("use DAILY, WEEKLY with days, or MONTHLY (R10)")


def skips_months(start: Moment, rule: Rule) -> bool:
    """Whether a monthly rule names a day that some month lacks (R10: skipped, warning MONTH_DAY_SKIPPED)."""
    days = rule._by_numbers.get("BYMONTHDAY") or ((start.day,) if not rule._weekdays else ())
    return rule.freq == "MONTHLY" and any(day > 28 or day < -28 for day in days)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.strip().rstrip(";").split(";"):
        name, sign, value = piece.partition("=")
        name, value = name.strip().upper(), value.strip().upper()
        if not sign or not value or name in parts:
            raise _refuse(f'"{piece[:40]}" is not NAME=VALUE, or comes twice')
        if name not in PARTS:
            if name.startswith("X-"):
                continue
            raise _refuse(f"{name[:20]} is not supported")
        parts[name] = value
    return parts


def _number(text: str, name: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,10}", text) or not low <= int(text) <= high:
        raise _refuse(f"{name}={text[:20]} (from {low} to {high})")
    return int(text)


def _by_parts(parts: dict[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for name, value in parts.items():
        if name == "BYDAY":
            found.append((name, tuple(sorted(_byday(v) for v in set(value.split(","))))))
            continue
        low, high = _RANGES[name]
        numbers = {_number(v, name, low, high) for v in value.split(",")}
        if 0 in numbers and low < 0:
            raise _refuse(f"{name}=0")
        found.append((name, tuple(str(n) for n in sorted(numbers))))
    return tuple(sorted(found))


def _byday(text: str) -> str:
    match = _BYDAY.fullmatch(text)
    if not match or (match[1] and not 1 <= abs(int(match[1])) <= 53):
        raise _refuse(f"BYDAY={text[:20]}")
    return f"{int(match[1])}{match[2]}" if match[1] else match[2]


def _weekday(text: str) -> weekday:
    day = _WEEKDAYS[text[-2:]]
    return day(int(text[:-2])) if len(text) > 2 else day


def _until(text: str, start: Moment) -> Moment:
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", text)
    try:
        if not match:
            raise ValueError(text)
        day = date(int(match[1]), int(match[2]), int(match[3]))
        # "For ever" is also written as the year 9999, which no zone can reckon with.
        day = min(max(day, date(1900, 1, 1)), _LAST_DAY)
        clock = time(int(match[4]), int(match[5]), min(int(match[6]), 59)) if match[4] else None
    except ValueError as error:
        raise _refuse(f"UNTIL={text[:20]}") from error
    if not isinstance(start, datetime):
        return day
    tz = start.tzinfo
    if clock is None:
        found = datetime.combine(day, time(23, 59, 59), tz)
    else:
        found = datetime.combine(day, clock, UTC if match[7] else tz)
    return min(found.astimezone(UTC), datetime.combine(_LAST_DAY, time(23, 59, 59), UTC))


def _until_text(until: Moment) -> str:
    if isinstance(until, datetime):
        return until.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return until.strftime("%Y%m%d")


def _wall(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time.min)


def _wall_until(until: Moment, start: Moment) -> datetime:
    if isinstance(until, datetime) and isinstance(start, datetime):
        return until.astimezone(start.tzinfo).replace(tzinfo=None)
    return datetime.combine(until, time.max)


def _placed(wall: datetime, start: Moment) -> Moment:
    if isinstance(start, datetime):
        return settle(wall.replace(tzinfo=start.tzinfo))
    return wall.date()


def _like(moment: Moment, start: Moment) -> Moment:
    """An RDATE on the wall clock of the series."""
    if isinstance(moment, datetime) and isinstance(start, datetime):
        return moment.astimezone(start_zone(start, ZoneInfo("UTC")))
    if is_all_day(moment) == is_all_day(start):
        return moment
    raise _refuse("an RDATE of another type than DTSTART")
