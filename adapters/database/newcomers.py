"""What is asked about an event that is new in a calendar: is it a copy of ours, or the rest of one of our series?

Queries only; what follows is `sync.copies`' and `sync.splits`'.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.changes import mapped
from adapters.database.portions import portions
from model.attendance import SessionClient
from model.details import Kind
from model.inbound import InboundChange
from model.journal import SyncRun
from model.link import CalendarLink, EventMapping, LinkState, MappingState
from model.people import Client
from model.series import Series, SeriesClient
from model.session import Session
from sync.store import Newcomer, Shown

_LIVING = EventMapping.state != MappingState.TOMBSTONE


def clients_shown(database: Database, link_id: UUID) -> Sequence[Client]:
    """The clients of what a link shows."""
    single = select(SessionClient.client_id).where(
        mapped(link_id, EventMapping.session_id == SessionClient.session_id)
    )
    several = select(SeriesClient.client_id).where(
        mapped(link_id, EventMapping.series_id == SeriesClient.series_id)
    )
    query = select(Client).where(or_(Client.id.in_(single), Client.id.in_(several)))
    return database.scalars(query).all()


def bookings_at(database: Database, link_id: UUID, *, start: datetime, end: datetime, rule: str) -> int:
    """How many bookings that a link shows stand at exactly this time, and repeat by this rule."""
    return (
        database.scalar(_series_at(link_id, start, end, rule) if rule else _singles_at(link_id, start, end))
        or 0
    )


def _singles_at(link_id: UUID, start: datetime, end: datetime) -> Select[int]:
    return (
        select(func.count())
        .select_from(Session)
        .where(mapped(link_id, EventMapping.session_id == Session.id), Session.kind != Kind.OTHER_EVENT)
        .where(Session.starts_at == start, Session.ends_at == end)
    )


def _series_at(link_id: UUID, start: datetime, end: datetime, rule: str) -> Select[int]:
    return (
        select(func.count())
        .select_from(Series)
        .where(mapped(link_id, EventMapping.series_id == Series.id), Series.kind != Kind.OTHER_EVENT)
        .where(Series.starts_at == start, Series.ends_at == end, Series.rule_text == rule)
    )


def shown_at(database: Database, worker_id: UUID, starts: Collection[datetime]) -> list[Shown]:
    """What the living links of a worker show that begins at these instants: two queries a portion."""
    nouns = (
        (Session, EventMapping.session_id, literal("")),
        (Series, EventMapping.series_id, Series.rule_text),
    )
    return [
        Shown(link_id=link_id, starts_at=start, ends_at=end, rule=rule or "", body=body or b"")
        for some in portions(list(starts))
        for noun, named, rule_text in nouns
        for link_id, start, end, rule, body in database.execute(
            select(EventMapping.link_id, noun.starts_at, noun.ends_at, rule_text, EventMapping.base_ical)
            .join(noun, named == noun.id)
            .join(CalendarLink, CalendarLink.id == EventMapping.link_id)
            .where(CalendarLink.worker_id == worker_id, CalendarLink.state != LinkState.UNLINKED, _LIVING)
            .where(EventMapping.base_ical.is_not(None), noun.starts_at.in_(some))
        )
    ]


def newcomers(database: Database, link_id: UUID, run_id: UUID) -> list[Newcomer]:
    """What became a worker's own event in this run, or since the last good run before it began."""
    before = select(func.max(SyncRun.started_at)).where(
        SyncRun.link_id == link_id, SyncRun.id != run_id, SyncRun.result == "ok"
    )
    since = database.scalar(before)
    query = (
        select(EventMapping, InboundChange.code)
        .join(InboundChange, InboundChange.mapping_id == EventMapping.id)
        .where(EventMapping.link_id == link_id, _LIVING, InboundChange.code.in_(("E17", "E18")))
        .order_by(EventMapping.uid)
    )
    if since is not None:
        query = query.where(InboundChange.detected_at >= since)
    return [Newcomer(mapping=row[0], copied=row[1] == "E18") for row in database.execute(query).all()]
