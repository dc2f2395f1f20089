"""Which links should be run now: one query over the rows, so that a restart loses nothing (DESIGN, scheduling)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from adapters.database.engine import Sessions, reading
from adapters.database.hosts import resting
from model.base import Revision
from model.link import RUNNABLE, CalendarLink, Role
from model.series import Series, SeriesWorker
from model.session import Session, SessionWorker


@dataclass(frozen=True, kw_only=True)
class Due:
    """A link whose time has come, and the host it speaks to."""

    id: UUID
    ref: str
    host: str


def due_links(sessions: Sessions, *, now: datetime) -> Sequence[Due]:
    """Links that nobody runs and whose time has come, or whose worker's sessions changed; longest due first.

    A link that backs off is not woken by a change: its server is in trouble, and its time will come. Nor is any
    link whose host asked for patience, or has not answered for a while.
    """
    free = or_(CalendarLink.lease_until.is_(None), CalendarLink.lease_until <= now)
    woken = and_(CalendarLink.failures == 0, CalendarLink.role == Role.WORK, _changed())
    query = (
        select(CalendarLink.id, CalendarLink.ref, CalendarLink.host)
        .where(
            CalendarLink.state.in_(RUNNABLE), free, ~resting(now), or_(CalendarLink.next_run_at <= now, woken)
        )
        .order_by(CalendarLink.next_run_at, CalendarLink.ref)
    )
    with reading(sessions) as database:
        found = database.execute(query).all()
    return [Due(id=row[0], ref=row[1], host=row[2]) for row in found]


def _changed() -> ColumnElement[bool]:
    """Something of this worker's is newer than what the link has seen; asked only where anything is newer."""
    newer = select(Revision.latest).scalar_subquery() > CalendarLink.seen_rev
    session = exists().where(
        Session.rev > CalendarLink.seen_rev,
        SessionWorker.session_id == Session.id,
        SessionWorker.worker_id == CalendarLink.worker_id,
    )
    series = exists().where(
        Series.rev > CalendarLink.seen_rev,
        SeriesWorker.series_id == Series.id,
        SeriesWorker.worker_id == CalendarLink.worker_id,
    )
    return and_(newer, or_(session, series))
