"""Wall time and instants: what people agreed on, and what is compared.

A `Moment` is either an aware datetime in an IANA zone (wall time and zone at once) or a date (all day).
A gap time is read with the offset before the gap, so it moves forward; a doubled time means its first
(RFC 5545, 3.3.5; FAILURES D2, D3). Nothing here reads a clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from model.errors import DomainError

Moment = datetime | date
WEEKDAYS = (
    "MO",
    "TU",
    "WE",
    "TH",
    "FR",
    "SA",
    "SU",
)  # Monday first, as `date.weekday` counts them (RFC 5545, 3.3.10)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone called `name`; refuse anything else in one sentence."""
    try:
        if "/" not in name and name != "UTC":
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise DomainError(
            "E_ZONE", f'"{name[:60]}" is not an IANA time zone (like Australia/Adelaide)'
        ) from error


def is_all_day(moment: Moment) -> bool:
    """Tell a date from a point in time (a datetime is a date to Python)."""
    return not isinstance(moment, datetime)


def instant(moment: Moment, tz: ZoneInfo) -> datetime:
    """Return the UTC instant of a moment; a date begins at midnight in `tz`."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=tz).astimezone(UTC)


def key(moment: Moment) -> Moment:
    """Name an occurrence: the UTC instant for a timed one, the date for an all-day one.

    Two spellings of one start (zoned, UTC) give one key (RFC 5545, 3.8.4.4; FAILURES C9, C11).
    """
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def in_zone(moment: Moment, tz: ZoneInfo) -> Moment:
    """Show a timed moment on the wall clock of `tz`; a date stays what it is."""
    return moment.astimezone(tz) if isinstance(moment, datetime) else moment


def settle(moment: datetime) -> datetime:
    """Move a wall time inside a DST gap to the time that clocks really show then."""
    tz = moment.tzinfo
    return moment.replace(fold=0).astimezone(UTC).astimezone(tz)


def to_text(moment: Moment) -> str:
    """Write wall time without its zone: `2026-03-03T10:00:00` or `2026-03-03`."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return moment.isoformat()


def from_text(text: str, tz: ZoneInfo) -> Moment:
    """Read what `to_text` wrote, on the wall clock of `tz`."""
    if "T" in text:
        return datetime.fromisoformat(text).replace(tzinfo=tz)
    return date.fromisoformat(text)


def shift(moment: Moment, by: timedelta) -> Moment:
    """Move on the wall clock: 10:00 plus one day is 10:00, whatever the offset did."""
    if isinstance(moment, datetime) and moment.tzinfo is not UTC:
        return settle(moment + by)
    return moment + by


def wall_distance(a: Moment, b: Moment) -> timedelta:
    """How far apart two moments are on their wall clocks; from midnight for a date."""
    return _wall(b) - _wall(a)


def _wall(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time as people agree on it: start and end on one wall clock.

    Both are aware datetimes, or both dates (the end exclusive, RFC 5545 3.6.1). `tz` is the zone in which
    a date becomes an instant, and that a series repeats in. Only a foreign event may have no length: it
    is shown and blocks nothing (FAILURES C17); `model.session` refuses it to everybody else.
    """

    start: Moment
    end: Moment
    tz: ZoneInfo

    def __post_init__(self) -> None:
        if is_all_day(self.start) != is_all_day(self.end):
            raise DomainError("E_END_BEFORE_START", "Start and end must both be times or both be dates")
        if self.starts_at > self.ends_at:
            raise DomainError("E_END_BEFORE_START", "The end must be later than the start")

    @property
    def all_day(self) -> bool:
        return is_all_day(self.start)

    @property
    def starts_at(self) -> datetime:
        return instant(self.start, self.tz)

    @property
    def ends_at(self) -> datetime:
        return instant(self.end, self.tz)

    @property
    def length(self) -> timedelta:
        """Exact length between the instants; for dates, whole days."""
        return _day(self.end) - _day(self.start) if self.all_day else self.ends_at - self.starts_at

    def starting(self, start: Moment) -> "Span":
        """The same length from another start (exact hours, whole days: FAILURES C19, D3)."""
        if self.all_day:
            return Span(start=start, end=start + self.length, tz=self.tz)
        begin = instant(start, self.tz)
        return Span(start=start, end=(begin + self.length).astimezone(start_zone(start, self.tz)), tz=self.tz)


def start_zone(moment: Moment, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone a moment is written in."""
    found = moment.tzinfo if isinstance(moment, datetime) else None
    return found if isinstance(found, ZoneInfo) else otherwise


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
