"""Read the diary page by page, in order of time: each page is one more query, and costs what is on it.

A page begins after a session, not at a number: what is added or goes meanwhile moves nothing else about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_sessions
from adapters.diary.listing import Window, within
from model.details import Kind
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Position:
    """After which session a page begins: by its start, and among those of the same start by its id."""

    at: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True)
class Paged:
    """The sessions of one page, loaded, and where the next begins, if there is one."""

    rows: Sequence[Session]
    following: Position | None


def page_of_sessions(
    sessions: Sessions,
    window: Window,
    *,
    after: Position | None,
    limit: int,
    only: ColumnElement[bool] | None = None,
) -> Paged:
    """At most `limit` sessions of a window; `only` narrows them to somebody's own."""
    with reading(sessions) as database:
        query = within(database, select(Session.id).where(Session.kind != Kind.OTHER_EVENT), window)
        if only is not None:
            query = query.where(only)
        if after is not None:
            later = and_(Session.starts_at == after.at, Session.id > after.id)
            query = query.where(or_(Session.starts_at > after.at, later))
        ordered = query.order_by(Session.starts_at, Session.id).limit(limit + 1)
        rows = load_sessions(database, database.scalars(ordered).all())
    if len(rows) <= limit:
        return Paged(rows=rows, following=None)
    last = rows[limit - 1]
    return Paged(rows=rows[:limit], following=Position(at=last.starts_at, id=last.id))
