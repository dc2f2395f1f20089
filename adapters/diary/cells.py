"""What a single value of a practice file has to be, in the words that are said where it is not; None where it is."""

from collections.abc import Callable

from adapters.diary import holidays
from adapters.diary.times import read_moment
from model.availability import read_windows
from model.errors import DomainError
from model.moment import zone
from model.session_type import check_colour

ANYWHERE = zone("UTC")


def time_zone(value: str) -> str | None:
    return refusal(lambda: zone(value))


def holiday_calendar(value: str) -> str | None:
    try:
        holidays.check(value)
    except holidays.UnknownCalendarError:
        return "not a calendar of public holidays; write a country and its part, like AU-SA"
    return None


def one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else f"allowed: {', '.join(allowed)}"


def short(value: str) -> str | None:
    return None if value.strip() and len(value) <= 60 else "1 to 60 characters"


def hours(value: str) -> str | None:
    return refusal(lambda: read_windows(value))


def colour(value: str) -> str | None:
    return refusal(lambda: check_colour(value))


def moment(value: str) -> str | None:
    return year(value) or refusal(lambda: read_moment(value, ANYWHERE))


def until(value: str) -> str | None:
    """The end of a time, which may be a time of the same day."""
    return year(value) if len(value.strip()) > len("10:50") else None


def year(value: str) -> str | None:
    """Other years are slips of the finger, and beyond what clocks of all zones can say."""
    written = value.strip()[:4]
    return "a year from 1970 to 2199" if written.isdecimal() and not 1970 <= int(written) <= 2199 else None


def refusal(reading: Callable[[], object]) -> str | None:
    """What a rule says against a value; None where it takes it."""
    try:
        reading()
    except DomainError as error:
        return error.message
    return None
