"""Tell what happened to a session, a series or an event: when, by whom, and why. Ids and codes only, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import find_session, ids_from
from adapters.diary.pages import Paged, Position, beyond, cut
from adapters.diary.telling import sentence
from model.errors import DomainError
from model.journal import HistoryEntry
from model.link import EventMapping
from model.series import Series
from model.session import Session

_LATEST = 100


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One line of history."""

    at: datetime
    actor: str
    action: str
    sentence: str
    code: str
    uid: str
    session_id: UUID | None
    series_id: UUID | None
    detail: Mapping[str, object]


@dataclass
class _About:
    """Every name that one thing goes by."""

    uids: set[str] = field(default_factory=set)
    sessions: set[UUID] = field(default_factory=set)
    series: set[UUID] = field(default_factory=set)


def history(sessions: Sessions, name: str | None) -> list[Happened]:
    """Everything about one UID or session, oldest first; without a name, the latest of all."""
    with reading(sessions) as database:
        query = select(HistoryEntry)
        if name is None:
            latest = query.order_by(HistoryEntry.at.desc(), HistoryEntry.id).limit(_LATEST)
            return [_told(row) for row in reversed(database.scalars(latest).all())]
        about = _about(database, name)
        known = or_(
            HistoryEntry.uid.in_(about.uids),
            HistoryEntry.session_id.in_(about.sessions),
            HistoryEntry.series_id.in_(about.series),
        )
        rows = database.scalars(query.where(known).order_by(HistoryEntry.at, HistoryEntry.id)).all()
        if not rows:
            raise DomainError("E_NOT_FOUND", f'Nothing is known about "{name[:60]}"')
        return [_told(row) for row in rows]


def page_of_history(sessions: Sessions, *, after: Position | None, limit: int) -> Paged[Happened]:
    """All that ever happened, the latest first, page by page."""
    at, by = HistoryEntry.at, HistoryEntry.id
    query = select(HistoryEntry).where(beyond(at, by, after, latest_first=True))
    with reading(sessions) as database:
        found = database.scalars(query.order_by(at.desc(), by).limit(limit + 1)).all()
    some = cut(found, limit, lambda row: Position(at=row.at, id=row.id))
    return Paged(rows=[_told(row) for row in some.rows], following=some.following)


def _about(database: Database, name: str) -> _About:
    """The sessions and series that a UID stands for, or the UIDs that a session has."""
    about = _About(uids={name})
    _add_units(database, about, name)
    if not about.sessions and not about.series:
        _add_session(database, about, name)
    return about


def _add_units(database: Database, about: _About, uid: str) -> None:
    units = select(EventMapping.session_id, EventMapping.series_id).where(EventMapping.uid == uid)
    for session_id, series_id in database.execute(units):
        about.sessions |= {session_id} if session_id else set()
        about.series |= {series_id} if series_id else set()
    about.sessions |= set(database.scalars(select(Session.id).where(Session.import_uid == uid)))
    about.series |= set(database.scalars(select(Series.id).where(Series.import_uid == uid)))


def _add_session(database: Database, about: _About, name: str) -> None:
    """A session's own id, or the beginning of it; an occurrence shares its event with its whole series."""
    try:
        ids = ids_from(name)
    except DomainError:
        return
    try:
        session = find_session(database, name)
    except DomainError as error:
        if error.code == "E_AMBIGUOUS":
            raise
        about.sessions |= _deleted(database, *ids)
        return
    about.sessions.add(session.id)
    about.series |= {session.series_id} if session.series_id else set()
    where = or_(EventMapping.session_id == session.id, EventMapping.series_id.in_(about.series))
    about.uids |= set(database.scalars(select(EventMapping.uid).where(where)))


def _deleted(database: Database, first: UUID, last: UUID) -> set[UUID]:
    """What was a session once: its history outlives it."""
    query = select(HistoryEntry.session_id).where(HistoryEntry.session_id.between(first, last)).distinct()
    found = {one for one in database.scalars(query) if one is not None}
    return found if len(found) == 1 else set()


def _told(row: HistoryEntry) -> Happened:
    return Happened(
        at=row.at,
        actor=row.actor,
        action=row.action,
        sentence=sentence(row),
        code=row.code,
        uid=row.uid,
        session_id=row.session_id,
        series_id=row.series_id,
        detail=row.detail,
    )
