"""Have clients told that a session moved, whoever moved it (R62, DOMAIN 1.6): one message a client, after a while.

What is moved on in between is one move, and what is moved back was none (FAILURES, move and undo). Of a series its
client is told once, of the first session that has another time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from adapters.database.telling import Telling
from model.attendance import Attendance, SessionClient
from model.base import Base
from model.channel import first_of
from model.details import Status
from model.message import Kind, MessageState
from model.people import Client, channels_of
from model.reminder import row_id
from model.session import Session

_TABLE = Base.metadata.tables["message"]
_Row = Row[*tuple[Any, ...]]
_Group = tuple[UUID, UUID]  # a client, and a series or a single session


def tell_moved(database: Database, was: Mapping[UUID, str], telling: Telling, *, now: datetime) -> None:
    """`was`: when each session took place before, as `written` says it."""
    groups: dict[_Group, list[_Row]] = {}
    for some in portions(list(was)):
        for row in _concerned(database, some, now):
            groups.setdefault((row.client_id, row.series_id or row.id), []).append(row)
    if not groups:
        return
    open_ = _open(database, [rows[0].id for rows in groups.values()], now)
    new = []
    for rows in groups.values():
        first, channel = rows[0], first_of(channels_of(rows[0]))
        if (known := open_.get((first.client_id, first.id))) is not None:
            _go_on(database, known, first, telling, now)
        elif channel is not None:
            new.append(_new(first, was[first.id], len(rows), telling, now) | {"channel": channel})
    if new:
        database.connection().execute(insert(_TABLE), new)


def written(local_start: str, tz: str) -> str:
    """When a session takes place, as its client knows it."""
    return f"{local_start} {tz}"


def _concerned(database: Database, sessions: Iterable[UUID], now: datetime) -> Iterable[_Row]:
    """The clients of what still comes, who allow to be told; sessions in their order."""
    query = (
        select(
            Session.id, Session.series_id, Session.local_start, Session.tz, SessionClient.client_id,
            Client.email, Client.phone, Client.allow_email, Client.allow_phone, Client.allow_text,
        )
        .join(SessionClient, SessionClient.session_id == Session.id)
        .join(Client, Client.id == SessionClient.client_id)
        .where(Session.id.in_(sessions), Session.status == Status.ROSTERED, Session.starts_at > now)
        .where(SessionClient.status != Attendance.CANCELLED)
        .where(or_(Client.allow_email, Client.allow_phone, Client.allow_text))
        .order_by(Session.starts_at, Session.id)
    )  # fmt: skip
    return database.connection().execute(query).all()


def _open(database: Database, sessions: list[UUID], now: datetime) -> dict[tuple[UUID, UUID], _Row]:
    """What is not on its way yet."""
    found: dict[tuple[UUID, UUID], _Row] = {}
    for some in portions(sessions):
        waiting = _TABLE.c.kind == Kind.MOVED, _TABLE.c.state == MessageState.QUEUED
        free = or_(_TABLE.c.lease_until.is_(None), _TABLE.c.lease_until < now)
        query = select(_TABLE).where(_TABLE.c.session_id.in_(some), *waiting, free)
        found |= {(row.client_id, row.session_id): row for row in database.connection().execute(query)}
    return found


def _go_on(database: Database, known: _Row, at: _Row, telling: Telling, now: datetime) -> None:
    """It moved on before anybody was told; or it is back where it was, and nobody is."""
    back = known.parameters["was"] == written(at.local_start, at.tz)
    values = {"state": MessageState.VOID} if back else {"not_before": now + telling.delay}
    step = update(_TABLE).where(_TABLE.c.id == known.id).values(**values, updated_at=now)
    database.connection().execute(step)


def _new(row: _Row, was: str, count: int, telling: Telling, now: datetime) -> dict[str, object]:
    key = f"moved:{row.id}:{row.client_id}:{now.isoformat()}"
    return {
        "id": row_id(key), "key": key, "kind": Kind.MOVED, "client_id": row.client_id, "session_id": row.id,
        "parameters": {"was": was, "count": count}, "not_before": now + telling.delay,
        "state": MessageState.QUEUED, "attempts": 0, "problem": "", "created_at": now, "updated_at": now, "rev": 0,
    }  # fmt: skip
