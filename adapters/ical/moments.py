"""DATE, DATE-TIME and DURATION values, and how a series names its occurrences.

A value becomes a `model.moment.Moment`: what a TZID means is asked of `zones`, floating times are read in
the zone they are given. Names of occurrences (EXDATE, RDATE, RECURRENCE-ID) are matched to their series by
instant, then by local day (FAILURES C9, C11). Which property says what is not known here.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.ical.lines import Line, LineError
from adapters.ical.text import line
from adapters.ical.zones import UTC_ZONE, Zones
from model.moment import Moment, is_all_day, key, start_zone

_DATE_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,8})S)?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_UTC_NAMES = {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"}


class Times:
    """Reads the times of one calendar object; what was odd is told to `flag`."""

    def __init__(self, zones: Zones, tz: ZoneInfo, flags: list[str]) -> None:
        self._zones, self.tz, self._flags = zones, tz, flags

    def moment(self, line: Line, *, floating: ZoneInfo | None = None) -> Moment:
        """The value of a line that holds one; `floating` is the zone of a time without one."""
        return self.piece(line, line.value, floating=floating)

    def piece(self, line: Line, text: str, *, floating: ZoneInfo | None = None) -> Moment:
        """One value of a line."""
        match = _DATE_TIME.fullmatch(text.strip().upper())
        if not match:
            raise LineError(line.number, f"{line.name} is neither a date nor a time")
        year, month, day, hour, minute, second, utc = match.groups()
        if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
            raise LineError(line.number, f"{line.name} is not in the years {_FIRST_YEAR} to {_LAST_YEAR}")
        try:
            if hour is None:
                return date(int(year), int(month), int(day))
            # A leap second is read as the one before it (RFC 5545, 3.3.12).
            clock = time(int(hour), int(minute), min(int(second), 59) if int(second) <= 60 else 99)
            wall = datetime.combine(date(int(year), int(month), int(day)), clock)
        except ValueError as error:
            raise LineError(line.number, f"{line.name} is a day or time that does not exist") from error
        return self._placed(line, wall, utc=bool(utc), floating=floating or self.tz)

    def _placed(self, line: Line, wall: datetime, *, utc: bool, floating: ZoneInfo) -> datetime:
        zone = self._zone(line, wall.year)
        if not utc:
            return wall.replace(tzinfo=zone or floating)
        if zone is None:
            return wall.replace(tzinfo=UTC_ZONE)
        # Both TZID and Z: the Z says when, the TZID where (LIBRARIES, icalendar trap 5).
        self._flags.append(f"line {line.number}: {line.name} has a TZID and is in UTC")
        return wall.replace(tzinfo=UTC).astimezone(zone)

    def _zone(self, line: Line, year: int) -> ZoneInfo | None:
        tzid = line.parameters.get("TZID")
        if not tzid:
            return None
        zone = self._zones.resolve(tzid, year=year, number=line.number)
        if zone is None:
            self._flags.append(
                f"line {line.number}: {line.name} has a TZID that nothing explains, read as local"
            )
        return zone

    def name(self, line: Line, text: str, start: Moment | None) -> Moment:
        """The key of the occurrence that a value names in the series that begins at `start`.

        A date in a timed series is that day at its time of day; a time in an all-day series is its day.
        """
        found = self.piece(line, text, floating=start_zone(start, self.tz) if start else self.tz)
        if start is None or is_all_day(found) == is_all_day(start):
            return key(found)
        self._flags.append(f"line {line.number}: {line.name} is of another type than DTSTART")
        if isinstance(found, datetime):
            return self._day(found)
        if isinstance(start, datetime):
            return key(datetime.combine(found, start.timetz()))
        return found

    def _day(self, moment: datetime) -> date:
        """The day a time means in an all-day series: as written, or here if it is UTC but not midnight."""
        if moment.tzinfo is UTC_ZONE and moment.time() != time.min:
            return moment.astimezone(self.tz).date()
        return moment.date()

    def after(self, line: Line, start: Moment) -> Moment:
        """The end that a DURATION gives: days on the wall clock, hours exact (FAILURES C19)."""
        days, exact = self._duration(line)
        try:
            if not isinstance(start, datetime):
                if exact % _DAY:
                    self._flags.append(f"line {line.number}: DURATION of hours on a day")
                return start + timedelta(days=days) + (exact // _DAY) * _DAY
            later = start + timedelta(days=days)
            return (later.astimezone(UTC) + exact).astimezone(start.tzinfo) if exact else later
        except OverflowError as error:
            raise LineError(line.number, "DURATION reaches past the end of time") from error

    def _duration(self, line: Line) -> tuple[int, timedelta]:
        text = line.value.strip().upper()
        match = _DURATION.fullmatch(text)
        if not match or text[-1] in "PT":
            raise LineError(line.number, "DURATION is none")
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        sign = -1 if match[1] == "-" else 1
        return sign * (weeks * 7 + days), sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def is_floating(line: Line) -> bool:
    """Whether a time has neither a zone nor UTC."""
    text = line.value.strip().upper()
    return "T" in text and not text.endswith("Z") and "TZID" not in line.parameters


def as_end(end: Moment, start: Moment) -> Moment:
    """An end in the type and zone of its start (FAILURES C18): a date is its midnight, a time its day."""
    if isinstance(start, datetime):
        if isinstance(end, datetime):
            return end if end.tzinfo is start.tzinfo else end.astimezone(start.tzinfo)
        return datetime.combine(end, time.min, start.tzinfo)
    if isinstance(end, datetime):
        return end.date() + (_DAY if end.time() != time.min else timedelta())
    return end


def written(name: str, moment: Moment, *, floating: bool = False, **parameters: str) -> Line:
    """Write a time: a date, UTC, or wall time with its TZID (none if `floating`).

    The second of a doubled hour has no wall time of its own, and is written in UTC.
    """
    if not isinstance(moment, datetime):
        return line(name, moment.strftime("%Y%m%d"), VALUE="DATE", **parameters)
    zone = start_zone(moment, UTC_ZONE)
    local = moment.astimezone(zone) if moment.tzinfo is not zone else moment
    if (zone.key in _UTC_NAMES and not floating) or _is_second(local):
        return line(name, utc_text(moment), **parameters)
    text = local.strftime("%Y%m%dT%H%M%S")
    return line(name, text, **parameters, **({} if floating else {"TZID": zone.key}))


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def same_start(a: Moment, b: Moment, *, series: bool) -> bool:
    """Whether two starts mean the same; a series also repeats on the same wall clock."""
    if is_all_day(a) != is_all_day(b) or a != b:
        return False
    return not series or _clock(a) == _clock(b)


def same(a: Moment, b: Moment) -> bool:
    return is_all_day(a) == is_all_day(b) and a == b and key(a) == key(b)


def in_series(name: Moment, start: Moment | None) -> Moment:
    """An occurrence's key on the wall clock of its series."""
    if isinstance(name, datetime) and isinstance(start, datetime):
        return name.astimezone(start_zone(start, UTC_ZONE))
    return name


def _clock(moment: Moment) -> tuple[Moment, str]:
    if not isinstance(moment, datetime):
        return moment, ""
    zone = start_zone(moment, UTC_ZONE).key
    return moment.replace(tzinfo=None), "UTC" if zone in _UTC_NAMES else zone


def _is_second(local: datetime) -> bool:
    return bool(local.fold) and local.utcoffset() != local.replace(fold=0).utcoffset()
