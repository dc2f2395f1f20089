"""Say how the clients of a session are reminded of it, and what else is for their messages (004-13 to 004-15, R60).

Nothing of this is shown by calendars: no series is split, and nothing is sent to them.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.lookup import by_ref, find_session
from adapters.diary.transaction import record, writing
from model.act import Act
from model.errors import DomainError
from model.people import Client
from model.reminder import FeedbackRequest, Reminder, check_channels, plan_text, read_plans
from model.session import Session


def read_reminders(texts: Iterable[str], *, has_client: bool, clients: Iterable[Client]) -> str:
    """Reminders as typed, for these clients; "" for none."""
    plans = read_plans(texts)
    if plans and not has_client:
        raise DomainError(
            "E_CLIENT_REQUIRED", "Only a session with clients can remind them; add a client first"
        )
    check_channels(plans, [client.channels for client in clients])
    return plan_text(plans)


@dataclass(frozen=True, kw_only=True)
class ReminderView:
    """A reminder as staff see it: whom, how and when, and what became of it."""

    client: str
    n: int
    days_before: int
    channels: tuple[str, ...]
    due_at: str
    state: str


@dataclass(frozen=True, kw_only=True)
class FeedbackView:
    """A request for feedback: to whom, and whether it was sent and answered."""

    client: str
    state: str
    sent_at: str | None
    answered_at: str | None


def reminders_of(database: Database, session: Session) -> tuple[dict[str, object], ...]:
    """What `session show` says of reminders, in the order in which they are due."""
    query = (
        select(Reminder, Client.internal_id)
        .join(Client, Client.id == Reminder.client_id)
        .where(Reminder.session_id == session.id)
        .order_by(Reminder.due_at, Client.internal_id)
    )
    return tuple(asdict(_view(row, client)) for row, client in database.execute(query))


def requests_of(database: Database, session: Session) -> tuple[dict[str, object], ...]:
    """What `session show` says of feedback."""
    query = (
        select(FeedbackRequest, Client.internal_id)
        .join(Client, Client.id == FeedbackRequest.client_id)
        .where(FeedbackRequest.session_id == session.id)
        .order_by(Client.internal_id)
    )
    return tuple(asdict(_request_view(row, client)) for row, client in database.execute(query))


def answered(sessions: Sessions, act: Act, session: str, *, client: str) -> FeedbackView:
    """Write down that a client has answered; what they said is kept elsewhere."""
    with writing(sessions) as database:
        row = find_session(database, session)
        of = by_ref(database, Client, client)
        found = FeedbackRequest.session_id == row.id, FeedbackRequest.client_id == of.id
        request = database.scalars(select(FeedbackRequest).where(*found)).one_or_none()
        if request is None:
            raise DomainError("E_NOT_FOUND", "This client was not asked about this session")
        request.answer(act)
        record(database, act, "feedback-answered", session_id=row.id)
        return _request_view(request, of.internal_id)


def _view(row: Reminder, client: str) -> ReminderView:
    return ReminderView(
        client=client,
        n=row.n,
        days_before=row.days_before,
        channels=tuple(row.channels.split()),
        due_at=row.due_at.isoformat(timespec="minutes"),
        state=row.state,
    )


def _request_view(row: FeedbackRequest, client: str) -> FeedbackView:
    sent, answered_at = (
        at.isoformat(timespec="minutes") if at else None for at in (row.sent_at, row.answered_at)
    )
    return FeedbackView(client=client, state=row.state, sent_at=sent, answered_at=answered_at)
