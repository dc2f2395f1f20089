"""How free times are listed on a page: by day, on the clock of where they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class FreeTime:
    """One that can be chosen; `value` is what the form says for it."""

    value: str
    start: datetime
    end: datetime
    tz: str
    worker: str
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Day:
    """The times of one day, in one zone."""

    start: datetime
    tz: str
    times: tuple[FreeTime, ...]


def by_day(times: Iterable[FreeTime]) -> list[Day]:
    """Each day once, in order of its first time."""
    days: dict[object, list[FreeTime]] = {}
    for one in times:
        days.setdefault((one.start.date(), one.tz), []).append(one)
    return [Day(start=those[0].start, tz=those[0].tz, times=tuple(those)) for those in days.values()]
