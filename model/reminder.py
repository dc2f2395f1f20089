"""Reminders of sessions (R60 to R62), and the question afterwards how it was (004-13 to 004-15).

A session says how its clients are reminded (`reminder_text`), and so does a series for its occurrences. From that each
client of each session has rows: when they are due, and what became of them. They follow the session: `settled` says
what a row has to be like, whoever moved or cancelled the session, and wherever that was done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from model.act import Act
from model.base import Base, Row
from model.channel import Channel
from model.details import Status
from model.errors import DomainError
from model.moment import settle

MOST = 2
_DAYS = range(1, 6)
_NAMES = UUID(
    "5a9c0f1e-7a55-4d0e-9f5c-6f1d1a6c2b90"
)  # a name space of ours for ids of rows that follow from others


class ReminderState(StrEnum):
    """`SKIPPED`: it was due already when it was made or moved. `VOID`: the session does not take place."""

    SCHEDULED = "SCHEDULED"
    SENT = "SENT"
    FAILED = "FAILED"
    VOID = "VOID"
    SKIPPED = "SKIPPED"


_DONE = (ReminderState.SENT, ReminderState.FAILED)


class Reminder(Row, Base):
    """One reminder of one client of one session; `n` counts from the earliest. `channels` are words with spaces."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("session_id", "client_id", "days_before"),
        Index("ix_reminder_state_due_at", "state", "due_at"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    n: Mapped[int]
    days_before: Mapped[int]
    channels: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime]
    state: Mapped[ReminderState] = mapped_column(default=ReminderState.SCHEDULED)


class FeedbackState(StrEnum):
    RECORDED = "RECORDED"
    SENT = "SENT"
    ANSWERED = "ANSWERED"


class FeedbackRequest(Row, Base):
    """That a client is to be asked how a session was (004-15); what they answer is kept elsewhere."""

    __tablename__ = "feedback_request"
    __table_args__ = (UniqueConstraint("session_id", "client_id"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    state: Mapped[FeedbackState] = mapped_column(default=FeedbackState.RECORDED)
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    def answer(self, act: Act) -> None:
        """The client has answered, once."""
        if self.state is FeedbackState.ANSWERED:
            raise DomainError("E_TRANSITION", "This request is answered already; ask again with another one")
        self.state, self.answered_at = FeedbackState.ANSWERED, act.now


@dataclass(frozen=True, kw_only=True)
class Plan:
    """So many days before, by these channels; none: by all that the client allows when it is sent."""

    days: int
    channels: tuple[Channel, ...] = ()

    def __str__(self) -> str:
        return f"{self.days}:{','.join(self.channels)}" if self.channels else str(self.days)


def read_plans(texts: Iterable[str]) -> tuple[Plan, ...]:
    """Plans as typed ("5", "2:email,text"), the earliest first; refused beyond what R60 allows."""
    plans = tuple(sorted((_plan(text) for text in texts if text.strip()), key=lambda plan: -plan.days))
    if len(plans) > MOST:
        raise DomainError("E_REMINDER_RANGE", f"A session has at most {MOST} reminders")
    if len({plan.days for plan in plans}) < len(plans):
        raise DomainError("E_REMINDER_RANGE", "The reminders of a session must be on different days")
    return plans


def _plan(text: str) -> Plan:
    days, colon, words = text.strip().partition(":")
    if not days.isdecimal() or int(days[:3]) not in _DAYS:
        raise DomainError("E_REMINDER_RANGE", f"A reminder is from {_DAYS[0]} to {_DAYS[-1]} days before")
    names = [word.strip().upper() for word in words.split(",") if word.strip()]
    if (colon and not names) or not set(names) <= set(Channel):
        raise DomainError("E_REMINDER_CHANNEL", "A channel must be email, phone or text")
    return Plan(days=int(days), channels=tuple(channel for channel in Channel if channel in names))


def plan_text(plans: Iterable[Plan]) -> str:
    """Plans as a session keeps them."""
    return " ".join(map(str, plans))


def plans_of(text: str) -> tuple[Plan, ...]:
    """What `plan_text` wrote."""
    return read_plans(text.split())


def check_channels(plans: Iterable[Plan], allowed: Iterable[frozenset[Channel]]) -> None:
    """Each client allows each channel that was named, and can be reached there (R60). Where none was named, somebody
    has to allow any."""
    everybody = list(allowed)
    for plan in plans:
        if any(not set(plan.channels) <= one for one in everybody):
            raise DomainError(
                "E_REMINDER_CHANNEL",
                "A client does not allow that channel, or has no address there; name others, or none",
            )
        if not plan.channels and not any(everybody):
            raise DomainError(
                "E_REMINDER_CHANNEL",
                "No client of this session allows any channel; their preferences must allow one first",
            )


def due(starts_at: datetime, days: int, *, tz: ZoneInfo, at: time) -> datetime:
    """R61: at the practice's time, so many days before on the calendar of `tz` (the client's, else the session's)."""
    day = starts_at.astimezone(tz).date() - timedelta(days=days)
    return settle(datetime.combine(day, at, tzinfo=tz))


def settled(
    state: ReminderState | None,
    *,
    was_due: datetime | None,
    due_at: datetime,
    wanted: bool,
    now: datetime,
) -> ReminderState:
    """What a reminder has to be like (R62): out is out; what does not happen is void; what is late is skipped.

    One that waits for its turn, and was due only just now, goes on waiting.
    """
    if state in _DONE:
        return state
    if not wanted:
        return ReminderState.VOID
    if due_at > now or (state is ReminderState.SCHEDULED and was_due == due_at):
        return ReminderState.SCHEDULED
    return ReminderState.SKIPPED


def takes_place(status: Status) -> bool:
    """Whether clients of such a session are reminded: not of drafts, and not of what is cancelled."""
    return status not in (Status.DRAFT, Status.CANCELLED)


def row_id(*parts: object) -> UUID:
    """The id of a row that follows from others: made twice, it is the same."""
    return uuid5(_NAMES, " ".join(map(str, parts)))
