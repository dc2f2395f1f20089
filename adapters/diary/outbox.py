"""Queue messages, in the transaction of what they are about, and take back what is not true any more.

Nothing is sent here: whoever is rolled back has said nothing, and whoever is committed is heard later (`sending`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Database

from model.act import Act
from model.base import Json
from model.channel import Channel
from model.inbound import Audience
from model.message import Kind, Message, MessageState, check_parameters
from model.people import Client, Worker

Recipient = Client | Worker | Audience


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is to be said. `key` names it for good, so that it is said once: `booked:{session id}`, say.

    `link` is an address with a secret in it, sealed by whoever made it: it is opened for the sending alone.
    """

    kind: Kind
    key: str
    to: Recipient
    channel: Channel = Channel.EMAIL
    session_id: UUID | None = None
    reminder_id: UUID | None = None
    not_before: datetime | None = None
    parameters: Json | None = None
    link: bytes | None = None


def queue(database: Database, act: Act, said: Said) -> Message:
    """Put a message into the outbox; the one of the same key, where there is one already, whatever became of it."""
    known = database.scalar(select(Message).where(Message.key == said.key))
    if known is not None:
        return known
    made = message(said, message_id=act.new_id(), now=act.now)
    try:
        with database.begin_nested():
            database.add(made)
    except IntegrityError:  # somebody queued it in the same moment
        return database.scalars(select(Message).where(Message.key == said.key)).one()
    return made


def message(said: Said, *, message_id: UUID, now: datetime) -> Message:
    """The row of it."""
    parameters = said.parameters or {}
    check_parameters(said.kind, parameters)
    return Message(
        id=message_id,
        key=said.key,
        kind=said.kind,
        channel=said.channel,
        client_id=said.to.id if isinstance(said.to, Client) else None,
        worker_id=said.to.id if isinstance(said.to, Worker) else None,
        audience=said.to if isinstance(said.to, Audience) else None,
        session_id=said.session_id,
        reminder_id=said.reminder_id,
        parameters=parameters,
        link=said.link,
        not_before=said.not_before or now,
        state=MessageState.QUEUED,
        attempts=0,
        problem="",
    )


def void(
    database: Database,
    *,
    keys: Iterable[str] = (),
    sessions: Iterable[UUID] = (),
    reminders: Iterable[UUID] = (),
    kinds: Iterable[Kind] = tuple(Kind),
) -> int:
    """Take back what is not out yet, by its keys, or by the sessions or reminders that it is about; return how many."""
    named = or_(
        Message.key.in_(list(keys)),
        Message.session_id.in_(list(sessions)),
        Message.reminder_id.in_(list(reminders)),
    )
    waiting = Message.state == MessageState.QUEUED, Message.kind.in_(list(kinds))
    step = update(Message).where(named, *waiting).values(state=MessageState.VOID, link=None)
    done = database.execute(step.execution_options(synchronize_session="fetch").returning(Message.id))
    return len(done.all())
