"""When a worker can be had: weekly hours, single times beyond them, and leave.

Hours are agreed on the wall clock of the worker's zone, like "MO-FR 09:00-17:00, SA 09:00-12:00". What follows from
all of it, for some stretch of time, is `model.working_time`'s.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row
from model.details import Timed
from model.errors import DomainError
from model.moment import WEEKDAYS

_DAY = 24 * 60
_PART = re.compile(r"(MO|TU|WE|TH|FR|SA|SU)(?:-(MO|TU|WE|TH|FR|SA|SU))? (\d\d):(\d\d)-(\d\d):(\d\d)")


class LeaveType(StrEnum):
    """Why somebody is away; never shown to others."""

    ANNUAL = "ANNUAL"
    SICK = "SICK"
    TRAINING = "TRAINING"
    UNPAID = "UNPAID"
    UNAVAILABLE = "UNAVAILABLE"
    OTHER = "OTHER"


@dataclass(frozen=True, order=True)
class Window:
    """Some hours of one weekday (0 is Monday), in minutes since its midnight; a night goes on past 1440."""

    weekday: int
    start: int
    end: int


@lru_cache(maxsize=1024)
def read_windows(text: str) -> tuple[Window, ...]:
    """Read "MO-FR 09:00-17:00, SA 22:00-06:00" in order of the week; an end that is not later is of the next day."""
    found = [window for part in text.split(",") for window in _windows(part.strip().upper())]
    return tuple(sorted(set(found)))


def _windows(part: str) -> Iterator[Window]:
    match = _PART.fullmatch(part)
    times = [int(digits) for digits in match.groups()[2:]] if match else []
    if match is None or not _are_times(*times):
        raise DomainError("E_TIME", f'"{part[:40]}" are no weekly hours; write them like "MO-FR 09:00-17:00"')
    start, end = times[0] * 60 + times[1], times[2] * 60 + times[3]
    first = WEEKDAYS.index(match[1])
    for step in range((WEEKDAYS.index(match[2] or match[1]) - first) % 7 + 1):
        yield Window(weekday=(first + step) % 7, start=start, end=end if end > start else end + _DAY)


def _are_times(hour: int, minute: int, end_hour: int, end_minute: int) -> bool:
    """From 00:00 to 23:59, or to 24:00."""
    ends = (end_hour < 24 and end_minute < 60) or (end_hour, end_minute) == (24, 0)
    return hour < 24 and minute < 60 and ends


def written_windows(windows: tuple[Window, ...]) -> str:
    """The same as text, a weekday at a time."""
    return ", ".join(f"{WEEKDAYS[w.weekday]} {_time(w.start)}-{_time(w.end)}" for w in windows)


def _time(minutes: int) -> str:
    within = minutes if minutes <= _DAY else minutes - _DAY
    return f"{within // 60:02}:{within % 60:02}"


class AvailabilityTemplate(Row, Base):
    """The weekly hours of a worker from `start_date` to `end_date`, both included.

    On a day without any template nothing is said about a worker's hours, and they are available.
    """

    __tablename__ = "availability_template"

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    windows_text: Mapped[str]
    start_date: Mapped[date] = mapped_column(Date)
    end_date: Mapped[date | None] = mapped_column(Date)

    @property
    def windows(self) -> tuple[Window, ...]:
        return read_windows(self.windows_text)

    def covers(self, day: date) -> bool:
        """Whether it says something of that day."""
        return self.start_date <= day <= (self.end_date or day)


class AdHocAvailability(Row, Timed, Base):
    """A single time at which a worker can be had although their weekly hours say otherwise."""

    __tablename__ = "ad_hoc_availability"
    __table_args__ = (Index("ix_ad_hoc_availability_worker_id_ends_at", "worker_id", "ends_at"),)

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"))


class Leave(Row, Timed, Base):
    """A time at which a worker is away, whatever their hours say; it counts once it is `approved`."""

    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_worker_id_ends_at", "worker_id", "ends_at"),)

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"))
    type: Mapped[LeaveType] = mapped_column(default=LeaveType.OTHER)
    approved: Mapped[bool] = mapped_column(default=True)


def left_over(
    template: AvailabilityTemplate, start: date, end: date | None
) -> list[tuple[date, date | None]]:
    """What remains of a template's days when those from `start` to `end` are given other hours: before, and after."""
    last = template.end_date
    rest: list[tuple[date, date | None]] = []
    if template.start_date < start:
        before = start - timedelta(days=1)
        rest.append((template.start_date, before if last is None else min(before, last)))
    if end is not None and (last is None or last > end):
        rest.append((max(template.start_date, end + timedelta(days=1)), last))
    return rest
