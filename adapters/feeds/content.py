"""What a feed shows now, and from what: the second is asked often and costs one query, however much there is.

What counts is what `revisions` numbers: whatever changes what a session shows gives it a new number, what is taken away
leaves fewer, and a name that is shown has a number of its own. So two equal answers mean equal content.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ScalarSelect, Select, Uuid, bindparam, func, select
from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_several_series, load_shown
from adapters.database.portions import portions
from adapters.database.resources import occupied, takes
from adapters.diary.lookup import practice_zone
from model.attendance import SessionWorker
from model.base import Instant, Revision
from model.feed import Feed
from model.moment import zone
from model.offer import Offer, OfferState
from model.people import Worker
from model.series import Series
from model.session import Session
from model.stay import BedBooking, BedHold
from sync.coarse import Grid, on_grid
from sync.disclosure import Unit
from sync.feed import Entry, of_resource, of_worker, published_level, published_view
from sync.labels import shown_by
from sync.resource import OCCUPIED
from sync.settings import Settings

Window = tuple[datetime, datetime]
_WORKER: BindParameter[UUID] = bindparam("worker", type_=Uuid())


class Stamp(NamedTuple):
    """One session or series of a worker's feed, and what tells when anything of it is another: numbers and times."""

    id: UUID
    repeats: bool
    state: tuple[object, ...]


def made_from(database: Database, feed: Feed, window: Window, settings: Settings) -> str:
    """Everything in the database that the content depends on, as one text."""
    if feed.bed_id is not None:
        found = database.execute(_of_bed(feed.bed_id, window)).one()
    elif feed.worker_id is None:
        found = database.execute(_of_place(feed, window)).one()
    else:
        found = database.execute(
            _of_worker(settings.sync.push_offers), _asked_of(feed.worker_id, window)
        ).one()
    return repr(tuple(found))


def entries(database: Database, feed: Feed, window: Window, settings: Settings) -> list[Entry]:
    """The events of a feed; on a grid they are stretches of busy time."""
    found = _entries(database, feed, window, settings)
    return on_grid(found, _grid(database, feed, window)) if feed.round_min else found


def _grid(database: Database, feed: Feed, window: Window) -> Grid:
    """Its lines lie on the worker's clock, or the practice's."""
    worker = database.get(Worker, feed.worker_id) if feed.worker_id is not None else None
    return Grid(
        feed_id=feed.id,
        minutes=feed.round_min,
        tz=zone(worker.tz) if worker is not None else practice_zone(database),
        start=window[0],
        end=window[1],
        made_at=feed.created_at,
        title=OCCUPIED if worker is None else "Busy",
    )


def _entries(database: Database, feed: Feed, window: Window, settings: Settings) -> list[Entry]:
    if feed.worker_id is None:
        since, until = window
        drafts = settings.sync.push_drafts
        taken = occupied(database, feed, frozenset(), since=since, until=until, drafts=drafts)
        named = shown_by(feed) if settings.sync.emit_attendees else frozenset()
        return of_resource(taken, feed_id=feed.id, shown_by=named)
    found = entries_of(database, feed, stamps(database, feed.worker_id, window, settings), settings)
    return [entry for one in found.values() for entry in one]


def entries_of(
    database: Database, feed: Feed, wanted: Sequence[Stamp], settings: Settings
) -> dict[Stamp, list[Entry]]:
    """What a worker's feed shows of these; of some it shows nothing."""
    if feed.worker_id is None:
        return {}
    level = published_level(feed.privacy_level, settings.privacy.maximum)
    view = published_view(feed.worker_id, level, settings)
    requests = frozenset(_requests(database, feed.worker_id, settings))
    units = {unit.id: unit for unit in _units(database, wanted)}
    shown = ((one, units[one.id]) for one in wanted if one.id in units)
    return {one: of_worker([unit], view, feed_id=feed.id, requests=requests) for one, unit in shown}


def stamps(database: Database, worker_id: UUID, window: Window, settings: Settings) -> list[Stamp]:
    """Single sessions in order of time, then what the worker is asked to take, then whole series of which they have an
    occurrence in these days."""
    asked = set(_requests(database, worker_id, settings))
    rows = database.execute(_stamped(), _asked_of(worker_id, window)).all()
    series = {series_id for _, series_id, *_ in rows if series_id is not None}
    single = [Stamp(one, False, (rev, at, one in asked)) for one, among, rev, at in rows if among is None]
    offered = _stamps_of_offers(database, asked) if asked else ()
    return [*dict.fromkeys([*single, *offered]), *_stamps_of_series(database, sorted(series))]


def _stamps_of_offers(database: Database, ids: Collection[UUID]) -> Iterator[Stamp]:
    query = select(Session.id, Session.rev, Session.updated_at).where(Session.id.in_(ids))
    for one, rev, at in database.execute(query.order_by(Session.starts_at, Session.id)):
        yield Stamp(one, False, (rev, at, True))


def _stamps_of_series(database: Database, ids: Sequence[UUID]) -> Iterator[Stamp]:
    """A series is another when one of its occurrences is, wherever that lies."""
    newest = (func.count(), func.max(Session.rev), func.max(Session.updated_at))
    query = select(Series.id, Series.rev, Series.updated_at, *newest).join(
        Session, Session.series_id == Series.id
    )
    for some in portions(ids):
        chosen = query.where(Series.id.in_(some)).group_by(Series.id, Series.rev, Series.updated_at)
        for series_id, *state in database.execute(chosen.order_by(Series.id)):
            yield Stamp(series_id, True, tuple(state))


def _units(database: Database, wanted: Sequence[Stamp]) -> Iterator[Unit]:
    for some in portions([one.id for one in wanted if not one.repeats]):
        yield from load_shown(database, some)
    for some in portions([one.id for one in wanted if one.repeats]):
        yield from load_several_series(database, some)


def _requests(database: Database, worker_id: UUID, settings: Settings) -> Sequence[UUID]:
    return database.scalars(_asked(), {"worker": worker_id}).all() if settings.sync.push_offers else []


def named_at(database: Database) -> int | None:
    """The number of the last change of a name that sessions show."""
    return database.scalar(select(func.max(Revision.named)))


# A worker's statements are made once: subscribers ask often, and to make one takes as long as to answer it.


def _asked_of(worker_id: UUID, window: Window) -> dict[str, object]:
    return {"worker": worker_id, "since": window[0], "until": window[1]}


def _theirs() -> Select[UUID, UUID | None]:
    since, until = bindparam("since", type_=Instant()), bindparam("until", type_=Instant())
    mine = SessionWorker.worker_id == _WORKER, SessionWorker.ends_at >= since
    query = select(Session.id, Session.series_id).join(SessionWorker, SessionWorker.session_id == Session.id)
    return query.where(*mine, SessionWorker.starts_at < until)


@cache
def _stamped() -> Select[UUID, UUID | None, int, datetime]:
    found = _theirs().add_columns(Session.rev, Session.updated_at)
    return found.order_by(Session.starts_at, Session.id)


@cache
def _asked() -> Select[UUID]:
    """Sessions that the worker was offered, and has not answered (002-11)."""
    waits = Offer.worker_id == _WORKER, Offer.state == OfferState.PENDING
    return select(Offer.session_id).where(*waits).order_by(Offer.session_id)


@cache
def _of_worker(offers: bool) -> Select[Any]:
    """How many there are, and the newest numbers and times of them, of their series, and of names."""
    newest = (Session.rev, Session.updated_at, Series.rev, Series.updated_at)
    query = _theirs().with_only_columns(func.count(), *map(func.max, newest))
    found = query.join(Series, Series.id == Session.series_id, isouter=True).add_columns(_named_at())
    return found.add_columns(*_offers()) if offers else found


def _offers() -> list[ScalarSelect[Any]]:
    offered = Session.id.in_(_asked().order_by(None))
    return [
        select(what).select_from(Session).where(offered).scalar_subquery()
        for what in (func.count(), func.max(Session.rev), func.max(Session.updated_at))
    ]


def _of_place(feed: Feed, window: Window) -> Select[int, int, datetime]:
    since, until = window
    counted = select(func.count(), func.max(Session.rev), func.max(Session.updated_at))
    return counted.where(takes(feed), Session.ends_at >= since, Session.starts_at < until)


def _of_bed(bed_id: UUID, window: Window) -> Select[Any]:
    """Stays have no numbers: their times tell, and those of their holds."""
    since, until = window
    there = BedBooking.bed_id == bed_id, BedBooking.ends_at >= since, BedBooking.starts_at < until
    holds = BedHold.booking_id.in_(select(BedBooking.id).where(*there))
    counted = select(func.count(), func.max(BedBooking.updated_at)).where(*there)
    return counted.add_columns(
        select(func.count()).select_from(BedHold).where(holds).scalar_subquery(),
        select(func.max(BedHold.updated_at)).where(holds).scalar_subquery(),
    )


def _named_at() -> ScalarSelect[int]:
    return select(func.max(Revision.named)).scalar_subquery()
