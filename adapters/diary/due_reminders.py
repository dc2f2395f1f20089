"""Queue the reminders whose time has come, and ask who was to be asked how it was (R61, 004-14, 004-15)."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary import outbox
from adapters.diary.outbox import Said
from adapters.diary.transaction import writing
from model.act import Act
from model.channel import Channel, first_of
from model.message import Kind, Message, MessageState
from model.people import Client
from model.reminder import FeedbackRequest, FeedbackState, Reminder, ReminderState
from model.session import Session

_BATCH = 200


def remind(sessions: Sessions, act: Act) -> int:
    """Queue the messages of what is due; return how many. A batch is a transaction."""
    queued = 0
    while True:
        with writing(sessions) as database:
            due = _due(database, act.now)
            queued += sum(_remind(database, act, *one) for one in _latest(due, act.now))
        if len(due) < _BATCH:
            return queued


def ask(sessions: Sessions, act: Act) -> int:
    """Queue a message for each request of feedback that nobody was sent; return how many."""
    with writing(sessions) as database:
        known = exists().where(
            Message.session_id == FeedbackRequest.session_id, Message.kind == Kind.FEEDBACK
        )
        mine = known.where(Message.client_id == FeedbackRequest.client_id)
        query = (
            select(FeedbackRequest, Client)
            .join(Client, Client.id == FeedbackRequest.client_id)
            .where(FeedbackRequest.state == FeedbackState.RECORDED, ~mine)
            .limit(_BATCH)
        )
        return sum(_ask(database, act, row[0], row[1]) for row in database.execute(query).all())


def _due(database: Database, now: datetime) -> list[tuple[Reminder, Client, datetime]]:
    """What is due and not queued yet, with whom it is for, and when the session begins."""
    known = exists().where(Message.reminder_id == Reminder.id, Message.state != MessageState.VOID)
    query = (
        select(Reminder, Client, Session.starts_at)
        .join(Client, Client.id == Reminder.client_id)
        .join(Session, Session.id == Reminder.session_id)
        .where(Reminder.state == ReminderState.SCHEDULED, Reminder.due_at <= now, ~known)
        .order_by(Reminder.due_at, Reminder.id)
        .limit(_BATCH)
    )
    return [(row[0], row[1], row[2]) for row in database.execute(query)]


def _latest(due: list[tuple[Reminder, Client, datetime]], now: datetime) -> Iterator[tuple[Reminder, Client]]:
    """What still reminds: not of what has begun, and of two that come late only the second."""
    last = {(reminder.session_id, reminder.client_id): reminder for reminder, _, _ in due}
    for reminder, client, starts_at in due:
        if starts_at <= now or last[reminder.session_id, reminder.client_id] is not reminder:
            reminder.state = ReminderState.SKIPPED
        else:
            yield reminder, client


def _remind(database: Database, act: Act, reminder: Reminder, client: Client) -> int:
    """A message by each channel that was planned and is allowed now; with none of them nobody is reminded."""
    planned = {Channel(word) for word in reminder.channels.split()} or set(Channel)
    channels = sorted(planned & client.channels)
    if not channels:
        reminder.state = ReminderState.SKIPPED
    for channel in channels:
        said = Said(
            kind=Kind.REMINDER,
            key=f"reminder:{reminder.id}:{channel}:{reminder.due_at.isoformat()}",
            to=client,
            channel=channel,
            session_id=reminder.session_id,
            reminder_id=reminder.id,
            parameters={"due": reminder.due_at.isoformat()},
        )
        outbox.queue(database, act, said)
    return len(channels)


def _ask(database: Database, act: Act, request: FeedbackRequest, client: Client) -> bool:
    channel = first_of(client.channels)
    if channel is None:
        return False
    said = Said(
        kind=Kind.FEEDBACK,
        key=f"feedback:{request.id}",
        to=client,
        channel=channel,
        session_id=request.session_id,
        parameters={"request": str(request.id)},
    )
    outbox.queue(database, act, said)
    return True
