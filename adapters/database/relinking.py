"""What a new link's calendar may show already: queries for `sync.relinking`, a fixed number a page (FAILURES F3)."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session as Database

from adapters.database.changes import mapped
from adapters.database.portions import portions
from model.attendance import SessionWorker
from model.link import CalendarLink, EventMapping, LinkState, MappingState
from model.series import Series, SeriesWorker
from model.session import Session
from sync.store import UnitRef, ref_of

_LIVING = EventMapping.state != MappingState.TOMBSTONE


def once_shown(database: Database, link: CalendarLink, uids: Sequence[str]) -> dict[str, UnitRef]:
    """By UID, of ended links of this worker; what this link shows already is left out."""
    found: dict[str, UnitRef] = {}
    ended = CalendarLink.worker_id == link.worker_id, CalendarLink.state == LinkState.UNLINKED
    for some in portions(uids):
        query = select(EventMapping).join(CalendarLink, CalendarLink.id == EventMapping.link_id)
        for mapping in database.scalars(query.where(*ended, _LIVING, EventMapping.uid.in_(some))):
            ref = ref_of(mapping)
            if ref is not None and not _is_shown(database, link, ref):
                found[mapping.uid] = ref
    return found


def left_beside(database: Database, link: CalendarLink, uids: Sequence[str]) -> frozenset[str]:
    """Which of these were paddings or open slots of ended links of this worker."""
    ended = CalendarLink.worker_id == link.worker_id, CalendarLink.state == LinkState.UNLINKED
    query = select(EventMapping.uid).join(CalendarLink, CalendarLink.id == EventMapping.link_id)
    query = query.where(*ended, _LIVING, EventMapping.shows != "")
    found = (database.scalars(query.where(EventMapping.uid.in_(some))) for some in portions(uids))
    return frozenset(uid for some in found for uid in some)


def unshown_at(database: Database, link: CalendarLink, starts: Collection[datetime]) -> list[UnitRef]:
    return [ref for some in portions(list(starts)) for ref in _unshown(database, link, some)]


def _unshown(database: Database, link: CalendarLink, starts: Sequence[datetime]) -> Iterator[UnitRef]:
    mine = exists().where(SessionWorker.session_id == Session.id, SessionWorker.worker_id == link.worker_id)
    single = select(Session.id).where(Session.series_id.is_(None), Session.starts_at.in_(starts), mine)
    for found in database.scalars(single.where(~mapped(link.id, EventMapping.session_id == Session.id))):
        yield UnitRef(kind="session", id=found)
    mine = exists().where(SeriesWorker.series_id == Series.id, SeriesWorker.worker_id == link.worker_id)
    series = select(Series.id).where(Series.starts_at.in_(starts), mine)
    for found in database.scalars(series.where(~mapped(link.id, EventMapping.series_id == Series.id))):
        yield UnitRef(kind="series", id=found)


def _is_shown(database: Database, link: CalendarLink, ref: UnitRef) -> bool:
    named = EventMapping.series_id if ref.kind == "series" else EventMapping.session_id
    return bool(database.scalar(select(mapped(link.id, named == ref.id))))
