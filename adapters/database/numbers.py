"""The numbers by which the guard decides: what would be taken away, and what went back in time (E21, B16)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from model.archive import ArchiveEntry
from model.details import Kind
from model.link import EventMapping, MappingState
from model.series import Series
from model.session import Session


def client_resources(
    database: Database, link_id: UUID, href_keys: Sequence[str], *, now: datetime
) -> tuple[int, int]:
    """How many of these hrefs carry clients, and how many of those lie in the future."""
    gone = future = 0
    for some in portions(href_keys):
        chosen = EventMapping.href_key.in_(some)
        gone += _count_clients(database, link_id, chosen)
        future += _count_clients(database, link_id, chosen, after=now)
    return gone, future


def future_client_resources(database: Database, link_id: UUID, *, now: datetime) -> int:
    """How many mapped resources carry clients and lie in the future."""
    return _count_clients(database, link_id, EventMapping.base_ical.is_not(None), after=now)


def went_back(database: Database, link_id: UUID, etags: Mapping[str, str | None]) -> list[str]:
    """Which of these href keys have an ETag again that they had before."""
    query = select(EventMapping.href_key, ArchiveEntry.etag).where(
        EventMapping.link_id == link_id,
        EventMapping.id == ArchiveEntry.mapping_id,
        ArchiveEntry.etag.is_not(None),
    )
    found: set[str] = set()
    for some in portions(list(etags)):
        chosen = query.where(EventMapping.href_key.in_(some))
        found |= {key for key, etag in database.execute(chosen) if etags[key] == etag}
    return sorted(found)


def _count_clients(
    database: Database, link_id: UUID, *where: ColumnElement[bool], after: datetime | None = None
) -> int:
    """Mapped resources that show something with a client, and (`after`) something still to come."""
    single = and_(EventMapping.session_id == Session.id, Session.kind != Kind.OTHER_EVENT)
    series = and_(EventMapping.series_id == Series.id, Series.kind != Kind.OTHER_EVENT)
    if after is not None:
        single = and_(single, Session.ends_at > after)
        coming = exists().where(Session.series_id == Series.id, Session.ends_at > after).correlate(Series)
        series = and_(series, coming)
    ours = and_(EventMapping.link_id == link_id, EventMapping.state != MappingState.TOMBSTONE, *where)
    query = select(func.count()).select_from(EventMapping)
    return sum(
        database.scalar(query.join(noun, match).where(ours)) or 0
        for noun, match in ((Session, single), (Series, series))
    )
