"""What one run carries along: its tools, its lease, its counts, and the few readings every step needs.

Values and small look-ups only; the steps themselves are `recover`, `pull`, `push`, and their order `run`'s.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from model.act import Act
from model.details import Source, Status
from model.journal import HistoryEntry
from model.link import CalendarLink, EventMapping
from model.series import HORIZON
from model.session import Session
from sync.adopt import orphans_as_single
from sync.declined import as_answered
from sync.disclosure import Unit, View, effective_level
from sync.errors import LeaseLost, Stopped, Unreadable
from sync.event import Event
from sync.ports import Clock, Codec, Item, Look, Position, RemoteCalendar
from sync.projection import in_request, project
from sync.settings import LEVELS, Level, Settings
from sync.store import Lease, Quiet, Store, UnitRef, Work


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing a run did, or would do: for `plan`, `sync` and the demo to show. Ids, codes and times, no texts.

    `start` and `kind` are for people to recognise it by: nobody knows a UID.
    """

    action: str
    uid: str
    code: str = ""
    decision: str = ""
    reason: str = ""
    recurrence_id: str = ""
    warnings: tuple[str, ...] = ()
    start: str = ""
    kind: str = ""


@dataclass(kw_only=True)
class Run:
    """One run of one link. `dry`: look and decide only (`plan`); `full`: list and compare everything (reconcile);
    `listing`: only list everything there, as tokens may have lost something.

    `stopping` is asked between pages and batches; `heard` is told each line as it comes. `agreed`: what this
    run took in just now, by the `rev` at which both sides agree: nothing to push until it changes again. `owner`: the
    addresses of whose calendar it is. `only_read`: it is a busy source; `mirrors`: the calendar of a room, an asset or
    a bed. `quiet`: nothing waited on our side as the run
    began; `looked`: what a first look there found nevertheless. `codecs` makes the codec, for the first event that
    is read or written: most runs see none.
    """

    link_id: UUID
    run_id: UUID
    store: Store
    calendar: RemoteCalendar
    codecs: Callable[[], Codec]
    clock: Clock
    new_id: Callable[[], UUID]
    settings: Settings
    tz: ZoneInfo
    actor: str
    only_read: bool = False
    mirrors: bool = False
    lease: Lease | None = None
    dry: bool = False
    full: bool = False
    listing: bool = False
    stopping: Callable[[], bool] = lambda: False
    heard: Callable[[Line], None] = lambda _: None
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    preview: Work | None = None
    agreed: dict[UnitRef, int] = field(default_factory=dict)
    held_until: datetime | None = None
    owner: frozenset[str] = frozenset()
    quiet: Quiet | None = None
    looked: Look | None = None

    @cached_property
    def codec(self) -> Codec:
        """What understands and writes events."""
        return self.codecs()

    def look(self, position: Position | None) -> Look:
        """What changed there; what was looked at already is not asked for again."""
        looked, self.looked = self.looked, None
        return looked or self.calendar.look(position)

    def begin(self) -> None:
        """Have it written down that this run does something."""
        if self.lease is not None:
            self.store.begin(self.lease)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction of this run; of a dry run the one view that is never committed, or else a rehearsal."""
        if self.preview is not None:
            yield self.preview
        elif self.lease is not None:
            asked = self.clock.now()
            with self.store.work(self.lease) as work:
                yield work
            self.held_until = asked + timedelta(seconds=self.settings.sync.lease_s)
        elif self.dry:
            with self.store.rehearsal(self.link_id) as work:
                yield work
        else:
            raise RuntimeError("a run needs a lease, or to be dry")

    def hold(self, seconds: float) -> None:
        """Make sure that the lease outlasts the next seconds; LeaseLost where it is not ours any more (E12)."""
        if self._holds(seconds):
            return
        with self.work():
            pass  # entering renews it
        if not self._holds(seconds):
            raise LeaseLost("the lease is shorter than a write may take: raise sync.lease_s")

    def _holds(self, seconds: float) -> bool:
        until = self.clock.now() + timedelta(seconds=seconds)
        return self.held_until is not None and until <= self.held_until

    def act(self) -> Act:
        return Act(actor=self.actor, now=self.clock.now(), new_id=self.new_id)

    @property
    def horizon(self) -> datetime:
        """How far endless rules are expanded when they are compared."""
        return self.clock.now() + 2 * HORIZON

    def understand(self, body: bytes, href: str = "") -> Event | None:
        """Read what a server handed out, as its owner sees it; raises `Unreadable`."""
        reading = self.codec.read(body, tz=self.tz, href=href)
        return as_answered(reading.event, self.owner) if reading is not None else None

    def uid_in(self, item: Item) -> str | None:
        """The UID of what a server handed out; None where it cannot be read, or is no event."""
        try:
            event = self.understand(item.body, item.href)
        except Unreadable:
            return None
        return event.uid if event is not None else None

    def read(self, body: bytes, href: str = "") -> Event:
        """Read what we stored ourselves, which was readable before."""
        event = self.understand(body, href)
        if event is None:
            raise ValueError(f"the stored form of {href} holds no event")
        return orphans_as_single(event)

    def bases(self, mapping: EventMapping) -> tuple[Event, Event] | None:
        """What the server had and what we had projected, when both sides last agreed."""
        if mapping.base_ical is None:
            return None
        base = self.read(mapping.base_ical, mapping.href)
        pushed = base if mapping.pushed_ical is None else self.read(mapping.pushed_ical, mapping.href)
        return base, pushed

    def level(self, work: Work) -> Level:
        """The privacy level at which this link really shows things."""
        return effective_level(_level(work.link.privacy_level), _level(work.maximum_level))

    def view(self, work: Work, mapping: EventMapping | None, unit: Unit) -> View:
        """How this link shows one unit."""
        link = work.link
        return View(
            worker_id=link.worker_id,
            level=self.level(work),
            privacy=self.settings.privacy,
            mark_cancelled=link.cancelled_display == "mark",
            mark_completed=self.settings.sync.mark_completed,
            push_drafts=self.settings.sync.push_drafts,
            emit_attendees=self.settings.sync.emit_attendees,
            note=mapping.note if mapping else "",
            waiting=frozenset(mapping.waiting.split()) if mapping else frozenset(),
            related_to=work.replaced_uid(unit)
            if not hasattr(unit, "occurrences") and unit.replaces_id
            else "",
            away=mapping.away if mapping else unit.source is Source.CALENDAR,
        )

    def project(
        self, work: Work, unit: Unit | None, mapping: EventMapping | None, uid: str = ""
    ) -> Event | None:
        """What this link should show for a unit now; None: nothing."""
        if unit is None:
            return None
        if isinstance(unit, Session) and self.is_request(work, unit):
            return in_request(unit, mapping.uid if mapping else uid, self.view(work, mapping, unit))
        return project(unit, mapping.uid if mapping else uid, self.view(work, mapping, unit))

    def is_request(self, work: Work, unit: Unit) -> bool:
        """Whether this worker is only asked to take it: what is theirs already is shown as it is (002-11); or a client
        asks for it, and nobody has answered (R64)."""
        if isinstance(unit, Session) and unit.status is Status.PENDING:
            return any(one.worker_id == work.link.worker_id for one in unit.active_workers)
        if unit.id not in work.requests or not isinstance(unit, Session):
            return False
        return all(one.worker_id != work.link.worker_id for one in unit.active_workers)

    def go_on(self) -> None:
        """Between two pages or batches: end here where the process is about to end."""
        if self.stopping():
            raise Stopped("the run was asked to end")

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] += by

    def tell(self, line: Line) -> None:
        self.lines.append(line)
        self.heard(line)
        self.count(f"{line.action}.{line.decision}".lower().rstrip("."))

    def record(
        self,
        work: Work,
        action: str,
        *,
        mapping: EventMapping | None = None,
        unit: Unit | None = None,
        code: str = "",
        detail: dict[str, object] | None = None,
    ) -> None:
        """Append one line to the history: ids, codes and times."""
        series_id = mapping.series_id if mapping else None
        session_id = mapping.session_id if mapping else None
        if unit is not None:
            series_id, session_id = (unit.id, None) if hasattr(unit, "occurrences") else (None, unit.id)
        work.add(
            HistoryEntry(
                id=self.new_id(),
                at=self.clock.now(),
                actor=self.actor,
                action=action,
                run_id=self.run_id,
                link_id=self.link_id,
                uid=mapping.uid if mapping else "",
                session_id=session_id,
                series_id=series_id,
                code=code,
                detail=detail or {},
            )
        )


def kind_of(unit: Unit) -> str:
    """What a unit is, in a word."""
    return f"{unit.kind.value} series" if hasattr(unit, "occurrences") else unit.kind.value


def _level(text: str) -> Level:
    return next((level for level in LEVELS if level == text), "busy")


def in_window(unit: Unit, *, now: datetime, past_days: int, future_days: int) -> bool:
    """Whether a unit not yet there belongs into the calendar (DOMAIN 5, window)."""
    first = unit.starts_at
    last = (
        max((o.ends_at for o in unit.occurrences), default=unit.ends_at)
        if hasattr(unit, "occurrences")
        else unit.ends_at
    )
    return last >= now - timedelta(days=past_days) and first <= now + timedelta(days=future_days)


def actor_of(link: CalendarLink) -> str:
    """How the history names what came through a link."""
    return f"calendar:{link.ref}"
