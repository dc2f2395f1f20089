"""Read the times that people type, on the wall clock they mean, and write them back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from model.errors import DomainError
from model.moment import Moment, Span, settle


def read_moment(text: str, tz: ZoneInfo) -> Moment:
    """Read "2026-03-03 10:00", an ISO time with offset, or a date; without offset it is a time in `tz`."""
    try:
        if len(text.strip()) == len("2026-03-03"):
            return date.fromisoformat(text.strip())
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise DomainError(
            "E_TIME",
            f'"{text[:40]}" is not a time; write it like "2026-03-03 10:00" or 2026-03-03T10:00+10:30',
        ) from error
    found = found.replace(microsecond=0)
    return settle(found.replace(tzinfo=tz)) if found.tzinfo is None else found.astimezone(tz)


def read_instant(text: str, tz: ZoneInfo) -> datetime:
    """The instant of a typed time; a date is its first moment in `tz`."""
    moment = read_moment(text, tz)
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min, tz)
    return moment.astimezone(UTC)


def read_span(start: str, *, end: str | None, minutes: int | None, tz: ZoneInfo) -> Span:
    """Read start and end; the end may be a time of the same day ("10:50"), minutes, or a last day."""
    begin = read_moment(start, tz)
    if not isinstance(begin, datetime):
        last = read_moment(end, tz) if end else begin
        if isinstance(last, datetime) or minutes is not None:
            raise DomainError("E_TIME", "A whole day ends with a day: give --end as a date, or leave it out")
        return Span(start=begin, end=last + timedelta(days=1), tz=tz)
    return Span(start=begin, end=_end(begin, end, minutes, tz), tz=tz)


def _end(begin: datetime, end: str | None, minutes: int | None, tz: ZoneInfo) -> Moment:
    if (end is None) == (minutes is None):
        raise DomainError("E_END_BEFORE_START", "Say when it ends: either --end or --minutes")
    if minutes is not None:
        return (begin.astimezone(UTC) + timedelta(minutes=_checked(minutes))).astimezone(tz)
    text = end or ""
    return read_moment(f"{begin.date()} {text.strip()}" if len(text.strip()) <= len("10:50") else text, tz)


def _checked(minutes: int) -> int:
    """From a minute to a month: beyond that it is a slip of the finger, and no calendar shows it."""
    if not 1 <= minutes <= 31 * 24 * 60:
        raise DomainError("E_END_BEFORE_START", "The length must be at least a minute and at most a month")
    return minutes


def read_day(text: str) -> date:
    """Read a day by itself, like 2026-03-03."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise DomainError("E_TIME", f'"{text[:40]}" is not a day; write it like 2026-03-03') from error


def day_after(text: str) -> str:
    """The day after a typed one."""
    return (read_day(text) + timedelta(days=1)).isoformat()
