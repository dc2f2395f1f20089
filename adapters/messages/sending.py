"""Send what is queued: each message is claimed, sent, and settled, and no transaction is open while it is on its way.

Exactly once, as far as that goes: whoever claims a message has it alone for a while. Who dies before sending leaves it
to be sent; who dies between the server's yes and our note of it has it sent once more, under the same Message-ID, by
which a mail server or a gateway can tell (docs/admins.md). It is never lost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.messages.composing import Office, Void, compose
from adapters.messages.letter import Letter, SendingError, Undeliverable
from model.channel import Channel
from model.inbound import Notice
from model.message import MOST_ATTEMPTS, Kind, Message, MessageState
from model.reminder import FeedbackRequest, FeedbackState, Reminder, ReminderState

_LEASE = timedelta(minutes=15)  # longer than any server is waited for
_MOST = 500  # in one go; the rest is sent by the next
Send = Callable[[Letter], None]


class Interrupted(Undeliverable):
    """Each attempt died on its way; it is not tried for ever."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """What sending needs: the ways there are, by channel, and what is the same for all messages."""

    sessions: Sessions
    clock: Callable[[], datetime]
    carriers: Mapping[Channel, Send]
    office: Office = field(default_factory=Office)

    def deliver(self) -> int:
        """Send what is due, one after another; return how many went out."""
        sent = 0
        for _ in range(_MOST):
            message_id = self._claim()
            if message_id is None:
                break
            sent += self._deliver(message_id)
        return sent

    def _claim(self) -> UUID | None:
        """Take the first that is due and that nobody is sending."""
        now = self.clock()
        free = or_(Message.lease_until.is_(None), Message.lease_until <= now)
        waits = Message.state == MessageState.QUEUED, Message.not_before <= now, free
        ways = Message.channel.in_(list(self.carriers))
        first = select(Message.id).where(*waits, ways).order_by(Message.not_before, Message.id).limit(1)
        with self.sessions.begin() as database:
            step = update(Message).where(Message.id == first.scalar_subquery(), *waits)
            taken = step.values(lease_until=now + _LEASE, attempts=Message.attempts + 1).returning(Message.id)
            return database.execute(taken.execution_options(synchronize_session=False)).scalar_one_or_none()

    def _deliver(self, message_id: UUID) -> bool:
        try:
            with reading(self.sessions) as database:
                message = database.get_one(Message, message_id)
                if message.attempts > MOST_ATTEMPTS:
                    raise Interrupted
                letter = compose(database, message, self.office, now=self.clock())
            if isinstance(letter, Letter):
                self.carriers[letter.channel](letter)
        except Exception as error:  # noqa: BLE001 - one message's trouble is its own, and kept with it
            self._settle(message_id, error)
            return False
        self._settle(message_id, letter)
        return isinstance(letter, Letter)

    def _settle(self, message_id: UUID, outcome: Letter | Void | Exception) -> None:
        """Note what became of it, and of what it was about."""
        now = self.clock()
        with self.sessions.begin() as database:
            message = database.get_one(Message, message_id)
            if isinstance(outcome, Letter):
                message.sent(now)
            elif isinstance(outcome, Void):
                message.problem = outcome.why
                message.void()
            else:
                for_good = isinstance(outcome, SendingError) and outcome.for_good
                message.missed(type(outcome).__name__, now, for_good=for_good)
            database.flush()
            _follow(database, message, now)


def _follow(database: Database, message: Message, now: datetime) -> None:
    """What is known of a reminder, a request or notices once their message is out, or never will be."""
    out = message.state is MessageState.SENT
    if message.kind is Kind.REMINDER and message.reminder_id is not None:
        _settle_reminder(database, database.get(Reminder, message.reminder_id), message)
    elif message.kind is Kind.FEEDBACK and out:
        request = database.get(FeedbackRequest, UUID(str(message.parameters["request"])))
        if request is not None and request.state is FeedbackState.RECORDED:
            request.state, request.sent_at = FeedbackState.SENT, now
    elif message.kind is Kind.NOTICES and out:
        database.execute(update(Notice).where(Notice.message_id == message.id).values(sent_at=now))


def _settle_reminder(database: Database, reminder: Reminder | None, message: Message) -> None:
    """One that got through is enough; it failed where none did. What moved meanwhile has another time before it."""
    if reminder is None or reminder.due_at.isoformat() != message.parameters.get("due"):
        return
    if reminder.state is not ReminderState.SCHEDULED:
        return
    if message.state is MessageState.SENT:
        reminder.state = ReminderState.SENT
        return
    others = select(Message.state).where(Message.reminder_id == reminder.id)
    states = set(database.scalars(others))
    if MessageState.QUEUED not in states:
        failed = MessageState.FAILED in states
        reminder.state = ReminderState.FAILED if failed else ReminderState.SKIPPED
