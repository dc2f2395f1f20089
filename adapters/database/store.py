"""The database as a run sees it: leases, short fenced transactions, and the queries of `sync.store`.

Every transaction of a run begins by renewing its lease under its fencing number; whoever lost the link finds
out
there, before anything is written (FAILURES E11, E12). Each method is one query of fixed cost.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload

from adapters.database import numbers
from adapters.database.archive import Archive, Box
from adapters.database.bulk import insert_all
from adapters.database.engine import Sessions, read_only
from adapters.database.hosts import Share, asked_to_wait, has_room
from adapters.database.loading import load_series, load_session, load_sessions, load_several_series
from adapters.database.newcomers import bookings_at, clients_shown, newcomers
from adapters.database.replaced import replaced_lately
from adapters.diary.conflicts import clashes_at
from adapters.diary.places import place_named
from model.base import Revision
from model.journal import (
    Attestation,
    ChangeState,
    HistoryEntry,
    InboundChange,
    Intent,
    Notice,
    SyncRun,
)
from model.link import CalendarLink, EventMapping, MappingState, SeenItem
from model.people import Client, Worker
from model.series import Series, SeriesWorker
from model.session import Session, SessionWorker
from sync.archive import Action, Standing
from sync.errors import LeaseLost
from sync.projection import Unit
from sync.settings import LEVELS, Settings
from sync.store import Clash, Kept, Lease, Newcomer, Place, Placed, Row, UnitRef, ref_to

_MANY = 500  # bound parameters in one query, well below what any database allows
_Mapped = TypeVar("_Mapped", EventMapping, SeenItem)


class HostBusy(Exception):
    """Other links have all of the host's share now; the lease was not taken."""


class HostRests(Exception):
    """The host asked for patience; the lease was not taken."""


class SqlWork:
    """One transaction of one link (`sync.store.Work`). Units are loaded once and then shared."""

    def __init__(
        self,
        database: Database,
        link: CalendarLink,
        settings: Settings,
        *,
        flushes: bool,
        clock: Callable[[], datetime],
        archive: Archive | None = None,
    ) -> None:
        self._database, self._link, self._settings, self._flushes = database, link, settings, flushes
        self._clock, self._archive = clock, archive
        self._units: dict[UnitRef, Unit] = {}
        self._lines: list[HistoryEntry] = []
        self._bulk: list[Row] | None = None
        self._clients: Sequence[Client] | None = None

    @property
    def link(self) -> CalendarLink:
        return self._link

    @property
    def maximum_level(self) -> str:
        """The configured maximum; a level with names also needs an attestation (DOMAIN 5)."""
        maximum = self._settings.privacy.maximum
        if LEVELS.index(maximum) < LEVELS.index("first_name"):
            return maximum
        attested = self._database.scalars(select(Attestation.level)).all()
        return max((level for level in LEVELS if level in (*attested, "initials")), key=LEVELS.index)

    def owner(self) -> Worker:
        return self._link.worker

    # --- units -----------------------------------------------------------------------------------------

    def load(self, ref: UnitRef) -> Unit | None:
        if ref not in self._units:
            found: Unit | None = (
                load_series(self._database, ref.id)
                if ref.kind == "series"
                else load_session(self._database, ref.id)
            )
            if found is None:
                return None
            self._units[ref] = found
        return self._units[ref]

    def load_many(self, refs: Sequence[UnitRef]) -> dict[UnitRef, Unit]:
        missing = [ref for ref in refs if ref not in self._units]
        singles = [ref.id for ref in missing if ref.kind == "session"]
        series = [ref.id for ref in missing if ref.kind == "series"]
        found: list[Unit] = []
        if singles:
            found += load_sessions(self._database, singles)
        if series:
            found += load_several_series(self._database, series)
        self._units |= {ref_to(unit): unit for unit in found}
        return {ref: self._units[ref] for ref in refs if ref in self._units}

    def changed_units(self, *, since: int, ending_after: datetime) -> dict[UnitRef, int]:
        mine = self._link.worker_id
        single = (
            select(Session.id, Session.rev)
            .join(SessionWorker, SessionWorker.session_id == Session.id)
            .where(Session.rev > since, Session.series_id.is_(None), SessionWorker.worker_id == mine)
            .where(or_(Session.ends_at >= ending_after, self._mapped(EventMapping.session_id == Session.id)))
            .order_by(Session.rev, Session.starts_at, Session.id)
        )
        theirs = exists().where(SeriesWorker.series_id == Series.id, SeriesWorker.worker_id == mine)
        series = (
            select(Series.id, Series.rev)
            .where(Series.rev > since)
            .where(or_(theirs, self._mapped(EventMapping.series_id == Series.id)))
            .order_by(Series.rev, Series.starts_at, Series.id)
        )
        singles = {UnitRef(kind="session", id=found): rev for found, rev in self._database.execute(single)}
        return singles | {
            UnitRef(kind="series", id=found): rev for found, rev in self._database.execute(series)
        }

    def latest_rev(self) -> int:
        return self._database.scalar(select(Revision.latest)) or 0

    def clash(self, placed: Sequence[Placed]) -> Clash:
        hard, soft = clashes_at(self._database, placed)
        return Clash(hard=tuple(hard), soft=tuple(soft))

    def place_named(self, text: str) -> Place | None:
        return place_named(self._database, text)

    def clients_shown(self) -> Sequence[Client]:
        if self._clients is None:
            self._clients = clients_shown(self._database, self._link.id)
        return self._clients

    def bookings_at(self, start: datetime, end: datetime, rule: str) -> int:
        return bookings_at(self._database, self._link.id, start=start, end=end, rule=rule)

    def replaced_uid(self, session: Session) -> str:
        self._insert_bulk()  # its mapping may be among them
        query = select(EventMapping.uid).where(
            EventMapping.link_id == self._link.id, EventMapping.session_id == session.replaces_id
        )
        return self._database.scalar(query) or ""

    # --- mappings --------------------------------------------------------------------------------------

    def mappings_at(self, href_keys: Sequence[str]) -> dict[str, EventMapping]:
        living = EventMapping.state != MappingState.TOMBSTONE
        return {m.href_key: m for m in self._at(EventMapping, href_keys, living)}

    def seen_at(self, href_keys: Sequence[str]) -> dict[str, SeenItem]:
        return {s.href_key: s for s in self._at(SeenItem, href_keys)}

    def seen_unfetched(self) -> list[SeenItem]:
        unread = SeenItem.etag.is_(None), SeenItem.reason != ""
        return list(
            self._database.scalars(select(SeenItem).where(SeenItem.link_id == self._link.id, *unread))
        )

    def _at(self, noun: type[_Mapped], keys: Sequence[str], *where: ColumnElement[bool]) -> Iterator[_Mapped]:
        for start in range(0, len(keys), _MANY):
            chosen = noun.href_key.in_(keys[start : start + _MANY])
            yield from self._database.scalars(
                select(noun).where(noun.link_id == self._link.id, chosen, *where)
            )

    def mappings_with(self, uids: Sequence[str]) -> dict[str, EventMapping]:
        found: dict[str, EventMapping] = {}
        for start in range(0, len(uids), _MANY):
            chosen = EventMapping.uid.in_(uids[start : start + _MANY])
            found |= {m.uid: m for m in self._database.scalars(self._mappings().where(chosen))}
        return found

    def mapping(self, mapping_id: UUID) -> EventMapping | None:
        return self._database.get(EventMapping, mapping_id)

    def mappings(self, ids: Sequence[UUID]) -> dict[UUID, EventMapping]:
        found: dict[UUID, EventMapping] = {}
        for start in range(0, len(ids), _MANY):
            chosen = EventMapping.id.in_(ids[start : start + _MANY])
            found |= {m.id: m for m in self._database.scalars(self._mappings().where(chosen))}
        return found

    def mappings_of(self, refs: Sequence[UnitRef]) -> dict[UnitRef, EventMapping]:
        found: dict[UnitRef, EventMapping] = {}
        for start in range(0, len(refs), _MANY):
            ids = [ref.id for ref in refs[start : start + _MANY]]
            either = or_(EventMapping.session_id.in_(ids), EventMapping.series_id.in_(ids))
            living = EventMapping.state != MappingState.TOMBSTONE
            for mapping in self._database.scalars(self._mappings().where(either, living)):
                kind, unit_id = (
                    ("series", mapping.series_id) if mapping.series_id else ("session", mapping.session_id)
                )
                if unit_id is not None:
                    found[UnitRef(kind="series" if kind == "series" else "session", id=unit_id)] = mapping
        return found

    def mappings_in(self, states: Sequence[str]) -> list[EventMapping]:
        query = self._mappings().where(EventMapping.state.in_(states)).order_by(EventMapping.uid)
        return list(self._database.scalars(query))

    def newcomers(self, run_id: UUID) -> list[Newcomer]:
        return newcomers(self._database, self._link.id, run_id)

    def _mappings(self) -> Select[EventMapping]:
        return select(EventMapping).where(EventMapping.link_id == self._link.id)

    def _mapped(self, which: ColumnElement[bool]) -> ColumnElement[bool]:
        living = EventMapping.state != MappingState.TOMBSTONE
        return exists().where(EventMapping.link_id == self._link.id, which, living)

    # --- the guard's numbers ---------------------------------------------------------------------------

    def client_resources(self, href_keys: Sequence[str], *, now: datetime) -> tuple[int, int]:
        return numbers.client_resources(self._database, self._link.id, href_keys, now=now)

    def future_client_resources(self, *, now: datetime) -> int:
        return numbers.future_client_resources(self._database, self._link.id, now=now)

    def went_back(self, etags: Mapping[str, str | None]) -> list[str]:
        return numbers.went_back(self._database, self._link.id, etags)

    # --- the journal -----------------------------------------------------------------------------------

    def intents(self) -> list[Intent]:
        query = select(Intent).where(Intent.link_id == self._link.id).order_by(Intent.created_at, Intent.id)
        return list(self._database.scalars(query))

    def held(self, mapping_id: UUID) -> list[InboundChange]:
        query = select(InboundChange).where(
            InboundChange.mapping_id == mapping_id, InboundChange.state == ChangeState.HELD
        )
        return list(self._database.scalars(query))

    def noticed(self, *, session_id: UUID | None, code: str, day: str) -> bool:
        query = select(Notice.id).where(
            Notice.session_id == session_id, Notice.code == code, Notice.day == day
        )
        return self._database.scalar(query.limit(1)) is not None

    def replaced_lately(self, uids: Sequence[str], *, since: datetime) -> dict[str, frozenset[str]]:
        return replaced_lately(self._database, self._link.id, uids, since)

    # --- the archive -----------------------------------------------------------------------------------

    def keep(
        self, mapping: EventMapping, action: Action, before: Standing | None, body: bytes | None
    ) -> None:
        if self._archive is not None:
            self._archive.keep(mapping, action, before, body)

    def kept_since(self, run_ids: Collection[UUID]) -> list[Kept]:
        return self._archive.kept_since(run_ids) if self._archive is not None else []

    def standing(self, kept: Kept) -> Standing | None:
        return self._archive.standing(kept) if self._archive is not None else None

    def undo(self, kept: Sequence[Kept]) -> bool:
        self._units.clear()
        return self._archive is not None and self._archive.undo(kept)

    # --- rows ------------------------------------------------------------------------------------------

    def add(self, row: Row) -> None:
        if isinstance(row, HistoryEntry):
            self._lines.append(row)
        elif self._bulk is not None:
            self._bulk.append(row)
        else:
            if isinstance(row, Session | Series):
                self._units[ref_to(row)] = row
            self._database.add(row)

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        self.flush()  # what they refer to comes first
        self._bulk = []
        try:
            yield
            self._insert_bulk()
        finally:
            self._bulk = None

    def _insert_bulk(self) -> None:
        if self._bulk and self._flushes:
            insert_all(self._database, self._bulk, now=self._clock())
            self._bulk.clear()

    def write_lines(self) -> None:
        """Write this transaction's lines of the history, at its end."""
        if self._lines and self._flushes:
            insert_all(self._database, self._lines, now=self._clock())

    def delete(self, row: Row) -> None:
        if isinstance(row, Session | Series):
            self._units.pop(ref_to(row), None)
        if row in self._database.new:
            self._database.expunge(row)
        else:
            self._database.delete(row)

    def flush(self) -> None:
        if self._flushes:
            self._database.flush()


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
            taken = database.execute(step).one_or_none()
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
        mine = and_(CalendarLink.id == lease.link_id, CalendarLink.fence == lease.fence)
        step = update(CalendarLink).where(mine).values(lease_until=self._clock() + self._lease_time)
        held = database.execute(step.returning(CalendarLink.id)).scalar_one_or_none()
        if held is None:
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
    for start in range(0, len(keys), _MANY):
        yield query.where(column.in_(keys[start : start + _MANY]))


def _link(database: Database, link_id: UUID) -> CalendarLink:
    query = select(CalendarLink).where(CalendarLink.id == link_id).options(joinedload(CalendarLink.worker))
    return database.scalars(query).one()
