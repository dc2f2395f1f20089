"""A worker leaves: feeds and tokens end, their links end with our events taken out, and all of it is written down.

Doors are closed first, in one transaction: whatever becomes of the calendars, nobody gets in from then on, and no link
of theirs runs. A calendar that cannot be reached keeps its link, paused, until it can: the same command, or the hourly
job, goes on where it stopped. Sessions are never changed by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Database

from adapters.app import App
from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record
from adapters.feeds.keeping import remove_feeds_of
from adapters.links.removing import our_events, remove
from model.access import ApiToken
from model.act import Act
from model.attendance import Assignment, SessionWorker
from model.details import Kind, Status
from model.errors import DomainError
from model.feed import Feed
from model.leaving import at_once, is_gone
from model.link import RUNNABLE, CalendarLink, LinkState
from model.people import Worker
from model.session import Session
from sync.errors import CalendarMissing, NotAuthorised, SyncError

_CLOSED = (CalendarMissing, NotAuthorised)  # nothing of ours can be taken out there any more


@dataclass(frozen=True, kw_only=True)
class Access:
    """What is open to a worker: links with how many events of ours are there, feeds, and tokens.

    `sessions` are those after the last day, which are still theirs.
    """

    worker: str
    last_day: date
    at_once: bool
    links: dict[str, int]
    feeds: list[str]
    tokens: list[str]
    sessions: int


@dataclass(frozen=True, kw_only=True)
class Left:
    """What ended. `emptied`: links, with how many events were deleted; `left`: with how many could not be;
    `waiting`: links that could not be ended yet, and why."""

    access: Access
    emptied: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)


def access_of(sessions: Sessions, worker: str, last_day: date | None, now: datetime) -> Access:
    """What would end; nothing is changed. Without a day it is today."""
    with reading(sessions) as database:
        return _access(database, by_ref(database, Worker, worker), last_day, now)


def leave(app: App, act: Act, worker: str, last_day: date | None) -> Left:
    """End it, or note that it ends when the day is over."""
    with app.sessions.begin() as database:
        found = by_ref(database, Worker, worker)
        access = _access(database, found, last_day, act.now)
        found.end_date, found.leaving = access.last_day, True
        if access.at_once:
            _close(database, act, found, access)
        else:
            record(database, act, "worker-leaving", worker=worker, day=access.last_day.isoformat())
    return _empty(app, act, access) if access.at_once else Left(access=access)


def leave_if_due(app: App, act: Act) -> int:
    """Let those go whose last day is over, and go on with calendars that could not be reached; how many."""
    with reading(app.sessions) as database:
        leaving = database.scalars(select(Worker).where(Worker.leaving).order_by(Worker.ref)).all()
        due = [(one.ref, one.end_date) for one in leaving if is_gone(one, act.now) or not one.active]
    for ref, day in due:
        leave(app, act, ref, day)
    return len(due)


def _close(database: Database, act: Act, worker: Worker, access: Access) -> None:
    """What needs no server, all at once."""
    worker.active = False
    feeds = remove_feeds_of(database, act, worker)
    ended = update(ApiToken).where(ApiToken.worker_id == worker.id, ApiToken.revoked_at.is_(None))
    database.execute(ended.values(revoked_at=act.now))
    for link in database.scalars(_living(worker)):
        if link.state in RUNNABLE:
            link.become(LinkState.PAUSED, act.actor)
    record(
        database, act, "worker-left", worker=worker.ref, day=access.last_day.isoformat(),
        links=len(access.links), feeds=len(feeds), tokens=len(access.tokens),
    )  # fmt: skip


def _empty(app: App, act: Act, access: Access) -> Left:
    """End link by link; who is done is not asked for again."""
    done = Left(access=access)
    for ref in access.links:
        try:
            done.emptied[ref] = remove(app, act, ref, delete_events=True).deleted
        except _CLOSED:
            done.left[ref] = remove(app, act, ref, delete_events=False).left
        except (SyncError, DomainError) as error:
            done.waiting[ref] = getattr(error, "code", type(error).__name__)
    if not done.waiting:
        with app.sessions.begin() as database:
            by_ref(database, Worker, access.worker).leaving = False
    return done


def _access(database: Database, worker: Worker, last_day: date | None, now: datetime) -> Access:
    tz = ZoneInfo(worker.tz)
    day = last_day or now.astimezone(tz).date()
    links = database.scalars(_living(worker)).all()
    tokens = select(ApiToken.ref).where(ApiToken.worker_id == worker.id, ApiToken.revoked_at.is_(None))
    feeds = select(Feed.ref).where(Feed.worker_id == worker.id).order_by(Feed.ref)
    return Access(
        worker=worker.ref,
        last_day=day,
        at_once=at_once(day, worker, now),
        links={link.ref: len(_events(database, link)) for link in links},
        feeds=list(database.scalars(feeds)),
        tokens=list(database.scalars(tokens.order_by(ApiToken.ref))),
        sessions=_sessions_after(database, worker, datetime.combine(day + timedelta(days=1), time(), tz)),
    )


def _living(worker: Worker):  # type: ignore[no-untyped-def]  # a Select of links
    mine = CalendarLink.worker_id == worker.id, CalendarLink.state != LinkState.UNLINKED
    return select(CalendarLink).where(*mine).order_by(CalendarLink.ref)


def _events(database: Database, link: CalendarLink) -> Sequence[object]:
    return database.scalars(our_events(link.id)).all()


def _sessions_after(database: Database, worker: Worker, moment: datetime) -> int:
    theirs = SessionWorker.worker_id == worker.id, SessionWorker.starts_at >= moment
    active = SessionWorker.status.not_in([Assignment.CANCELLED, Assignment.DECLINED])
    query = (
        select(func.count()).select_from(SessionWorker).join(Session, Session.id == SessionWorker.session_id)
    )
    ours = Session.kind != Kind.OTHER_EVENT, Session.status != Status.CANCELLED
    return database.scalar(query.where(*theirs, *ours, active)) or 0
