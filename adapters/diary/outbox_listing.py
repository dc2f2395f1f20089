"""What the outbox holds, as staff see it: kinds, ids and times; nobody's name, address or words."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from adapters.database.engine import Sessions, reading
from model.message import Message, MessageState
from model.people import Client, Worker

_MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """One message. `to` is a client's internal id, a worker's, or an audience."""

    id: UUID
    kind: str
    channel: str
    to: str
    session: UUID | None
    not_before: str
    state: str
    attempts: int
    sent_at: str | None
    problem: str


def list_messages(sessions: Sessions, state: MessageState | None) -> list[MessageView]:
    """The latest, in the order in which they are to be sent."""
    query = (
        select(Message, Client.internal_id, Worker.ref)
        .outerjoin(Client, Client.id == Message.client_id)
        .outerjoin(Worker, Worker.id == Message.worker_id)
        .order_by(Message.not_before.desc(), Message.id)
        .limit(_MOST)
    )
    if state is not None:
        query = query.where(Message.state == state)
    with reading(sessions) as database:
        return [_view(row[0], row[1] or row[2] or str(row[0].audience)) for row in database.execute(query)][
            ::-1
        ]


def _view(row: Message, to: str) -> MessageView:
    return MessageView(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        to=to.lower() if row.audience else to,
        session=row.session_id,
        not_before=row.not_before.isoformat(timespec="seconds"),
        state=row.state,
        attempts=row.attempts,
        sent_at=row.sent_at.isoformat(timespec="seconds") if row.sent_at else None,
        problem=row.problem,
    )
