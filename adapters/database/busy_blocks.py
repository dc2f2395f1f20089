"""What is kept of busy sources: which items take time, and the times themselves."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, bindparam, delete, func, or_, select, type_coerce
from sqlalchemy.orm import Session as Database

from adapters.database.many import many
from adapters.database.portions import portions
from model.busy import Busy, BusyBlock, Fbtype
from model.details import Source
from model.link import CalendarLink, EventMapping, LinkState, SeenItem
from model.series import Series
from model.session import Session


def blocks_of(database: Database, item_ids: Sequence[UUID]) -> dict[UUID, list[BusyBlock]]:
    """The blocks of each item, by their times."""
    found: dict[UUID, list[BusyBlock]] = defaultdict(list)
    for some in portions(item_ids):
        chosen = select(BusyBlock).where(BusyBlock.item_id.in_(some))
        for block in database.scalars(chosen.order_by(BusyBlock.starts_at)):
            found[block.item_id].append(block)
    return found


def blocking(
    database: Database, link_id: UUID, href_keys: Sequence[str], *, now: datetime
) -> tuple[int, int]:
    """How many of these hrefs take time at all, and how many still to come."""
    ever = ahead = 0
    for some in portions(href_keys):
        chosen = SeenItem.href_key.in_(some)
        ever += _count(database, link_id, chosen)
        ahead += _count(database, link_id, chosen, BusyBlock.ends_at > now)
    return ever, ahead


def blocking_ahead(database: Database, link_id: UUID, *, now: datetime) -> int:
    """How many items take time still to come."""
    return _count(database, link_id, BusyBlock.ends_at > now)


def _count(database: Database, link_id: UUID, *where: ColumnElement[bool]) -> int:
    query = select(func.count(func.distinct(BusyBlock.item_id))).join(
        SeenItem, SeenItem.id == BusyBlock.item_id
    )
    return database.scalar(query.where(BusyBlock.link_id == link_id, *where)) or 0


def to_expand(database: Database, link_id: UUID, *, before: datetime) -> list[str]:
    """The hrefs of what repeats and is known only until some time before that."""
    known = SeenItem.link_id == link_id, SeenItem.expanded_until < before
    return list(database.scalars(select(SeenItem.href).where(*known).order_by(SeenItem.href)))


def forget_past(database: Database, link_id: UUID, *, before: datetime) -> None:
    """Let go of times that are over."""
    database.execute(delete(BusyBlock).where(BusyBlock.link_id == link_id, BusyBlock.ends_at <= before))


def forget_all(database: Database, link_id: UUID) -> None:
    """Let go of everything that was read there."""
    database.execute(delete(BusyBlock).where(BusyBlock.link_id == link_id))
    database.execute(delete(SeenItem).where(SeenItem.link_id == link_id))


def shown_by_us(database: Database, worker_id: UUID, uids: Sequence[str]) -> frozenset[str]:
    """Which of these UIDs are those under which the practice shows this worker its sessions, and what stands beside
    them."""
    query = (
        select(EventMapping.uid)
        .join(CalendarLink, CalendarLink.id == EventMapping.link_id)
        .join(Session, Session.id == EventMapping.session_id, isouter=True)
        .join(Series, Series.id == EventMapping.series_id, isouter=True)
        .where(CalendarLink.worker_id == worker_id)
        .where(
            or_(Session.source != Source.CALENDAR, Series.source != Source.CALENDAR, EventMapping.shows != "")
        )
    )
    found: set[str] = set()
    for some in portions(uids):
        found |= set(database.scalars(query.where(EventMapping.uid.in_(some))))
    return frozenset(found)


def times_between(
    database: Database, worker_ids: Collection[UUID], since: datetime, until: datetime
) -> list[tuple[UUID, Busy]]:
    """What the busy sources of these workers take in [since, until), and whose it is."""
    query = _between(worker_ids, since, until).with_only_columns(
        CalendarLink.worker_id, BusyBlock.starts_at, BusyBlock.ends_at, BusyBlock.fbtype
    )
    return [
        (worker_id, Busy(start=start, end=end, fbtype=fbtype))
        for worker_id, start, end, fbtype in database.execute(query)
    ]


# A year has thousands of rows: what they have in common is not read again with each.
_OF_WORKER = (
    select(BusyBlock.starts_at, BusyBlock.ends_at, type_coerce(BusyBlock.fbtype, Text).label("fbtype"))
    .join(CalendarLink, BusyBlock.link_id == CalendarLink.id)
    .where(CalendarLink.worker_id == bindparam("worker"), CalendarLink.state != LinkState.UNLINKED)
    .where(BusyBlock.ends_at > bindparam("since"), BusyBlock.starts_at < bindparam("until"))
)
_KINDS = {kind.name: kind for kind in Fbtype}  # as it is stored


def times_of(database: Database, worker_id: UUID, since: datetime, until: datetime) -> list[Busy]:
    """What the busy sources of one worker take in [since, until)."""
    found = many(database, _OF_WORKER, {"worker": worker_id, "since": since, "until": until})
    return [Busy(start, end, _KINDS[kind]) for start, end, kind in found]


def named_between(
    database: Database, worker_id: UUID, since: datetime, until: datetime
) -> list[tuple[str, Busy]]:
    """The same of one worker, by the names of links; the same event in two calendars is one, of the first."""
    query = _between({worker_id}, since, until).with_only_columns(CalendarLink.ref, BusyBlock)
    found: dict[tuple[str, Busy], str] = {}
    for link, block in database.execute(query.order_by(CalendarLink.ref, BusyBlock.starts_at)):
        found.setdefault((block.uid_hash, block.time), link)
    return [(link, time) for (_, time), link in found.items()]


def _between(worker_ids: Collection[UUID], since: datetime, until: datetime) -> Select[BusyBlock]:
    return (
        select(BusyBlock)
        .join(CalendarLink, BusyBlock.link_id == CalendarLink.id)
        .where(CalendarLink.worker_id.in_(worker_ids), CalendarLink.state != LinkState.UNLINKED)
        .where(BusyBlock.ends_at > since, BusyBlock.starts_at < until)
    )
