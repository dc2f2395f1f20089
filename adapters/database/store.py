"""The database as a run sees it: leases, and short fenced transactions.

Every transaction of a run begins by renewing its lease under its fencing number; whoever lost the link finds out
there, before anything is written (FAILURES E11, E12). What is done inside is `work`'s.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Engine, Select, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.dml import ReturningUpdate

from adapters.database.archive import Archive, Box
from adapters.database.engine import Sessions, read_only
from adapters.database.hosts import Share, asked_to_wait, has_room
from adapters.database.portions import portions
from adapters.database.work import SqlWork
from model.journal import (
    SyncRun,
)
from model.link import CalendarLink, EventMapping, MappingState, SeenItem
from sync.errors import LeaseLost
from sync.settings import Settings
from sync.store import Lease


class HostBusy(Exception):
    """Other links have all of the host's share now; the lease was not taken."""


class HostRests(Exception):
    """The host asked for patience; the lease was not taken."""


class SqlStore:
    """All links of one database (`sync.store.Store`), and the leases on them."""

    def __init__(
        self,
        engine: Engine,
        sessions: Sessions,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        box: Callable[[], Box] | None = None,
    ) -> None:
        """Without a `box` nothing is kept for `rewind`."""
        self._engine, self._sessions, self._settings, self._clock = engine, sessions, settings, clock
        self._box = box

    @property
    def _lease_time(self) -> timedelta:
        return timedelta(seconds=self._settings.sync.lease_s)

    def take_lease(
        self, link_id: UUID, *, owner: str, run_id: UUID, job: str, share: Share | None = None
    ) -> Lease | None:
        """Take the link if it is free, and begin its run; None where somebody else holds it.

        With a `share`, only within what its host has room for: else HostBusy.
        """
        now = self._clock()
        free = or_(CalendarLink.lease_until.is_(None), CalendarLink.lease_until <= now)
        step = (
            update(CalendarLink)
            .where(CalendarLink.id == link_id, free)
            .values(lease_owner=owner, lease_until=now + self._lease_time, fence=CalendarLink.fence + 1)
            .returning(CalendarLink.fence, CalendarLink.host)
        )
        with self._sessions.begin() as database:
            taken = database.connection().execute(step).one_or_none()
            if taken is None:
                return None
            fence, host = taken
            if asked_to_wait(database, host, now):
                raise HostRests(host)
            if share is not None and not has_room(database, host, share, now):
                raise HostBusy(host)
            run = SyncRun(id=run_id, link_id=link_id, job=job, started_at=now, counts={}, result="running")
            database.add(run)
        return Lease(link_id=link_id, owner=owner, fence=fence, run_id=run_id)

    @contextmanager
    def work(self, lease: Lease) -> Iterator[SqlWork]:
        with self._sessions.begin() as database:
            self._renew(database, lease)
            link = _link(database, lease.link_id)
            archive = self._archive(database, link, lease.run_id)
            work = SqlWork(database, link, self._settings, flushes=True, clock=self._clock, archive=archive)
            yield work
            work.write_lines()
            if archive is not None:
                archive.store()

    def _archive(self, database: Database, link: CalendarLink, run_id: UUID) -> Archive | None:
        if self._box is None or not link.keeps_bodies:
            return None
        return Archive(database=database, link_id=link.id, run_id=run_id, now=self._clock, box=self._box)

    @contextmanager
    def ending(self, lease: Lease) -> Iterator[tuple[CalendarLink, SyncRun]]:
        """The last transaction of a run: its link and its row, and the lease given back."""
        with self._sessions.begin() as database:
            self._renew(database, lease)
            link = _link(database, lease.link_id)
            run = database.get_one(SyncRun, lease.run_id)
            yield link, run
            link.lease_owner, link.lease_until = "", None

    def _renew(self, database: Database, lease: Lease) -> None:
        until = self._clock() + self._lease_time
        mine = {"mine": lease.link_id, "held": lease.fence, "until": until}
        if database.connection().execute(_renewal(), mine).scalar_one_or_none() is None:
            raise LeaseLost("another worker took this link over")

    def _reading(self) -> Database:
        """A unit of work that takes no write lock."""
        return self._sessions(bind=read_only(self._engine))

    @contextmanager
    def preview(self, link_id: UUID) -> Iterator[SqlWork]:
        with self._reading() as database, database.no_autoflush:
            try:
                link = _link(database, link_id)
                yield SqlWork(database, link, self._settings, flushes=False, clock=self._clock)
            finally:
                database.rollback()

    @contextmanager
    def rehearsal(self, link_id: UUID) -> Iterator[SqlWork]:
        """A transaction that does everything and is rolled back: what a rewind would do."""
        with self._sessions() as database:
            try:
                link = _link(database, link_id)
                archive = self._archive(database, link, UUID(int=0))
                yield SqlWork(
                    database, link, self._settings, flushes=True, clock=self._clock, archive=archive
                )
            finally:
                database.rollback()

    def known(self, link_id: UUID, href_keys: Sequence[str] | None) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        if href_keys is not None and not href_keys:
            return found
        with self._reading() as database:
            for query in _etags(link_id):
                for chosen in _chunks(query, href_keys):
                    found |= {row.href_key: row.etag for row in database.execute(chosen)}
        return found


def _etags(link_id: UUID) -> list[Select[str, str | None]]:
    """ETags of living mappings that are there, and of items set aside."""
    there = and_(EventMapping.link_id == link_id, EventMapping.state != MappingState.TOMBSTONE)
    mapped = select(EventMapping.href_key, EventMapping.etag).where(
        there, EventMapping.base_ical.is_not(None)
    )
    return [mapped, select(SeenItem.href_key, SeenItem.etag).where(SeenItem.link_id == link_id)]


def _chunks(query: Select[str, str | None], keys: Sequence[str] | None) -> Iterator[Select[str, str | None]]:
    if keys is None:
        yield query
        return
    column = query.selected_columns[0]
    for some in portions(keys):
        yield query.where(column.in_(some))


def _link(database: Database, link_id: UUID) -> CalendarLink:
    return database.scalars(_with_its_worker(), {"wanted": link_id}).one()


# What every transaction of a run begins with is made once: made anew, it costs more than the database does.


@cache
def _renewal() -> ReturningUpdate[UUID]:
    mine = and_(CalendarLink.id == bindparam("mine"), CalendarLink.fence == bindparam("held"))
    step = update(CalendarLink).where(mine).values(lease_until=bindparam("until"))
    return step.returning(CalendarLink.id)


@cache
def _with_its_worker() -> Select[CalendarLink]:
    query = select(CalendarLink).where(CalendarLink.id == bindparam("wanted"))
    return query.options(joinedload(CalendarLink.worker, innerjoin=True))
