"""Say how every link is doing, in a fixed number of queries: what `status` and `link list` show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.links.lookup import living_links
from model.journal import ChangeState, InboundChange, JobRun, Notice, SyncRun
from model.link import CalendarLink, EventMapping, LinkState, MappingState, SeenItem
from model.people import Worker

STALE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class LinkView:
    """One link, as it was set up."""

    ref: str
    worker: str
    calendar: str
    url: str
    user: str
    mode: str
    level: str
    display: str
    every_s: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Health:
    """How one link is doing; `counts` are its last run's, `stale` says that its last good run is too old."""

    link: str
    worker: str
    state: str
    reason: str
    last_good: datetime | None
    age_s: int | None
    stale: bool
    next_run: datetime
    failures: int
    last_error: str
    events: int
    counts: dict[str, object]
    waiting: int
    quarantined: int
    refused_writes: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice in the outbox: who should be told what, since when."""

    worker: str
    audience: str
    code: str
    change: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job of the practice, and how it went last."""

    job: str
    last: datetime
    result: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All of it."""

    links: tuple[Health, ...]
    notices: tuple[Told, ...]
    jobs: tuple[Job, ...]


def list_links(sessions: Sessions) -> list[LinkView]:
    """Every link that was not removed, by name."""
    with reading(sessions) as database:
        return [_view(link) for link in living_links(database)]


def overview(sessions: Sessions, *, now: datetime) -> Overview:
    """How every link is doing, what waits in the outbox, and how the jobs went."""
    with reading(sessions) as database:
        return Overview(
            links=tuple(_healths(database, living_links(database), now)),
            notices=tuple(_notices(database)),
            jobs=tuple(
                Job(job=row.job, last=row.last_at, result=row.result)
                for row in database.scalars(select(JobRun).order_by(JobRun.job))
            ),
        )


def _view(link: CalendarLink) -> LinkView:
    return LinkView(
        ref=link.ref,
        worker=link.worker.ref,
        calendar=link.name,
        url=link.href,
        user=link.account.user,
        mode=link.mode,
        level=link.privacy_level,
        display=link.cancelled_display,
        every_s=link.pull_s,
        state=link.state,
    )


def _healths(database: Database, links: Sequence[CalendarLink], now: datetime) -> list[Health]:
    there = EventMapping.base_ical.is_not(None), EventMapping.state != MappingState.TOMBSTONE
    events = _count(database, select(EventMapping.link_id, func.count()).where(*there))
    refused = select(EventMapping.link_id, func.count()).where(EventMapping.state == MappingState.REFUSED)
    waiting = select(InboundChange.link_id, func.count()).where(InboundChange.state == ChangeState.HELD)
    aside = select(SeenItem.link_id, func.count()).where(SeenItem.reason != "")
    counted = [_count(database, query) for query in (waiting, aside, refused)]
    counts = _last_counts(database)
    return [_health(link, now, events, counted, counts.get(link.id, {})) for link in links]


def _count(database: Database, query: Select[UUID, int]) -> dict[UUID, int]:
    return {row[0]: row[1] for row in database.execute(query.group_by(query.selected_columns[0]))}


def _last_counts(database: Database) -> dict[UUID, dict[str, object]]:
    """What the last ended run of each link counted."""
    last = (
        select(SyncRun.link_id, func.max(SyncRun.started_at).label("at"))
        .where(SyncRun.ended_at.is_not(None))
        .group_by(SyncRun.link_id)
        .subquery()
    )
    same = (SyncRun.link_id == last.c.link_id) & (SyncRun.started_at == last.c.at)
    return {row.link_id: dict(row.counts) for row in database.scalars(select(SyncRun).join(last, same))}


def _health(
    link: CalendarLink,
    now: datetime,
    events: dict[UUID, int],
    counted: Sequence[dict[UUID, int]],
    counts: dict[str, object],
) -> Health:
    age = now - link.last_ok_at if link.last_ok_at else None
    waiting, aside, refused = (found.get(link.id, 0) for found in counted)
    return Health(
        link=link.ref,
        worker=link.worker.ref,
        state=link.state,
        reason=link.state_reason,
        last_good=link.last_ok_at,
        age_s=int(age.total_seconds()) if age is not None else None,
        stale=link.state is not LinkState.PAUSED and (age is None or age > STALE_AFTER),
        next_run=link.next_run_at,
        failures=link.failures,
        last_error=link.last_error,
        events=events.get(link.id, 0),
        counts=counts,
        waiting=waiting,
        quarantined=aside,
        refused_writes=refused,
    )


def _notices(database: Database) -> list[Told]:
    query = (
        select(Notice.code, Notice.change_ref, Notice.created_at, Notice.audience, Worker.ref)
        .join(Worker, Worker.id == Notice.worker_id)
        .where(Notice.sent_at.is_(None))
        .order_by(Notice.created_at, Notice.id)
    )
    return [
        Told(worker=worker, audience=audience.lower(), code=code, change=change, since=since)
        for code, change, since, audience, worker in database.execute(query)
    ]
