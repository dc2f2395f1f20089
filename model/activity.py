"""Session activities: what a worker does, or is due, in a part of a session, like a break or a sleepover (001-13).

An activity keeps how long after the session's start it begins, and how long it lasts: it goes along wherever the
session goes, and the pattern of a series or a roster holds the same as its sessions. It lies inside its session
(E_ACTIVITY_OUTSIDE). It is stored for whoever pays wages; nothing is worked out from it (DOMAIN 7).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from model.errors import DomainError
from model.moment import Span, instant, shift

_PAID = "paid"
_UNPAID = "unpaid"
_MINUTE = timedelta(minutes=1)


class ActivityType(StrEnum):
    BREAK = "BREAK"
    SLEEPOVER = "SLEEPOVER"
    WAKE_UP = "WAKE_UP"
    OVERTIME = "OVERTIME"
    HIGHER_DUTY = "HIGHER_DUTY"
    ALLOWANCE = "ALLOWANCE"


@dataclass(frozen=True, kw_only=True)
class SessionActivity:
    """One worker's: it begins `after` minutes from the session's start, and lasts `minutes`."""

    type: ActivityType
    worker_id: UUID
    after: int
    minutes: int
    paid: bool

    def lies_within(self, length: timedelta) -> bool:
        return self.after >= 0 and (self.after + self.minutes) * _MINUTE <= length

    def span(self, start: datetime) -> tuple[datetime, datetime]:
        """From when to when it is in a session that begins then, in UTC."""
        begin = start + self.after * _MINUTE
        return begin, begin + self.minutes * _MINUTE


Activities = tuple[SessionActivity, ...]


class WithActivities:
    """What a session, a series or a planned session of a roster has of them."""

    activity_text: Mapped[str] = mapped_column(default="")

    @property
    def activities(self) -> Activities:
        return from_text(self.activity_text or "")

    @activities.setter
    def activities(self, activities: Iterable[SessionActivity]) -> None:
        self.activity_text = to_text(activities)

    def forget_activities(self, worker_id: UUID) -> None:
        """Whoever does not take part any more has none."""
        self.activities = tuple(one for one in self.activities if one.worker_id != worker_id)


def check_inside(activities: Iterable[SessionActivity], length: timedelta) -> None:
    """Refuse what would not lie inside a session of that length (E_ACTIVITY_OUTSIDE; invariant of DOMAIN 2)."""
    outside = next((one for one in activities if not one.lies_within(length)), None)
    if outside is not None:
        raise DomainError(
            "E_ACTIVITY_OUTSIDE",
            f"A session's activities lie inside it; its {outside.type} would not. Change the activities first",
        )


def check_workers(activities: Iterable[SessionActivity], workers: Collection[UUID]) -> None:
    """An activity is that of a worker of the session, and has a length."""
    for one in activities:
        if one.worker_id not in workers:
            raise DomainError("E_WORKER_REQUIRED", f"The {one.type} is of a worker who does not take part")
        if one.minutes < 1:
            raise DomainError("E_END_BEFORE_START", f"The {one.type} must last a minute at least")


def on_the_clock(activities: Iterable[SessionActivity], session: Span) -> Activities:
    """What a roster says of any night, in the one of that date: by its clocks, and no longer than the session.

    A roster knows times of day: in a night that loses or wins an hour a sleepover is as long as the night is.
    """
    return tuple(_on_the_clock(one, session) for one in activities)


def _on_the_clock(one: SessionActivity, session: Span) -> SessionActivity:
    begin, end = (_minutes_into(session, one.after + more) for more in (0, one.minutes))
    whole = session.length // _MINUTE
    after = min(begin, whole - 1)
    return replace(one, after=after, minutes=max(min(end, whole) - after, 1))


def _minutes_into(session: Span, by_the_clock: int) -> int:
    """How long after its start a session's clock shows so many minutes more."""
    shown = shift(session.start, by_the_clock * _MINUTE)
    return (instant(shown, session.tz) - session.starts_at) // _MINUTE


def to_text(activities: Iterable[SessionActivity]) -> str:
    """A line each, in order of time."""
    ordered = sorted(activities, key=lambda one: (one.after, one.minutes, one.type, one.worker_id))
    return "\n".join(
        f"{one.type} {one.worker_id} {one.after} {one.minutes} {_PAID if one.paid else _UNPAID}"
        for one in ordered
    )


def from_text(text: str) -> Activities:
    return tuple(_read(*line.split()) for line in text.splitlines())


def _read(kind: str, worker: str, after: str, minutes: str, paid: str) -> SessionActivity:
    return SessionActivity(
        type=ActivityType(kind),
        worker_id=UUID(worker),
        after=int(after),
        minutes=int(minutes),
        paid=paid == _PAID,
    )
