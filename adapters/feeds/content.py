"""What a feed shows now, and from what: the second is asked often and costs one query, however much there is.

What counts is what `revisions` numbers: whatever changes what a session shows gives it a new number, what is taken away
leaves fewer, and a name that is shown has a number of its own. So two equal answers mean equal content.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_several_series, load_shown
from adapters.database.portions import portions
from adapters.database.resources import occupied, takes
from adapters.diary.lookup import practice_zone
from model.attendance import SessionWorker
from model.base import Revision
from model.bed import BedBooking, BedHold
from model.feed import Feed
from model.moment import zone
from model.offer import Offer, OfferState
from model.people import Worker
from model.series import Series
from model.session import Session
from sync.coarse import Grid, on_grid
from sync.disclosure import Unit
from sync.feed import Entry, of_resource, of_worker, published_level, published_view
from sync.labels import shown_by
from sync.resource import OCCUPIED
from sync.settings import Settings

Window = tuple[datetime, datetime]


def made_from(database: Database, feed: Feed, window: Window, settings: Settings) -> str:
    """Everything in the database that the content depends on, as one text."""
    if feed.bed_id is not None:
        found = database.execute(_of_bed(feed.bed_id, window)).one()
    elif feed.worker_id is None:
        found = database.execute(_of_place(feed, window)).one()
    else:
        found = database.execute(_of_worker(feed.worker_id, window, settings)).one()
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
    level = published_level(feed.privacy_level, settings.privacy.maximum)
    view = published_view(feed.worker_id, level, settings)
    asked = database.scalars(_asked(feed.worker_id)).all() if settings.sync.push_offers else []
    units = _units(database, feed.worker_id, window, asked)
    return of_worker(units, view, feed_id=feed.id, requests=frozenset(asked))


def _units(database: Database, worker_id: UUID, window: Window, asked: Sequence[UUID]) -> list[Unit]:
    """Single sessions, then whole series of which the worker has an occurrence in these days."""
    rows = database.execute(_theirs(worker_id, window)).all()
    single = [session_id for session_id, series_id in rows if series_id is None]
    series = list(dict.fromkeys(series_id for _, series_id in rows if series_id is not None))
    found: list[Unit] = []
    for some in portions(list(dict.fromkeys([*single, *asked]))):
        found += load_shown(database, some)
    for some in portions(series):
        found += load_several_series(database, some)
    return found


def _theirs(worker_id: UUID, window: Window) -> Select[UUID, UUID | None]:
    since, until = window
    mine = SessionWorker.worker_id == worker_id, SessionWorker.ends_at >= since
    query = select(Session.id, Session.series_id).join(SessionWorker, SessionWorker.session_id == Session.id)
    within = query.where(*mine, SessionWorker.starts_at < until)
    return within.order_by(Session.starts_at, Session.id)


def _asked(worker_id: UUID) -> Select[UUID]:
    """Sessions that the worker was offered, and has not answered (002-11)."""
    waits = Offer.worker_id == worker_id, Offer.state == OfferState.PENDING
    return select(Offer.session_id).where(*waits).order_by(Offer.session_id)


def _of_worker(worker_id: UUID, window: Window, settings: Settings) -> Select[Any]:
    """How many there are, and the newest numbers and times of them, of their series, and of names."""
    newest = (Session.rev, Session.updated_at, Series.rev, Series.updated_at)
    query = _theirs(worker_id, window).order_by(None).with_only_columns(func.count(), *map(func.max, newest))
    found = query.join(Series, Series.id == Session.series_id, isouter=True).add_columns(_named_at())
    return found.add_columns(*_offers(worker_id)) if settings.sync.push_offers else found


def _offers(worker_id: UUID) -> list[ScalarSelect[Any]]:
    offered = Session.id.in_(_asked(worker_id).order_by(None))
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
