"""Say how every link is doing, in a fixed number of queries: what `status` and `link list` show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.links.lookup import living_links
from adapters.links.runs import numbers
from model.busy import BusyBlock
from model.inbound import ChangeState, InboundChange, Notice
from model.job_run import JobRun
from model.journal import SyncRun
from model.link import CalendarHost, CalendarLink, EventMapping, MappingState, SeenItem
from model.people import Worker


@dataclass(frozen=True, kw_only=True)
class LinkView:
    """One link, as it was set up."""

    ref: str
    worker: str
    calendar: str
    url: str
    user: str
    role: str
    of: str
    mode: str
    level: str
    display: str
    every_s: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Health:
    """How one link is doing; `counts` are its last run's.

    `promise_s` is its cadence; `stale` says that it passed twice since the last good run. `looping` counts events
    that were written too often today (`sync.looping`). `events` of a busy source are those that take time, and
    `outdated` says that they were not read for longer than `sync.stale_after_min`.
    """

    link: str
    worker: str
    role: str
    state: str
    reason: str
    last_good: datetime | None
    age_s: int | None
    promise_s: int
    stale: bool
    next_run: datetime
    failures: int
    last_error: str
    events: int
    counts: dict[str, int]
    waiting: int
    quarantined: int
    refused_writes: int
    looping: int
    outdated: bool


@dataclass(frozen=True, kw_only=True)
class Resting:
    """A host that is left alone until then: it asked for that, or did not answer so many times in a row."""

    host: str
    until: datetime
    asked: bool
    failures: int


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
    hosts: tuple[Resting, ...]
    notices: tuple[Told, ...]
    jobs: tuple[Job, ...]


def list_links(sessions: Sessions) -> list[LinkView]:
    """Every link that was not removed, by name."""
    with reading(sessions) as database:
        return [_view(link) for link in living_links(database)]


def overview(sessions: Sessions, *, now: datetime, item_writes: int, stale_after: timedelta) -> Overview:
    """How every link is doing, which hosts rest, what waits in the outbox, and how the jobs went."""
    with reading(sessions) as database:
        return Overview(
            links=tuple(_healths(database, living_links(database), now, item_writes, stale_after)),
            hosts=tuple(_hosts(database, now)),
            notices=tuple(_notices(database)),
            jobs=tuple(sorted([*_jobs(database), *_runs(database)], key=lambda job: job.job)),
        )


def _view(link: CalendarLink) -> LinkView:
    return LinkView(
        ref=link.ref,
        worker=link.worker.ref,
        calendar=link.name,
        url=link.href,
        user=link.account.user,
        role=link.role,
        of=link.of,
        mode=link.mode,
        level=link.privacy_level,
        display=link.cancelled_display,
        every_s=link.pull_s,
        state=link.state,
    )


def loops(now: datetime, item_writes: int) -> tuple[ColumnElement[bool], ...]:
    """That an event was written as often as allowed today, and is left alone."""
    today = EventMapping.writes_day == now.date().isoformat()
    return today, EventMapping.writes > item_writes, EventMapping.state == MappingState.DIRTY


def _healths(
    database: Database,
    links: Sequence[CalendarLink],
    now: datetime,
    item_writes: int,
    stale_after: timedelta,
) -> list[Health]:
    there = EventMapping.base_ical.is_not(None), EventMapping.state != MappingState.TOMBSTONE
    events = _count(database, select(EventMapping.link_id, func.count()).where(*there))
    events |= _count(database, select(BusyBlock.link_id, func.count(func.distinct(BusyBlock.item_id))))
    refused = select(EventMapping.link_id, func.count()).where(EventMapping.state == MappingState.REFUSED)
    waiting = select(InboundChange.link_id, func.count()).where(InboundChange.state == ChangeState.HELD)
    aside = select(SeenItem.link_id, func.count()).where(SeenItem.reason != "")
    looping = select(EventMapping.link_id, func.count()).where(*loops(now, item_writes))
    counted = [_count(database, query) for query in (waiting, aside, refused, looping)]
    counts = _last_counts(database)
    return [
        _health(link, now, events, counted, counts.get(link.id, {}), outdated=link.is_stale(now, stale_after))
        for link in links
    ]


def _count(database: Database, query: Select[UUID, int]) -> dict[UUID, int]:
    return {row[0]: row[1] for row in database.execute(query.group_by(query.selected_columns[0]))}


def _last_counts(database: Database) -> dict[UUID, dict[str, int]]:
    """What the last ended run of each link counted."""
    a_run = SyncRun.job.in_(("sync", "reconcile"))  # a check holds the lease, too
    last = (
        select(SyncRun.link_id, func.max(SyncRun.started_at).label("at"))
        .where(SyncRun.ended_at.is_not(None), a_run)
        .group_by(SyncRun.link_id)
        .subquery()
    )
    same = (SyncRun.link_id == last.c.link_id) & (SyncRun.started_at == last.c.at) & a_run
    return {row.link_id: numbers(row.counts) for row in database.scalars(select(SyncRun).join(last, same))}


def _health(
    link: CalendarLink,
    now: datetime,
    events: dict[UUID, int],
    counted: Sequence[dict[UUID, int]],
    counts: dict[str, int],
    *,
    outdated: bool,
) -> Health:
    age = now - link.last_ok_at if link.last_ok_at else None
    waiting, aside, refused, looping = (found.get(link.id, 0) for found in counted)
    return Health(
        link=link.ref,
        worker=link.worker.ref,
        role=link.role,
        state=link.state,
        reason=link.state_reason,
        last_good=link.last_ok_at,
        promise_s=int(link.promise.total_seconds()),
        age_s=int(age.total_seconds()) if age is not None else None,
        stale=link.is_late(now),
        next_run=link.next_run_at,
        failures=link.failures,
        last_error=link.last_error,
        events=events.get(link.id, 0),
        counts=counts,
        waiting=waiting,
        quarantined=aside,
        refused_writes=refused,
        looping=looping,
        outdated=outdated,
    )


def _hosts(database: Database, now: datetime) -> list[Resting]:
    rests = or_(CalendarHost.wait_until > now, CalendarHost.open_until > now)
    rows = database.scalars(select(CalendarHost).where(rests).order_by(CalendarHost.name))
    return [_resting(row, now) for row in rows]


def _resting(row: CalendarHost, now: datetime) -> Resting:
    asked = row.wait_until is not None and row.wait_until > now
    until = max(at for at in (row.wait_until, row.open_until) if at is not None)
    return Resting(host=row.name, until=until, asked=asked, failures=row.failures)


def _jobs(database: Database) -> list[Job]:
    rows = database.scalars(select(JobRun))
    return [Job(job=row.job, last=row.last_at, result=row.result) for row in rows]


def _runs(database: Database) -> list[Job]:
    """How the last run of any link went, and the last reconciliation: jobs, too, that have a cadence for each link."""
    wanted = SyncRun.job.in_(("sync", "reconcile")), SyncRun.ended_at.is_not(None)
    last = select(SyncRun.job, func.max(SyncRun.ended_at).label("at")).where(*wanted).group_by(SyncRun.job)
    latest = last.subquery()
    same = (SyncRun.job == latest.c.job) & (SyncRun.ended_at == latest.c.at)
    found = {row.job: row for row in database.scalars(select(SyncRun).join(latest, same))}
    return [Job(job=job, last=row.ended_at, result=row.result) for job, row in found.items() if row.ended_at]


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
