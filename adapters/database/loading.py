"""Load sessions and series with everything their rules may look at, in a fixed number of queries.

The model's relationships refuse to load by themselves (`lazy="raise"`), so what a rule may touch is decided
here, once: the people, the place and the cancellations; for a series its occurrences with all of theirs. What notes,
bills and exported records know of a session (its locks) comes in the same row: no query more, whatever there is.
"""

from collections.abc import Iterable
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload, selectinload, with_expression
from sqlalchemy.orm.strategy_options import _AbstractLoad

from adapters.database import locks
from model.attendance import SessionAsset, SessionClient, SessionWorker
from model.bed import Bed
from model.cancellation import Cancellation
from model.series import Series, SeriesAsset, SeriesClient, SeriesWorker
from model.service import PlannedService
from model.session import Session
from model.stay import BedBooking, BedService


def _session_parts() -> tuple[_AbstractLoad, ...]:
    """What belongs to one session."""
    return (
        *_shown_parts(),
        selectinload(Session.workers).joinedload(SessionWorker.worker, innerjoin=True),
        selectinload(Session.cancellations).joinedload(Cancellation.reason, innerjoin=True),
    )


def _shown_parts() -> tuple[_AbstractLoad, ...]:
    """What a projection looks at: neither who the workers are nor why it was cancelled is ever shown."""
    return (
        selectinload(Session.clients).joinedload(SessionClient.client, innerjoin=True),
        selectinload(Session.workers),
        selectinload(Session.assets).joinedload(SessionAsset.asset, innerjoin=True),
        joinedload(Session.site),
        joinedload(Session.room),
        with_expression(Session.note_signed, locks.note_signed()),
        with_expression(Session.money, locks.money()),
        with_expression(Session.extracted, locks.extracted()),
    )


# Both statements are made once: made anew for each unit, they cost more than the database does.


@cache
def _some_sessions() -> Select[Session]:
    query = select(Session).where(Session.id.in_(bindparam("ids", expanding=True)))
    fresh = query.options(*_session_parts()).execution_options(populate_existing=True)
    return fresh.order_by(Session.starts_at, Session.id)


@cache
def _some_series() -> Select[Series]:
    """With what belongs to a series, its occurrences included."""
    query = select(Series).where(Series.id.in_(bindparam("ids", expanding=True))).order_by(Series.id)
    parts = (
        selectinload(Series.occurrences).options(*_session_parts()),
        selectinload(Series.clients).joinedload(SeriesClient.client, innerjoin=True),
        selectinload(Series.workers).joinedload(SeriesWorker.worker, innerjoin=True),
        selectinload(Series.assets).joinedload(SeriesAsset.asset, innerjoin=True),
        joinedload(Series.site),
        joinedload(Series.room),
        selectinload(Series.services).selectinload(PlannedService.clients),
    )
    return query.options(*parts).execution_options(populate_existing=True)


@cache
def _shown_sessions() -> Select[Session]:
    query = select(Session).where(Session.id.in_(bindparam("ids", expanding=True)))
    return query.options(*_shown_parts()).order_by(Session.starts_at, Session.id)


def load_shown(database: Database, ids: Iterable[UUID]) -> list[Session]:
    """Some sessions with no more than a projection looks at, in order of time."""
    return list(database.scalars(_shown_sessions(), {"ids": list(ids)}))


def load_session(database: Database, session_id: UUID) -> Session | None:
    """One session (or occurrence) with its people, place and cancellations."""
    return next(iter(load_sessions(database, [session_id])), None)


def load_series(database: Database, series_id: UUID) -> Series | None:
    """One series with its occurrences in order of time."""
    return next(iter(load_several_series(database, [series_id])), None)


def load_sessions(database: Database, ids: Iterable[UUID]) -> list[Session]:
    """Some sessions, in order of time; what was loaded before is read anew."""
    return list(database.scalars(_some_sessions(), {"ids": list(ids)}))


def load_several_series(database: Database, ids: Iterable[UUID]) -> list[Series]:
    """Some series with their occurrences; what was loaded before is read anew."""
    return list(database.scalars(_some_series(), {"ids": list(ids)}))


def load_bookings(database: Database, ids: Iterable[UUID]) -> list[BedBooking]:
    """Some stays with bed, site, client, holds and services, in order of time."""
    query = (
        select(BedBooking)
        .where(BedBooking.id.in_(list(ids)))
        .options(
            joinedload(BedBooking.bed, innerjoin=True).joinedload(Bed.site, innerjoin=True),
            joinedload(BedBooking.client, innerjoin=True),
            selectinload(BedBooking.holds),
            selectinload(BedBooking.services).joinedload(BedService.service, innerjoin=True),
        )
    )
    return list(database.scalars(query.order_by(BedBooking.starts_at, BedBooking.id)))
