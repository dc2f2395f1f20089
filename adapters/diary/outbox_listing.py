"""What the outbox holds, as staff see it: kinds, ids and times; nobody's name, address or words."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from adapters.database.engine import Sessions, reading
from adapters.diary.pages import Paged, Position, beyond, cut
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
    query = _query(state).order_by(Message.not_before.desc(), Message.id).limit(_MOST)
    with reading(sessions) as database:
        return [_shown(*row) for row in database.execute(query)][::-1]


def page_of_messages(
    sessions: Sessions, state: MessageState | None, *, after: Position | None, limit: int
) -> Paged[MessageView]:
    """All there are, the latest first, page by page."""
    at, by = Message.not_before, Message.id
    query = _query(state).where(beyond(at, by, after, latest_first=True)).order_by(at.desc(), by)
    with reading(sessions) as database:
        found = database.execute(query.limit(limit + 1)).all()
    some = cut(found, limit, lambda row: Position(at=row[0].not_before, id=row[0].id))
    return Paged(rows=[_shown(*row) for row in some.rows], following=some.following)


def _query(state: MessageState | None) -> Select[Message, str | None, str | None]:
    query = (
        select(Message, Client.internal_id, Worker.ref)
        .outerjoin(Client, Client.id == Message.client_id)
        .outerjoin(Worker, Worker.id == Message.worker_id)
    )
    return query if state is None else query.where(Message.state == state)


def _shown(row: Message, client: str | None, worker: str | None) -> MessageView:
    return _view(row, client or worker or str(row.audience))


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
