"""The database as a run sees it: leases, and short fenced transactions.

Every transaction of a run begins by renewing its lease under its fencing number; whoever lost the link finds out
there, before anything is written (FAILURES E11, E12). What is done inside is `work`'s.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Engine, Select, and_, bindparam, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload

from adapters.database import leases
from adapters.database.engine import Sessions, read_only
from adapters.database.home import note_use
from adapters.database.hosts import Share
from adapters.database.portions import portions
from adapters.database.surveying import Surveyed, survey
from model.journal import SyncRun
from model.link import CalendarLink, EventMapping, MappingState, SeenItem
from sync.settings import Settings
from sync.store import Lease, Quiet

if TYPE_CHECKING:  # a run that finds nothing loads neither
    from adapters.database.archive import Archive, Box
    from adapters.database.work import SqlWork


class SqlStore:
    """All links of one database (`sync.store.Store`), and the leases on them."""

    def __init__(
        self,
        engine: Engine,
        sessions: Sessions,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        box: "Callable[[], Box] | None" = None,
    ) -> None:
        """Without a `box` nothing is kept for `rewind`."""
        self._engine, self._sessions, self._settings, self._clock = engine, sessions, settings, clock
        self._box, self._readers = box, read_only(engine)

    @property
    def _lease_time(self) -> timedelta:
        return timedelta(seconds=self._settings.sync.lease_s)

    def take_lease(
        self, link_id: UUID, *, owner: str, run_id: UUID, job: str, share: Share | None = None
    ) -> Lease | None:
        """Take the link if it is free; None where somebody else holds it.

        With a `share`, only within what its host has room for: else HostBusy.
        """
        now = self._clock()
        with self._engine.begin() as database:
            return leases.take(
                database, link_id, owner=owner, run=run_id, job=job, share=share,
                now=now, until=now + self._lease_time,
            )  # fmt: skip

    def begin(self, lease: Lease) -> None:
        """Write down that the run of this lease has begun; else it is written down when it ends."""
        with self._engine.begin() as database:
            leases.begin(database, lease)

    def widen(self, lease: Lease, wanted: int, share: Share) -> int:
        """How many of the wanted connections a run may have at once; the others on its host are counted."""
        now = self._clock()
        with self._engine.begin() as database:
            return leases.widen(database, lease, wanted, share, now=now, until=now + self._lease_time)

    def survey(self, link_id: UUID) -> Surveyed:
        """The link with its account, and whether anything waits on our side."""
        return survey(self._readers, link_id)

    def rest(self, lease: Lease, quiet: Quiet, *, then: datetime) -> None:
        """The last transaction of a run that found nothing to do."""
        with self._engine.begin() as database:
            leases.rest(database, lease, quiet, now=self._clock(), then=then)

    @contextmanager
    def work(self, lease: Lease) -> "Iterator[SqlWork]":
        with self._sessions.begin() as database:
            self._renew(database, lease)
            link = _link(database, lease.link_id)
            archive = self._archive(database, link, lease.run_id)
            work = self._work(database, link, archive)
            yield work
            work.write_lines()
            if archive is not None:
                archive.store()

    def _work(
        self,
        database: Database,
        link: CalendarLink,
        archive: "Archive | None" = None,
        *,
        flushes: bool = True,
    ) -> "SqlWork":
        from adapters.database.work import SqlWork

        return SqlWork(database, link, self._settings, flushes=flushes, clock=self._clock, archive=archive)

    def _archive(self, database: Database, link: CalendarLink, run_id: UUID) -> "Archive | None":
        from adapters.database.archive import Archive

        if self._box is None or not link.keeps_bodies:
            return None
        return Archive(database=database, link_id=link.id, run_id=run_id, now=self._clock, box=self._box)

    @contextmanager
    def ending(self, lease: Lease) -> Iterator[tuple[CalendarLink, SyncRun]]:
        """The last transaction of a run: its link and its row, and the lease given back."""
        with self._sessions.begin() as database:
            self._renew(database, lease)
            link = _link(database, lease.link_id)
            if database.get(SyncRun, lease.run_id) is None:
                leases.begin(database.connection(), lease)
            run = database.get_one(SyncRun, lease.run_id)
            yield link, run
            link.lease_owner, link.lease_until = "", None
        note_use(self._engine)

    def _renew(self, database: Database, lease: Lease) -> None:
        leases.renew(database.connection(), lease, until=self._clock() + self._lease_time)

    def _reading(self) -> Database:
        """A unit of work that takes no write lock."""
        return self._sessions(bind=self._readers)

    @contextmanager
    def preview(self, link_id: UUID) -> "Iterator[SqlWork]":
        with self._reading() as database, database.no_autoflush:
            try:
                yield self._work(database, _link(database, link_id), flushes=False)
            finally:
                database.rollback()

    @contextmanager
    def rehearsal(self, link_id: UUID) -> "Iterator[SqlWork]":
        """A transaction that does everything and is rolled back: what a rewind would do."""
        with self._sessions() as database:
            try:
                link = _link(database, link_id)
                yield self._work(database, link, self._archive(database, link, UUID(int=0)))
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


_LINK = (
    select(CalendarLink).where(CalendarLink.id == bindparam("link")).options(joinedload(CalendarLink.worker))
)  # built once: it begins each transaction of a run


def _link(database: Database, link_id: UUID) -> CalendarLink:
    return database.scalars(_LINK, {"link": link_id}).one()
