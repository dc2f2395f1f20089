"""Messages: what is to be said to somebody, by which channel, and whether it was (FAILURES H9).

A message holds no text: a kind, whom it is for, what session it is about, and a few parameters that its template needs.
The words are made when it is sent, from what holds then. Names, subjects, services and reasons are in none of them.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from model.base import SEALED, Base, Json, Row
from model.channel import Channel
from model.inbound import Audience

MOST_ATTEMPTS = 3  # the first, and two more (DOMAIN 2)
_PAUSES = (timedelta(minutes=5), timedelta(minutes=30))
_LONGEST = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Kind(StrEnum):
    """What is said. Each kind has a template of its name, and may only have the parameters of `PARAMETERS`."""

    REMINDER = "REMINDER"
    MOVED = "MOVED"
    FEEDBACK = "FEEDBACK"
    NOTICES = "NOTICES"
    BOOKING_MADE = "BOOKING_MADE"
    BOOKING_MOVED = "BOOKING_MOVED"
    BOOKING_CANCELLED = "BOOKING_CANCELLED"
    BOOKING_LINK = "BOOKING_LINK"
    REQUEST_MADE = "REQUEST_MADE"
    REQUEST_ACCEPTED = "REQUEST_ACCEPTED"
    REQUEST_DECLINED = "REQUEST_DECLINED"


PARAMETERS: Mapping[Kind, frozenset[str]] = {
    Kind.REMINDER: frozenset({"due"}),
    Kind.MOVED: frozenset({"was", "count"}),
    Kind.FEEDBACK: frozenset({"request"}),
    Kind.NOTICES: frozenset(),
    Kind.BOOKING_MADE: frozenset(),
    Kind.BOOKING_MOVED: frozenset({"was"}),
    Kind.BOOKING_CANCELLED: frozenset(),
    Kind.BOOKING_LINK: frozenset({"minutes"}),
    Kind.REQUEST_MADE: frozenset({"start", "tz"}),
    Kind.REQUEST_ACCEPTED: frozenset(),
    Kind.REQUEST_DECLINED: frozenset({"start", "tz", "words"}),
}
# What a client gets only by a channel that they allow; the rest answers what they have just done themselves.
UNASKED = frozenset({Kind.REMINDER, Kind.MOVED, Kind.FEEDBACK})


class MessageState(StrEnum):
    """`VOID`: it is not true any more, or not wanted."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    VOID = "VOID"


class Message(Row, Base):
    """One message by one channel, for a client, a worker, or an audience. `key` says what it is for good: there is no
    second one of the same key.

    `lease_until`: somebody is sending it now. `link` is an address with a secret in it, sealed, and forgotten with the
    sending. `problem` is the class of what went wrong last, never its text.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_state_not_before", "state", "not_before"),)

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind]
    channel: Mapped[Channel] = mapped_column(default=Channel.EMAIL)
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"), index=True)
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("worker.id"), index=True)
    audience: Mapped[Audience | None]
    session_id: Mapped[UUID | None] = mapped_column(index=True)
    reminder_id: Mapped[UUID | None] = mapped_column(index=True)
    parameters: Mapped[Json] = mapped_column(default=dict)
    link: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    not_before: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")

    def message_id(self, domain: str) -> str:
        """The same at each attempt: whoever receives it twice can tell (RFC 5322, 3.6.4)."""
        return f"<{self.id}@{domain}>"

    def sent(self, now: datetime) -> None:
        """It is out; whatever became of it meanwhile, nobody can take it back."""
        self.state, self.sent_at, self.problem = MessageState.SENT, now, ""
        self._end()

    def missed(self, problem: str, now: datetime, *, for_good: bool = False) -> None:
        """It did not get through: twice more is tried, later and later."""
        self.problem, self.lease_until = problem, None
        if self.state is not MessageState.QUEUED:
            return
        if for_good or self.attempts >= MOST_ATTEMPTS:
            self.state = MessageState.FAILED
            self._end()
        else:
            self.not_before = now + _PAUSES[self.attempts - 1]

    def void(self) -> None:
        """What is not out yet is not sent any more."""
        if self.state is MessageState.QUEUED:
            self.state = MessageState.VOID
            self._end()

    def _end(self) -> None:
        self.lease_until = self.link = None


def check_parameters(kind: Kind, parameters: Json) -> None:
    """Only what the template of this kind needs, and short (H9); a mistake here is the program's own."""
    unknown = parameters.keys() - PARAMETERS[kind]
    if unknown:
        raise ValueError(f"a message of kind {kind} has no {', '.join(sorted(unknown))}")
    for name, value in parameters.items():
        if not isinstance(value, str | int) or len(str(value)) > _LONGEST or _bad(name, str(value)):
            raise ValueError(f"the {name} of a message is a short text or a number")


def _bad(name: str, value: str) -> bool:
    """What somebody wrote (`words`) may have several lines; it stands in no header."""
    return has_controls(value.replace("\n", "") if name == "words" else value)


def has_controls(text: str) -> bool:
    """Whether a text has characters that end a line of a header or hide something (FAILURES G10)."""
    return bool(_CONTROL.search(text))
