"""Which links should be run now: queries over the rows, so that a restart loses nothing (DESIGN, scheduling).

They are asked every second, so they cost what is due and what changed, not what there is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.hosts import resting
from model.attendance import SessionWorker
from model.base import Revision
from model.link import RUNNABLE, CalendarHost, CalendarLink, Role
from model.offer import Offer
from model.series import Series, SeriesWorker
from model.session import Session

# More than can be begun until the next look; and of one host not so many that nobody else is among them.
_MOST, _OF_ONE_HOST = 1000, 100
_WAKEABLE = CalendarLink.failures == 0, CalendarLink.role == Role.WORK


@dataclass(frozen=True, kw_only=True)
class Due:
    """A link whose time has come, and the host it speaks to; `shaky`: that one gave no usable answer lately.

    `fence` tells whether anybody has run it since it was found.
    """

    id: UUID
    ref: str
    host: str
    fence: int = 0
    shaky: bool = False


def due_links(sessions: Sessions, *, now: datetime) -> Sequence[Due]:
    """Links that nobody runs and whose time has come, longest due first; every other one is a link whose worker's
    sessions changed, while there are such.

    A link that backs off is not woken by a change: its server is in trouble, and its time will come. Nor is any
    link whose host asked for patience, or has not answered for a while.
    """
    with reading(sessions) as database:
        woken = _woken(database, now)
        timed = _found(database, _by_host(now, CalendarLink.next_run_at <= now))
    return list(dict.fromkeys(_in_turn(woken, timed)))


def _in_turn(woken: Sequence[Due], timed: Sequence[Due]) -> Iterator[Due]:
    """A change is to be there within seconds, but however many there are, the others' time comes too."""
    for pair in zip_longest(woken, timed):
        yield from (one for one in pair if one is not None)


def _woken(database: Database, now: datetime) -> Sequence[Due]:
    """Only what changed since the link that has seen least is looked at; nothing, if all have seen all."""
    asleep = *_WAKEABLE, CalendarLink.state.in_(RUNNABLE), ~resting(now)
    least = select(CalendarLink.seen_rev).where(*asleep).order_by(CalendarLink.seen_rev).limit(1)
    seen, latest = database.scalar(least), database.scalar(select(Revision.latest))
    if seen is None or latest is None or seen >= latest:
        return []
    changed = _changed(seen).subquery()
    newer = and_(CalendarLink.worker_id == changed.c.worker_id, CalendarLink.seen_rev < changed.c.rev)
    ids = select(CalendarLink.id).join(changed, newer)
    return _found(database, _by_host(now, *_WAKEABLE, CalendarLink.id.in_(ids)))


def _changed(since: int) -> Select[UUID, int]:
    """The workers of what changed, with its newest number; an occurrence changes its series. Who was offered it too."""
    sessions = select(SessionWorker.worker_id, Session.rev).where(
        Session.rev > since, Session.series_id.is_(None), SessionWorker.session_id == Session.id
    )
    series = select(SeriesWorker.worker_id, Series.rev).where(
        Series.rev > since, SeriesWorker.series_id == Series.id
    )
    changed = select(Series.id).where(Series.rev > since)  # asked by itself, so that it leads
    rev = select(Series.rev).where(Series.id == Session.series_id).correlate(Session).scalar_subquery()
    occurrences = select(SessionWorker.worker_id, rev.label("rev")).where(
        Session.series_id.in_(changed), SessionWorker.session_id == Session.id
    )
    newer = select(Session.id).where(Session.rev > since)  # as above
    number = select(Session.rev).where(Session.id == Offer.session_id).correlate(Offer).scalar_subquery()
    offers = select(Offer.worker_id, number.label("rev")).where(Offer.session_id.in_(newer))
    all_of_them = union_all(sessions, series, occurrences, offers).subquery()
    newest = func.max(all_of_them.c.rev).label("rev")
    return select(all_of_them.c.worker_id, newest).group_by(all_of_them.c.worker_id)


def _by_host(now: datetime, *wanted: ColumnElement[bool]) -> Select[UUID, str, str, int, int]:
    """The first of each host, in the order in which they are due."""
    free = or_(CalendarLink.lease_until.is_(None), CalendarLink.lease_until <= now)
    order = CalendarLink.next_run_at, CalendarLink.ref
    place = func.row_number().over(partition_by=CalendarLink.host, order_by=order).label("place")
    first = (
        select(
            CalendarLink.id,
            CalendarLink.ref,
            CalendarLink.host,
            CalendarLink.fence,
            CalendarLink.next_run_at,
            place,
        )
        .where(CalendarLink.state.in_(RUNNABLE), free, ~resting(now), *wanted)
        .subquery()
    )
    query = select(
        first.c.id, first.c.ref, first.c.host, first.c.fence, func.coalesce(CalendarHost.failures, 0)
    )
    query = query.join(CalendarHost, CalendarHost.name == first.c.host, isouter=True)
    return query.where(first.c.place <= _OF_ONE_HOST).order_by(first.c.next_run_at, first.c.ref).limit(_MOST)


def _found(database: Database, query: Select[UUID, str, str, int, int]) -> Sequence[Due]:
    return [
        Due(id=link, ref=ref, host=host, fence=fence, shaky=failures > 0)
        for link, ref, host, fence, failures in database.execute(query)
    ]
