"""Look here: which sessions and series of a worker are newer than what a link has seen.

It costs the number of changes, not of sessions (decision 6): the index of change numbers leads, and each change is
asked whose it is. Left to themselves the databases would sooner walk through all that the worker ever had, hence the
scalar subqueries, which neither of them turns around.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select

from model.attendance import SessionWorker
from model.link import EventMapping, MappingState
from model.offer import Offer
from model.series import Series, SeriesWorker
from model.session import Session

Number = ColumnElement[int] | int
Name = ColumnElement[UUID] | UUID


def sessions_since(rev: Number, worker: Name) -> Select[UUID, int]:
    """Single sessions; an occurrence changes its series."""
    mine = SessionWorker.session_id == Session.id, SessionWorker.worker_id == worker
    theirs = _any(select(SessionWorker.worker_id).where(*mine).correlate_except(SessionWorker))
    return select(Session.id, Session.rev).where(Session.rev > rev, Session.series_id.is_(None), theirs)


def sessions_of(worker: Name) -> Select[UUID, int]:
    """All of them, which for the whole of a worker is cheaper by the worker."""
    mine = SessionWorker.session_id == Session.id
    query = select(Session.id, Session.rev).join(SessionWorker, mine)
    return query.where(SessionWorker.worker_id == worker, Session.series_id.is_(None))


def offered_since(rev: Number, worker: Name) -> Select[UUID, int]:
    """What was ever offered to the worker, occurrences too: asked by itself, so that the index of numbers leads."""
    asked = Offer.session_id == Session.id, Offer.worker_id == worker
    offered = _any(select(Offer.worker_id).where(*asked).correlate_except(Offer))
    return select(Session.id, Session.rev).where(Session.rev > rev, offered)


def offered_to(worker: Name) -> Select[UUID, int]:
    """The same, from the beginning, which is cheaper by the worker."""
    asked = Offer.session_id == Session.id
    return select(Session.id, Session.rev).join(Offer, asked).where(Offer.worker_id == worker).distinct()


def series_since(rev: Number, worker: Name, link: Name) -> Select[UUID, int]:
    """Series of the worker, those that the link shows still, and those of which the worker has single occurrences."""
    mine = SeriesWorker.series_id == Series.id, SeriesWorker.worker_id == worker
    theirs = _any(select(SeriesWorker.worker_id).where(*mine).correlate_except(SeriesWorker))
    shown = mapped(link, EventMapping.series_id == Series.id)
    some = SessionWorker.session_id == Session.id, SessionWorker.worker_id == worker
    once = select(SessionWorker.worker_id).where(Session.series_id == Series.id, *some)
    partly = _any(once.correlate_except(Session, SessionWorker))
    return select(Series.id, Series.rev).where(Series.rev > rev, or_(theirs, shown, partly))


def mapped(link: Name, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a living mapping of the link shows something."""
    living = EventMapping.state != MappingState.TOMBSTONE
    return exists().where(EventMapping.link_id == link, which, living).correlate_except(EventMapping)


def newest(changed: Select[UUID, int], rev: ColumnElement[int]) -> ColumnElement[int]:
    """The number of the newest change among these; NULL: there is none. The order makes the index lead."""
    return changed.with_only_columns(rev).order_by(rev.desc()).limit(1).scalar_subquery()


def _any(query: Select[UUID]) -> ColumnElement[bool]:
    return query.limit(1).scalar_subquery().is_not(None)
