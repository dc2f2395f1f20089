"""Reserved windows as a worker's calendar shows them: queries for `sync.open_slots`, each of fixed cost."""

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import aliased, selectinload

from model.inbound import ChangeState, InboundChange
from model.journal import SyncRun
from model.link import CalendarLink, EventMapping, MappingState
from model.reserved_slot import ReservedSlot


def windows_of(database: Database, worker_id: UUID) -> list[ReservedSlot]:
    query = select(ReservedSlot).where(ReservedSlot.worker_id == worker_id)
    query = query.options(selectinload(ReservedSlot.types)).order_by(ReservedSlot.starts_at, ReservedSlot.ref)
    return list(database.scalars(query))


def windows_shown(
    database: Database, link: CalendarLink, prefix: str, *, waiting: bool
) -> list[EventMapping]:
    state = EventMapping.state
    living = state == MappingState.DIRTY if waiting else state != MappingState.TOMBSTONE
    query = select(EventMapping).where(EventMapping.link_id == link.id, living)
    return list(
        database.scalars(query.where(EventMapping.shows.startswith(prefix)).order_by(EventMapping.uid))
    )


def windows_cut(database: Database, link_id: UUID, run_id: UUID, prefix: str) -> list[InboundChange]:
    """What was cut in this run, or since the last good run before it began."""
    before = select(func.max(SyncRun.started_at)).where(
        SyncRun.link_id == link_id, SyncRun.id != run_id, SyncRun.result == "ok"
    )
    since = database.scalar(before)
    later = aliased(InboundChange)
    goes_on = exists().where(
        later.mapping_id == InboundChange.mapping_id,
        later.code == "E6",
        later.detected_at >= InboundChange.detected_at,
    )
    query = (
        select(InboundChange)
        .join(EventMapping, EventMapping.id == InboundChange.mapping_id)
        .where(EventMapping.link_id == link_id, EventMapping.shows.startswith(prefix))
        .where(InboundChange.code == "E7", InboundChange.state == ChangeState.APPLIED, ~goes_on)
    )
    if since is not None:
        query = query.where(InboundChange.detected_at >= since)
    return list(database.scalars(query))
