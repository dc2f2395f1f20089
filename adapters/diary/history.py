"""Tell what happened to a session, a series or an event: when, by whom, and why. Ids and codes only, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import find_session
from model.errors import DomainError
from model.journal import HistoryEntry
from model.link import EventMapping
from model.series import Series
from model.session import Session
from sync.explain import judged

_LATEST = 100
_SENTENCES = {
    "added": "added to the diary",
    "rostered": "rostered: calendars show it from now on",
    "moved": "moved",
    "shown": "set busy or free",
    "cancelled": "cancelled",
    "deleted": "deleted",
    "extended": "its next occurrences were made",
    "imported": "a file was imported",
    "sent-create": "written to the calendar as a new event",
    "sent-replace": "written to the calendar again",
    "sent-delete": "taken out of the calendar",
    "write-loop": "written too often on this day; left alone until the next",
    "write-failed": "the calendar did not take it",
    "quarantined": "an item of the calendar was set aside",
    "discarded": "the event of a refused gesture is taken out of the calendar",
    "confirmed": "the held change was confirmed",
    "dismissed": "the held change was dismissed",
    "linked": "a calendar was linked",
    "unlinked": "a calendar was unlinked",
    "attested": "a privacy level was attested",
    "link-set": "the link was set otherwise",
    "link-login": "the link got another password",
    "link-paused": "the link was paused",
    "link-resumed": "the link was resumed",
    "link-checked": "the link was checked",
}
_DETAILS = ("start", "after", "scope", "link", "change", "count", "rule", "added", "updated", "bad")


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
        session = find_session(database, name)
    except DomainError as error:
        if error.code == "E_AMBIGUOUS":
            raise
        return
    about.sessions.add(session.id)
    about.series |= {session.series_id} if session.series_id else set()
    where = or_(EventMapping.session_id == session.id, EventMapping.series_id.in_(about.series))
    about.uids |= set(database.scalars(select(EventMapping.uid).where(where)))


def _told(row: HistoryEntry) -> Happened:
    return Happened(
        at=row.at,
        actor=row.actor,
        action=row.action,
        sentence=_sentence(row),
        code=row.code,
        uid=row.uid,
        session_id=row.session_id,
        series_id=row.series_id,
        detail=row.detail,
    )


def _sentence(row: HistoryEntry) -> str:
    if row.action == "judged":
        said = judged(row.code, str(row.detail.get("decision", "")), str(row.detail.get("reason", "")))
        which = row.detail.get("recurrence_id")
        return f"{said} ({which})" if which else said
    told = [f"{name} {row.detail[name]}" for name in _DETAILS if row.detail.get(name)]
    more = [row.code] if row.code else []
    return _SENTENCES.get(row.action, row.action) + (f" ({', '.join(more + told)})" if more or told else "")
