"""What a run needs from our own database, as protocols; `adapters.database.store` fulfils them.

A `Work` is one short transaction of a leased link: entering it renews the lease and checks its fencing
number, leaving it commits. No transaction spans a request (DESIGN, remember).
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from model.journal import HistoryEntry, Intent
from model.link import CalendarLink, EventMapping, SeenItem
from model.people import Client, Worker
from model.series import Series
from model.session import Session
from sync.archive import Action, Standing
from sync.disclosure import Unit
from sync.ports import Position

if TYPE_CHECKING:  # a run that finds nothing does without these nouns
    from model.busy import BusyBlock
    from model.inbound import InboundChange, Notice
    from model.reserved_slot import ReservedSlot
    from model.roster import RosterPeriod
    from sync.resource import Occupied

    Row = (
        Session
        | Series
        | ReservedSlot
        | EventMapping
        | SeenItem
        | BusyBlock
        | Intent
        | InboundChange
        | Notice
        | HistoryEntry
    )


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to write for one link, until it runs out; `fence` proves it on every write (FAILURES E12).

    It is had for one run, of a `job`, that began at `since`.
    """

    link_id: UUID
    owner: str
    fence: int
    run_id: UUID
    job: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Nothing waits on our side, up to our change `newest`; in the calendar we are at `position`.

    `seen` and `due` are what the link said then: what a person sets meanwhile is not to be overwritten.
    """

    position: Position
    newest: int
    seen: int
    due: datetime


@dataclass(frozen=True, kw_only=True)
class UnitRef:
    """Names a session or a series without loading it."""

    kind: Literal["session", "series"]
    id: UUID


Placed = tuple[Session, datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site, or a room of it, by its id."""

    site_id: UUID
    room_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One entry of the archive, still sealed; without a `mapping_id` it is about units here, not the calendar."""

    number: int
    run_id: UUID
    action: Action
    uid: str
    mapping_id: UUID | None
    units: tuple[UnitRef, ...]
    after: str
    sealed: bytes | None


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Conflicts at a time: hard ones refuse, soft ones warn (DOMAIN 4)."""

    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What stands at a time in one calendar of a worker, as it was last seen there."""

    link_id: UUID
    starts_at: datetime
    ends_at: datetime
    rule: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """An own event of the practitioner's that came with this run or the one before; `copied`: as a copy of ours."""

    mapping: EventMapping
    copied: bool


class Work(Protocol):
    """One transaction."""

    @property
    def link(self) -> CalendarLink:
        """The leased link, with its worker."""

    @property
    def maximum_level(self) -> str:
        """The highest privacy level that an attestation allows for this practice."""

    @property
    def requests(self) -> frozenset[UUID]:
        """The sessions that this worker is asked to take, where calendars show that (002-11)."""

    def owner(self) -> Worker:
        """The worker whose calendar this is."""

    def load(self, ref: UnitRef) -> Unit | None:
        """A session or series with everything its rules and its projection need."""

    def load_many(self, refs: Sequence[UnitRef]) -> Mapping[UnitRef, Unit]:
        """The same for a batch, in a fixed number of queries."""

    def mappings_at(self, href_keys: Sequence[str]) -> dict[str, EventMapping]:
        """Mappings by href key."""

    def mappings_with(self, uids: Sequence[str]) -> dict[str, EventMapping]:
        """Mappings by UID, tombstones too."""

    def mappings_of(self, refs: Sequence[UnitRef]) -> dict[UnitRef, EventMapping]:
        """Living mappings (no tombstones) by what they show."""

    def mappings_in(self, states: Sequence[str]) -> list[EventMapping]:
        """Mappings in one of these states."""

    def unechoed(self) -> dict[str, datetime]:
        """When we created what no position covers yet, by href key."""

    def heard(self, href_keys: Collection[str]) -> None:
        """These are covered now."""

    def newcomers(self, run_id: UUID) -> list[Newcomer]:
        """What was made a worker's own event in this run or since the last good one began (E17, E18)."""

    def mapping(self, mapping_id: UUID) -> EventMapping | None:
        """One mapping."""

    def mappings(self, ids: Sequence[UUID]) -> dict[UUID, EventMapping]:
        """Several, by their ids."""

    def windows(self) -> "list[ReservedSlot]":
        """The windows in which this worker can be booked, with their types."""

    def windows_shown(self, prefix: str, *, waiting: bool) -> list[EventMapping]:
        """The mappings that show something named so; `waiting`: only those that wait for a write."""

    def windows_cut(self, run_id: UUID) -> "list[InboundChange]":
        """Which windows were cut short in this calendar (E7) with this run or since the last good one, and have nothing
        yet that goes on."""

    def parts_of(self, ids: Sequence[UUID]) -> list[EventMapping]:
        """Living resources that hold overrides of these mappings' series (FAILURES B21)."""

    def seen_at(self, href_keys: Sequence[str]) -> dict[str, SeenItem]:
        """Items set aside, by href key."""

    def seen_unfetched(self) -> list[SeenItem]:
        """Items that the server would not hand out."""

    def blocks_of(self, item_ids: Sequence[UUID]) -> "Mapping[UUID, Sequence[BusyBlock]]":
        """The times that items of a busy source take, in order."""

    def blocking(self, href_keys: Sequence[str], *, now: datetime) -> tuple[int, int]:
        """How many of these hrefs of a busy source take time, and how many of those still to come (E21)."""

    def blocking_ahead(self, *, now: datetime) -> int:
        """How many items of a busy source take time still to come."""

    def to_expand(self, *, before: datetime) -> list[str]:
        """Hrefs of what repeats in a busy source and is known only until some time before that."""

    def forget_busy(self, *, before: datetime) -> None:
        """Let go of times that were over by then."""

    def shown_by_us(self, uids: Sequence[str]) -> frozenset[str]:
        """Which of these UIDs are of sessions that the practice shows in a calendar of this worker's."""

    def changed_units(self, *, since: int, ending_after: datetime) -> dict[UnitRef, int]:
        """Units of this worker with a newer `rev` that end late enough or are mapped already; in its order."""

    def latest_rev(self) -> int:
        """The newest change that was committed before this transaction."""

    def client_resources(self, href_keys: Sequence[str], *, now: datetime) -> tuple[int, int]:
        """How many of these hrefs carry clients, and how many of those lie in the future (E21)."""

    def future_client_resources(self, *, now: datetime) -> int:
        """How many mapped resources carry clients and lie in the future."""

    def went_back(self, etags: Mapping[str, str | None]) -> list[str]:
        """Which of these href keys have an ETag again that they had before (B16)."""

    def clash(self, placed: Sequence[Placed]) -> Clash:
        """Who or what else is there, where these sessions would go; UTC instants."""

    def occupied(self, shown: Collection[str], *, now: datetime) -> "list[Occupied]":
        """What takes this link's room, asset or bed in its window, and whatever of `shown` still does."""

    def place_named(self, text: str) -> Place | None:
        """The one site or room that has exactly this name."""

    def period(self, period_id: UUID) -> "RosterPeriod | None":
        """A roster period by itself, without what is planned in it."""

    def clients_shown(self) -> Sequence[Client]:
        """The clients of what this link shows."""

    def bookings_at(self, start: datetime, end: datetime, rule: str) -> int:
        """How many bookings that this link shows stand at this time, and repeat by this rule."""

    def once_shown(self, uids: Sequence[str]) -> dict[str, UnitRef]:
        """What earlier, ended links of this worker showed under these UIDs, and this one does not yet (F3)."""

    def left_beside(self, uids: Sequence[str]) -> frozenset[str]:
        """Which of these UIDs earlier, ended links of this worker gave to what stands beside sessions."""

    def unshown_at(self, starts: Collection[datetime]) -> list[UnitRef]:
        """Units of this worker that begin at these instants, and that this link does not show yet."""

    def shown_at(self, starts: Collection[datetime]) -> Sequence[Shown]:
        """What this worker's calendars show that begins at these instants, with what it repeats by."""

    def replaced_uid(self, session: Session) -> str:
        """The UID of what shows the session that this one replaces: on this link, else in the calendar that showed it
        first, as the worker may be another; empty where there is none."""

    def intents(self) -> list[Intent]:
        """Announced writes that were never settled."""

    def held(self, mapping_id: UUID) -> "list[InboundChange]":
        """Changes of one mapping that wait for an answer."""

    def noticed(self, *, session_id: UUID | None, code: str, day: str) -> bool:
        """Whether that notice was already given for this session on this day (DOMAIN 1.8)."""

    def uids_known(self, uids: Sequence[str]) -> set[str]:
        """Which of these UIDs any link has, or had."""

    def replaced_lately(self, uids: Sequence[str], *, since: datetime) -> dict[str, frozenset[str]]:
        """The ETags that our own writes have put an end to, by UID."""

    def sent_since(self, uid: str, since: datetime) -> bool:
        """Whether a write of ours to this event was settled after an instant, and no edit of it was judged since."""

    def keep(
        self, mapping: EventMapping, action: Action, before: Standing | None, body: bytes | None
    ) -> None:
        """Put into the archive how an event stood before this run changed it to `body` (None: gone)."""

    def kept_since(self, run_ids: Collection[UUID]) -> list[Kept]:
        """The archive of this link from the first entry of one of these runs on, in order."""

    def standing(self, kept: Kept) -> Standing | None:
        """Unseal how an event stood; None: it was not there."""

    def undo(self, kept: Sequence[Kept]) -> bool:
        """Bring units back to what they were before these entries, the newest first; False: they changed since,
        and nothing was done."""

    def add(self, row: "Row") -> None:
        """Store a new row with this transaction."""

    def in_bulk(self) -> AbstractContextManager[None]:
        """Within it, what is added is inserted together at the end, and must not be changed any more then."""

    def delete(self, row: "Row") -> None:
        """Delete a row with this transaction."""

    def flush(self) -> None:
        """Send what was changed so far to the database, still inside the transaction."""


class Store(Protocol):
    """The database, as a run sees it."""

    def begin(self, lease: Lease) -> None:
        """Write down that this run has something to do."""

    def work(self, lease: Lease) -> AbstractContextManager[Work]:
        """A transaction under the lease; raises `LeaseLost` when somebody else holds the link."""

    def known(self, link_id: UUID, href_keys: Sequence[str] | None) -> dict[str, str | None]:
        """ETags by href key, of mapped and of seen items; None asks for all of them."""

    def preview(self, link_id: UUID) -> AbstractContextManager[Work]:
        """A view that is never committed, without a lease (`plan`)."""

    def rehearsal(self, link_id: UUID) -> AbstractContextManager[Work]:
        """A transaction that is done and rolled back, without a lease (`rewind`)."""


def ref_of(mapping: EventMapping) -> UnitRef | None:
    """What a mapping shows."""
    if mapping.series_id is not None:
        return UnitRef(kind="series", id=mapping.series_id)
    return UnitRef(kind="session", id=mapping.session_id) if mapping.session_id is not None else None


def ref_to(unit: Unit) -> UnitRef:
    """The name of a loaded unit."""
    return UnitRef(kind="series" if isinstance(unit, Series) else "session", id=unit.id)


def zone_of(link: CalendarLink) -> ZoneInfo:
    """The calendar's zone: floating times and whole days are read in it."""
    return ZoneInfo(link.tz)
