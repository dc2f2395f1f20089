"""Know the public holidays of a place, by the calendars of the `holidays` package ("AU-SA", "US-IL", "AU")."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache


class UnknownCalendarError(Exception):
    """There is no calendar of holidays by that name."""


def is_holiday(calendar: str) -> Callable[[date], bool]:
    """Whether a day is a public holiday there; without a calendar none is."""
    if not calendar:
        return lambda _: False
    return lambda day: day in _days(calendar, day.year)


def check(calendar: str) -> None:
    """Raise UnknownCalendarError where there is none by this name."""
    if calendar:
        _days(calendar, 2026)


@lru_cache(maxsize=256)
def _days(calendar: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - knows the whole world, and takes its time

    country, _, part = calendar.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise UnknownCalendarError(calendar) from error
