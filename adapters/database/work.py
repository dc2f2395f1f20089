"""One transaction of a run, as the engine sees it: the queries of `sync.store.Work`.

Each method is one query of fixed cost, or a fixed number of them. Who may open one is `store`'s to decide.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database import busy_blocks, echoes, numbers
from adapters.database.archive import Archive
from adapters.database.bulk import insert_all
from adapters.database.changes import (
    mapped,
    offered_since,
    offered_to,
    series_since,
    sessions_of,
    sessions_since,
)
from adapters.database.loading import load_series, load_session, load_sessions, load_several_series
from adapters.database.newcomers import bookings_at, clients_shown, newcomers, shown_at
from adapters.database.portions import portions
from adapters.database.relinking import left_beside, once_shown, unshown_at
from adapters.database.replaced import replaced_lately, replaced_uid, sent_since
from adapters.database.resources import occupied
from adapters.database.transactions import take
from adapters.database.windows import windows_cut, windows_of, windows_shown
from adapters.diary.conflicts import clashes_at
from adapters.diary.places import place_named
from model.attestation import Attestation
from model.base import Revision
from model.busy import BusyBlock
from model.inbound import ChangeState, InboundChange, Notice
from model.journal import HistoryEntry, Intent
from model.link import CalendarLink, EventMapping, MappingState, SeenItem
from model.offer import Offer, OfferState
from model.people import Client, Worker
from model.reserved_slot import ReservedSlot
from model.roster import RosterPeriod
from model.series import Series
from model.session import Session
from sync.archive import Action, Standing
from sync.disclosure import Unit
from sync.open_slots import PREFIX
from sync.resource import Occupied
from sync.settings import LEVELS, Settings
from sync.store import Clash, Kept, Newcomer, Place, Placed, Shown, UnitRef, ref_to

if TYPE_CHECKING:
    from sync.store import Row

_Mapped = TypeVar("_Mapped", EventMapping, SeenItem)


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

    @cached_property
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
        mine, link = self._link.worker_id, self._link.id
        shown = mapped(link, EventMapping.session_id == Session.id)
        queries = [sessions_since(since, mine)] if since else [sessions_of(mine), offered_to(mine)]
        if since and self._settings.sync.push_offers:
            queries.append(offered_since(since, mine))
        series = series_since(since, mine, link).order_by(Series.rev, Series.starts_at, Series.id)
        singles: dict[UnitRef, int] = {}
        for query in queries:
            single = query.where(or_(Session.ends_at >= ending_after, shown))
            ordered = single.order_by(Session.rev, Session.starts_at, Session.id)
            found = self._database.execute(ordered.add_columns(Session.starts_at))
            singles |= {UnitRef(kind="session", id=row[0]): row[1] for row in found}
        return singles | {
            UnitRef(kind="series", id=found): rev for found, rev in self._database.execute(series)
        }

    @cached_property
    def requests(self) -> frozenset[UUID]:
        if not self._settings.sync.push_offers:
            return frozenset()
        waits = Offer.worker_id == self._link.worker_id, Offer.state == OfferState.PENDING
        return frozenset(self._database.scalars(select(Offer.session_id).where(*waits)))

    def latest_rev(self) -> int:
        return self._database.scalar(select(Revision.latest)) or 0

    def clash(self, placed: Sequence[Placed]) -> Clash:
        """Asked before a move is applied: from here on nobody else takes the room or the asset meanwhile."""
        if self._flushes:
            take(self._database)
        hard, soft = clashes_at(self._database, placed, rules=self._settings.rules)
        return Clash(hard=tuple(hard), soft=tuple(soft))

    def occupied(self, shown: Collection[str], *, now: datetime) -> list[Occupied]:
        sync = self._settings.sync
        return occupied(
            self._database,
            self._link,
            shown,
            since=now - timedelta(days=sync.past_days),
            until=now + timedelta(days=sync.future_days),
            drafts=sync.push_drafts,
        )

    def place_named(self, text: str) -> Place | None:
        return place_named(self._database, text)

    def period(self, period_id: UUID) -> RosterPeriod | None:
        return self._database.get(RosterPeriod, period_id)

    def clients_shown(self) -> Sequence[Client]:
        if self._clients is None:
            self._clients = clients_shown(self._database, self._link.id)
        return self._clients

    def bookings_at(self, start: datetime, end: datetime, rule: str) -> int:
        return bookings_at(self._database, self._link.id, start=start, end=end, rule=rule)

    def once_shown(self, uids: Sequence[str]) -> dict[str, UnitRef]:
        return once_shown(self._database, self._link, uids)

    def left_beside(self, uids: Sequence[str]) -> frozenset[str]:
        return left_beside(self._database, self._link, uids)

    def unshown_at(self, starts: Collection[datetime]) -> list[UnitRef]:
        return unshown_at(self._database, self._link, starts)

    def shown_at(self, starts: Collection[datetime]) -> list[Shown]:
        return shown_at(self._database, self._link.worker_id, starts)

    def replaced_uid(self, session: Session) -> str:
        self._insert_bulk()  # its mapping may be among them
        return replaced_uid(self._database, self._link.id, session)

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
        for some in portions(keys):
            chosen = noun.href_key.in_(some)
            yield from self._database.scalars(
                select(noun).where(noun.link_id == self._link.id, chosen, *where)
            )

    def mappings_with(self, uids: Sequence[str]) -> dict[str, EventMapping]:
        found: dict[str, EventMapping] = {}
        for some in portions(uids):
            chosen = EventMapping.uid.in_(some)
            found |= {m.uid: m for m in self._database.scalars(self._mappings().where(chosen))}
        return found

    def mapping(self, mapping_id: UUID) -> EventMapping | None:
        return self._database.get(EventMapping, mapping_id)

    def mappings(self, ids: Sequence[UUID]) -> dict[UUID, EventMapping]:
        found: dict[UUID, EventMapping] = {}
        for some in portions(ids):
            chosen = EventMapping.id.in_(some)
            found |= {m.id: m for m in self._database.scalars(self._mappings().where(chosen))}
        return found

    def mappings_of(self, refs: Sequence[UnitRef]) -> dict[UnitRef, EventMapping]:
        found: dict[UnitRef, EventMapping] = {}
        for some in portions(refs):
            ids = [ref.id for ref in some]
            either = or_(EventMapping.session_id.in_(ids), EventMapping.series_id.in_(ids))
            living = EventMapping.state != MappingState.TOMBSTONE
            for mapping in self._database.scalars(self._mappings().where(either, living)):
                kind, unit_id = (
                    ("series", mapping.series_id) if mapping.series_id else ("session", mapping.session_id)
                )
                if unit_id is not None:
                    found[UnitRef(kind="series" if kind == "series" else "session", id=unit_id)] = mapping
        return found

    def parts_of(self, ids: Sequence[UUID]) -> list[EventMapping]:
        living = EventMapping.state != MappingState.TOMBSTONE
        chosen = (self._mappings().where(living, EventMapping.part_of.in_(some)) for some in portions(ids))
        return [part for query in chosen for part in self._database.scalars(query)]

    def windows(self) -> list[ReservedSlot]:
        return windows_of(self._database, self._link.worker_id)

    def windows_shown(self, prefix: str, *, waiting: bool) -> list[EventMapping]:
        return windows_shown(self._database, self._link, prefix, waiting=waiting)

    def windows_cut(self, run_id: UUID) -> list[InboundChange]:
        return windows_cut(self._database, self._link.id, run_id, PREFIX)

    def mappings_in(self, states: Sequence[str]) -> list[EventMapping]:
        query = self._mappings().where(EventMapping.state.in_(states)).order_by(EventMapping.uid)
        return list(self._database.scalars(query))

    def unechoed(self) -> dict[str, datetime]:
        return echoes.unechoed(self._database, self._link.id)

    def heard(self, href_keys: Collection[str]) -> None:
        echoes.hear(self._database, self._link.id, href_keys)

    def newcomers(self, run_id: UUID) -> list[Newcomer]:
        return newcomers(self._database, self._link.id, run_id)

    def _mappings(self) -> Select[EventMapping]:
        return select(EventMapping).where(EventMapping.link_id == self._link.id)

    # --- busy sources ----------------------------------------------------------------------------------

    def blocks_of(self, item_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[BusyBlock]]:
        return busy_blocks.blocks_of(self._database, item_ids)

    def blocking(self, href_keys: Sequence[str], *, now: datetime) -> tuple[int, int]:
        return busy_blocks.blocking(self._database, self._link.id, href_keys, now=now)

    def blocking_ahead(self, *, now: datetime) -> int:
        return busy_blocks.blocking_ahead(self._database, self._link.id, now=now)

    def to_expand(self, *, before: datetime) -> list[str]:
        return busy_blocks.to_expand(self._database, self._link.id, before=before)

    def forget_busy(self, *, before: datetime) -> None:
        busy_blocks.forget_past(self._database, self._link.id, before=before)

    def shown_by_us(self, uids: Sequence[str]) -> frozenset[str]:
        return busy_blocks.shown_by_us(self._database, self._link.worker_id, uids)

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

    def uids_known(self, uids: Sequence[str]) -> set[str]:
        chosen = (select(EventMapping.uid).where(EventMapping.uid.in_(some)) for some in portions(uids))
        return {uid for query in chosen for uid in self._database.scalars(query)}

    def sent_since(self, uid: str, since: datetime) -> bool:
        return sent_since(self._database, self._link.id, uid, since)

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

    def add(self, row: "Row") -> None:
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

    def delete(self, row: "Row") -> None:
        if isinstance(row, Session | Series):
            self._units.pop(ref_to(row), None)
        if row in self._database.new:
            self._database.expunge(row)
        else:
            self._database.delete(row)

    def flush(self) -> None:
        if self._flushes:
            self._database.flush()
