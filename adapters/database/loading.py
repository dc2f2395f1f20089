"""Load sessions and series with everything their rules may look at, in a fixed number of queries.

The model's relationships refuse to load by themselves (`lazy="raise"`), so what a rule may touch is decided
here, once: the people, the place and the cancellations; for a series its occurrences with all of theirs.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad
from sqlalchemy.sql.base import ExecutableOption

from model.cancellation import Cancellation
from model.series import Series, SeriesClient, SeriesWorker
from model.session import Session, SessionClient, SessionWorker


def session_parts() -> tuple[_AbstractLoad, ...]:
    """What belongs to one session."""
    return (
        selectinload(Session.clients).selectinload(SessionClient.client),
        selectinload(Session.workers).selectinload(SessionWorker.worker),
        selectinload(Session.cancellations).selectinload(Cancellation.reason),
        selectinload(Session.site),
        selectinload(Session.room),
    )


def series_parts() -> tuple[ExecutableOption, ...]:
    """What belongs to a series, its occurrences included."""
    return (
        selectinload(Series.occurrences).options(*session_parts()),
        selectinload(Series.clients).selectinload(SeriesClient.client),
        selectinload(Series.workers).selectinload(SeriesWorker.worker),
        selectinload(Series.site),
        selectinload(Series.room),
    )


def load_session(database: Database, session_id: UUID) -> Session | None:
    """One session (or occurrence) with its people, place and cancellations."""
    return next(iter(load_sessions(database, [session_id])), None)


def load_series(database: Database, series_id: UUID) -> Series | None:
    """One series with its occurrences in order of time."""
    return next(iter(load_several_series(database, [series_id])), None)


def load_sessions(database: Database, ids: Iterable[UUID]) -> list[Session]:
    """Some sessions, in order of time; what was loaded before is read anew."""
    query = select(Session).where(Session.id.in_(list(ids))).order_by(Session.starts_at, Session.id)
    fresh = query.options(*session_parts()).execution_options(populate_existing=True)
    return list(database.scalars(fresh))


def load_several_series(database: Database, ids: Iterable[UUID]) -> list[Series]:
    """Some series with their occurrences; what was loaded before is read anew."""
    query = select(Series).where(Series.id.in_(list(ids))).order_by(Series.id)
    fresh = query.options(*series_parts()).execution_options(populate_existing=True)
    return list(database.scalars(fresh))
