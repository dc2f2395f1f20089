"""Read the diary page by page, in order of time."""

from sqlalchemy import ColumnElement, select

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_sessions
from adapters.diary.listing import Window, within
from adapters.diary.pages import Paged, Position, beyond, cut
from model.details import Kind
from model.session import Session


def page_of_sessions(
    sessions: Sessions,
    window: Window,
    *,
    after: Position | None,
    limit: int,
    only: ColumnElement[bool] | None = None,
) -> Paged[Session]:
    """At most `limit` sessions of a window; `only` narrows them to somebody's own."""
    with reading(sessions) as database:
        query = within(database, select(Session.id).where(Session.kind != Kind.OTHER_EVENT), window)
        if only is not None:
            query = query.where(only)
        query = query.where(beyond(Session.starts_at, Session.id, after))
        ordered = query.order_by(Session.starts_at, Session.id).limit(limit + 1)
        rows = load_sessions(database, database.scalars(ordered).all())
    return cut(rows, limit, lambda row: Position(at=row.starts_at, id=row.id))
