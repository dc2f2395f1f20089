"""End a link: decide what becomes of the events there, and forget the password. Sessions are never changed.

Our own events are deleted one by one, each with its ETag, by what the mappings say; the practitioner's own
events stay where they are. A removal that breaks off is simply done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select

from adapters.app import App
from adapters.database.busy_blocks import forget_all
from adapters.database.engine import Sessions, reading
from adapters.database.work import SqlWork
from adapters.diary.transaction import record
from adapters.links.lookup import link_named
from model.act import Act
from model.details import Source
from model.errors import DomainError
from model.journal import SyncRun
from model.link import CalendarAccount, CalendarLink, EventMapping, LinkState, MappingState
from model.series import Series
from model.session import Session
from sync.errors import RemoteChanged, RemoteGone
from sync.ports import Item, RemoteCalendar
from sync.store import Lease

_BATCH = 50


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What became of the events there."""

    ref: str
    deleted: int
    left: int


def remove(app: App, act: Act, ref: str, *, delete_events: bool) -> Removed:
    """End the link under its lease, so that no run works on it meanwhile."""
    with reading(app.sessions) as database:
        link = link_named(database, ref)
        ours = list(database.scalars(our_events(link.id))) if delete_events else []
    lease = app.store.take_lease(link.id, owner=app.owner, run_id=act.new_id(), job="remove")
    if lease is None:
        raise DomainError("E_BUSY", f"{ref} is being run just now; try again in a moment")
    deleted = 0
    try:
        if ours:
            with app.calendar(link) as calendar:
                deleted = _delete(app, lease, calendar, ours)
    finally:
        finished = deleted == len(ours)
        with app.store.ending(lease) as (row, run):
            _end(row, run, act, finished=finished)
    with app.sessions.begin() as database:
        database.get_one(CalendarAccount, link.account_id).secret = b""
        record(database, act, "unlinked", link=ref, deleted=deleted)
        left = len(database.scalars(_living(link.id)).all())
        if link.only_read:
            forget_all(database, link.id)
    return Removed(ref=ref, deleted=deleted, left=left)


def would_remove(sessions: Sessions, ref: str, *, delete_events: bool) -> Removed:
    """What `remove` would do, as far as is known here; nothing is asked of the server."""
    with reading(sessions) as database:
        link = link_named(database, ref)
        ours = len(database.scalars(our_events(link.id)).all()) if delete_events else 0
        return Removed(ref=ref, deleted=ours, left=len(database.scalars(_living(link.id)).all()) - ours)


def _living(link_id: UUID) -> Select[UUID]:
    return select(EventMapping.id).where(
        EventMapping.link_id == link_id,
        EventMapping.state != MappingState.TOMBSTONE,
        EventMapping.base_ical.is_not(None),
    )


def our_events(link_id: UUID) -> Select[UUID]:
    """What the practice put there: everything but the practitioner's own events."""
    own = or_(Session.source == Source.CALENDAR, Series.source == Source.CALENDAR)
    theirs = (
        select(EventMapping.id)
        .join(Session, Session.id == EventMapping.session_id, isouter=True)
        .join(Series, Series.id == EventMapping.series_id, isouter=True)
        .where(EventMapping.link_id == link_id, own)
    )
    part_of_theirs = EventMapping.part_of.is_not(None) & EventMapping.part_of.in_(theirs)
    ours = EventMapping.id.not_in(theirs), ~part_of_theirs
    return _living(link_id).where(*ours).order_by(EventMapping.id)


def _delete(app: App, lease: Lease, calendar: RemoteCalendar, ours: Sequence[UUID]) -> int:
    """Delete in batches; each is written down before the next begins."""
    deleted = 0
    for start in range(0, len(ours), _BATCH):
        ids = ours[start : start + _BATCH]
        with app.store.work(lease) as work:
            there = [(m.href, m.etag) for one in ids if (m := work.mapping(one)) is not None]
        for href, etag in there:
            _delete_one(calendar, href, etag)
        with app.store.work(lease) as work:
            _bury(work, ids)
        deleted += len(there)
    return deleted


def _delete_one(calendar: RemoteCalendar, href: str, etag: str | None) -> None:
    """Where it was edited since our last look, once more with the ETag it has now."""
    try:
        if etag is not None:
            calendar.delete(href, etag=etag)
            return
    except RemoteGone:
        return
    except RemoteChanged:
        pass
    for answer in calendar.fetch([href]):
        if isinstance(answer, Item):
            calendar.delete(answer.href, etag=answer.etag)


def _bury(work: SqlWork, ids: Sequence[UUID]) -> None:
    for one in ids:
        mapping = work.mapping(one)
        if mapping is not None:
            mapping.bury()


def _end(link: CalendarLink, run: SyncRun, act: Act, *, finished: bool) -> None:
    run.ended_at, run.result = act.now, "ok" if finished else "broken off"
    if finished:
        link.become(LinkState.UNLINKED, "REMOVED")
        link.sync_token = link.ctag = None
