"""A small practice, one practitioner's calendar, and a clock: what stories about syncing are told with.

`ours` is the diary, through the same use cases as the command line; `phone` is a calendar app that reads and
writes the server directly and knows nothing of Calendula. The server is the in-memory double.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import Engine, select

from adapters.database.engine import Sessions, connect, sessions
from adapters.database.loading import load_series, load_session, load_sessions
from adapters.database.store import SqlStore
from adapters.ical import ICalendar
from adapters.runner import Runner
from adapters.secrets import SecretBox
from model.act import Act
from model.base import Revision
from model.cancellation import CancellationReason, CancelledBy
from model.details import Kind, LocationType, ShowAs, Source, Status, WorkType
from model.inbound import InboundChange, Notice
from model.journal import HistoryEntry
from model.link import (
    AuthKind,
    CalendarAccount,
    CalendarLink,
    EventMapping,
    LinkState,
    MappingState,
    Mode,
    Role,
)
from model.moment import Moment, Span, key
from model.people import Client, Worker
from model.practice import Practice, Room, Site
from model.recurrence import Rule
from model.series import HORIZON, Pattern, Series, SeriesClient, SeriesWorker
from model.session import Session
from sync.errors import Unreadable
from sync.event import Component, Event
from sync.href import canonical_href
from sync.ports import Item, RemoteCalendar
from sync.run import Report
from sync.settings import Settings
from tests.databases import make_tables
from tests.doubles.remote import InMemoryCalendar, InMemoryServer, uid_of

CHICAGO = ZoneInfo("America/Chicago")
ADELAIDE = ZoneInfo("Australia/Adelaide")
BOX = SecretBox([Fernet.generate_key()])
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_CHANGES = select(InboundChange).order_by(InboundChange.detected_at, InboundChange.id)
_LIVING = select(EventMapping).where(EventMapping.state != MappingState.TOMBSTONE)


def at(day: int, hour: int = 10, minute: int = 0, month: int = 3) -> datetime:
    """Wall time in Adelaide in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=ADELAIDE)


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Ids:
    """Random ids from one seed: the same seed gives the same trace (I13)."""

    source: random.Random = field(default_factory=lambda: random.Random(1))

    def __call__(self) -> UUID:
        return UUID(int=self.source.getrandbits(128), version=4)


class World:
    """A database with one practice, one worker, three clients and one link to an in-memory calendar."""

    def __init__(
        self,
        url: str,
        *,
        server: InMemoryServer | None = None,
        tz: ZoneInfo = ADELAIDE,
        mode: Mode = Mode.TWO_WAY,
        level: str = "reference",
        display: str = "mark",
        settings: Settings | None = None,
        engine: Engine | None = None,
        role: Role = Role.WORK,
    ) -> None:
        """With an `engine`, its database is a copy of another world's, made before anything happened in it."""
        self.clock, self.new_id, self.tz = SetClock(), Ids(random.Random(2 if engine else 1)), tz
        self.server = server or InMemoryServer()
        self.codec = ICalendar()
        self.settings = settings or Settings()
        self.engine = engine or connect(url)
        self.sessions: Sessions = sessions(self.engine, clock=self.clock.now)
        if engine:
            self._take_over(tz, mode, level, display)
        else:
            make_tables(self.engine)
            self._fill(tz, mode, level, display, role)
        store = SqlStore(self.engine, self.sessions, self.settings, clock=self.clock.now, box=lambda: BOX)
        self.runner = self._runner(store)
        self.phone = Phone(self)

    def close(self) -> None:
        self.engine.dispose()

    def replace_store(self, store: SqlStore) -> None:
        """Let runs go through another store on the same database."""
        self.runner = self._runner(store)

    def _runner(self, store: SqlStore) -> Runner:
        return Runner(
            sessions=self.sessions,
            store=store,
            settings=self.settings,
            codecs=lambda: self.codec,
            clock=self.clock,
            new_id=self.new_id,
            calendars=self.open_calendar,
            owner="test",
        )

    @contextmanager
    def open_calendar(self, _: CalendarLink) -> Iterator[RemoteCalendar]:
        """`calendar` is the one that was opened last."""
        self.calendar = InMemoryCalendar(self.server)
        yield self.calendar

    def resume(self, was: "World") -> None:
        """Go on where another world stood, whose database this one has: a new process, so to speak."""
        self.server.become(was.server)
        self.new_id.source.setstate(was.new_id.source.getstate())
        self.clock.at = was.clock.at

    def act(self, actor: str = "sam") -> Act:
        return Act(actor=actor, now=self.clock.now(), new_id=self.new_id)

    def _fill(self, tz: ZoneInfo, mode: Mode, level: str, display: str, role: Role) -> None:
        with self.sessions.begin() as db:
            if db.get(Revision, 1) is None:
                db.add(Revision(id=1, latest=0))
            db.add(Practice(id=self.new_id(), name="Practice", tz=tz.key))
            self.site = Site(id=self.new_id(), ref="adl1", code="ADL1", name="Adelaide clinic", tz=tz.key)
            db.add(self.site)
            db.flush()
            self.room = Room(id=self.new_id(), ref="r1", site_id=self.site.id, name="Room 1", capacity=1)
            self.worker = Worker(id=self.new_id(), ref="priya", name="Priya Rao", tz=tz.key)
            self.clients = [
                Client(id=self.new_id(), ref=f"c{n}", internal_id=f"C-10{n}", name=name)
                for n, name in enumerate(("Noor Haddad", "Jordan Blake", "Eva Petrov"))
            ]
            self.reasons = {
                by: CancellationReason(id=self.new_id(), ref=by.lower(), type=by, text="Training")
                for by in CancelledBy
            }
            db.add_all([self.room, self.worker, *self.clients, *self.reasons.values()])
            db.flush()
            account = CalendarAccount(
                id=self.new_id(), worker_id=self.worker.id, server="", user="priya",
                auth=AuthKind.PASSWORD, secret=b"",
            )  # fmt: skip
            db.add(account)
            db.flush()
            link = CalendarLink(
                id=self.new_id(), ref="priya", worker_id=self.worker.id, account_id=account.id,
                href=self.server.path, tz=tz.key, role=role, mode=mode, privacy_level=level,
                cancelled_display=display, pull_s=300, profile={}, state=LinkState.ACTIVE,
                next_run_at=self.clock.now(),
            )  # fmt: skip
            db.add(link)
            self.link_id = link.id

    def _take_over(self, tz: ZoneInfo, mode: Mode, level: str, display: str) -> None:
        with self.sessions.begin() as db:
            self.site = db.scalars(select(Site)).one()
            db.scalars(select(Practice)).one().tz = self.site.tz = tz.key
            self.room = db.scalars(select(Room)).one()
            self.worker = db.scalars(select(Worker)).one()
            self.worker.tz = tz.key
            self.clients = list(db.scalars(select(Client).order_by(Client.ref)))
            self.reasons = {reason.type: reason for reason in db.scalars(select(CancellationReason))}
            link = db.scalars(select(CalendarLink)).one()
            link.tz, link.mode, link.privacy_level, link.cancelled_display = tz.key, mode, level, display
            self.link_id = link.id

    # --- runs --------------------------------------------------------------------------------------------

    def sync(self, job: str = "sync") -> Report:
        report = self.runner.sync(self.link_id, job=job)
        assert isinstance(report, Report), report
        return report

    def settle(self) -> None:
        """Runs until nothing is planned; must not take many (I1)."""
        for _ in range(4):
            report = self.sync()
            if report.ok and not report.lines:
                return
        raise AssertionError(f"not quiet after four runs: {report}")

    # --- our side ----------------------------------------------------------------------------------------

    def add_session(self, start: datetime, *, minutes: int = 60, clients: int = 1, **details: object) -> UUID:
        kind = Kind(str(details.pop("kind", Kind.CLIENT_SESSION)))
        with self.sessions.begin() as db:
            session = Session(
                id=self.new_id(), kind=kind,
                work_type=WorkType.GROUP if clients > 1 else WorkType.APPOINTMENT,
                status=Status.ROSTERED, source=Source.STAFF, site_id=self.site.id,
                location_type=LocationType.SITE, show_as=ShowAs.BUSY,
            )  # fmt: skip
            for name, value in details.items():
                setattr(session, name, value)
            self._people(
                session, Span(start=start, end=start + timedelta(minutes=minutes), tz=self.tz), clients
            )
            db.add(session)
            return session.id

    def _people(self, session: Session, span: Span, clients: int) -> None:
        session.clients, session.workers, session.cancellations = [], [], []
        session.is_exception = False
        session.span = span
        session.add_worker(self.worker, self.act())
        if session.has_client:
            for client in self.clients[:clients]:
                session.add_client(client, self.act())

    def add_series(
        self,
        start: datetime,
        rule: str,
        *,
        minutes: int = 60,
        kind: Kind = Kind.CLIENT_SESSION,
        **details: object,
    ) -> UUID:
        with self.sessions.begin() as db:
            span = Span(start=start, end=start + timedelta(minutes=minutes), tz=self.tz)
            series = Series(
                id=self.new_id(), kind=kind, work_type=WorkType.APPOINTMENT, status=Status.ROSTERED,
                source=Source.STAFF, site_id=self.site.id, location_type=LocationType.SITE, show_as=ShowAs.BUSY,
            )  # fmt: skip
            for name, value in details.items():
                setattr(series, name, value)
            series.pattern = Pattern(span=span, rule=Rule.parse(rule, start))
            series.exdate_text = ""
            series.materialised_until = self.clock.now()
            series.occurrences = []
            series.workers = [SeriesWorker(worker_id=self.worker.id, worker=self.worker)]
            series.clients = []
            if series.has_client:
                client = self.clients[0]
                series.clients = [SeriesClient(client_id=client.id, client=client)]
            series.materialise(self.clock.now() + HORIZON, self.act())
            db.add(series)
            return series.id

    @contextmanager
    def session(self, session_id: UUID) -> Iterator[Session]:
        """A loaded session, committed when left."""
        with self.sessions.begin() as db:
            found = load_session(db, session_id)
            assert found is not None
            yield found

    @contextmanager
    def series(self, series_id: UUID) -> Iterator[Series]:
        """A loaded series, committed when left."""
        with self.sessions.begin() as db:
            found = load_series(db, series_id)
            assert found is not None
            yield found
            db.add(found)

    def all_sessions(self) -> list[Session]:
        with self.sessions() as db:
            return load_sessions(db, db.scalars(select(Session.id)))

    def changes(self) -> list[InboundChange]:
        with self.sessions() as db:
            return list(db.scalars(_CHANGES))

    def judged(self) -> list[tuple[str, str, str]]:
        """What was judged so far: code, state, reason."""
        return [(c.code, str(c.state), c.reason_code) for c in self.changes()]

    def notices(self) -> list[str]:
        with self.sessions() as db:
            return list(db.scalars(select(Notice.code)))

    def mappings(self) -> list[EventMapping]:
        with self.sessions() as db:
            return list(db.scalars(_LIVING))

    def link(self) -> CalendarLink:
        with self.sessions() as db:
            return db.get_one(CalendarLink, self.link_id)

    def history(self) -> list[str]:
        with self.sessions() as db:
            return list(db.scalars(select(HistoryEntry.action).order_by(HistoryEntry.at, HistoryEntry.id)))


class Phone:
    """A calendar app: it reads resources, changes some lines, and puts them back."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _calendar(self) -> InMemoryCalendar:
        return InMemoryCalendar(self._world.server)

    def items(self) -> list[Item]:
        return sorted(self._world.server.items.values(), key=lambda item: item.href)

    def events(self) -> list[Event]:
        """All that can be read."""
        return [event for item in self.items() if (event := self._readable(item)) is not None]

    def spoiled(self) -> list[Item]:
        """What no program can read."""
        return [item for item in self.items() if self._readable(item) is None]

    def _readable(self, item: Item) -> Event | None:
        try:
            return self.read(item)
        except Unreadable:
            return None

    def read(self, item: Item) -> Event:
        reading = self._world.codec.read(item.body, tz=self._world.tz)
        assert reading is not None
        return reading.event

    def only(self) -> Event:
        (event,) = self.events()
        return event

    def item(self, uid: str) -> Item:
        return next(item for item in self.items() if uid_of(item.body) == uid)

    def write(self, event: Event) -> None:
        """Put an edited event back, keeping every line that was not edited."""
        item = self.item(event.uid)
        later = self._world.clock.now() + timedelta(seconds=1)  # nobody edits in the very second of our write
        body = self._world.codec.patch(item.body, event, now=later, tz=self._world.tz)
        self._calendar.replace(item.href, body, etag=item.etag or "")

    def write_raw(self, uid: str, body: bytes) -> None:
        item = self.item(uid)
        self._calendar.replace(item.href, body, etag=item.etag or "")

    def add(self, event: Event) -> str:
        href = self._calendar.new_href(f"phone-{event.uid}")
        self._calendar.create(href, self._world.codec.write(event, now=self._world.clock.now()))
        return canonical_href(href)

    def add_raw(self, name: str, body: bytes) -> None:
        self._calendar.create(self._calendar.new_href(name), body)

    def delete(self, uid: str) -> None:
        item = self.item(uid)
        self._calendar.delete(item.href, etag=item.etag)

    def move(self, uid: str, start: Moment, *, minutes: int | None = None) -> None:
        """Drag a single event (or, for a series, all of it)."""
        event = self.read(self.item(uid))
        assert event.master is not None
        if event.recurring:
            event = event.moved_by(start)
        assert event.master is not None
        moved = event.master.starting(start)
        if minutes is not None and isinstance(moved.start, datetime):
            moved = replace(moved, end=moved.start + timedelta(minutes=minutes))
        self.write(replace(event, master=moved))

    def move_occurrence(self, uid: str, original: Moment, start: Moment) -> None:
        event = self.read(self.item(uid))
        stands = event.occurrence(key(original))
        assert stands is not None
        self.write(replace(event, overrides={**event.overrides, key(original): stands.starting(start)}))

    def delete_occurrence(self, uid: str, original: Moment) -> None:
        event = self.read(self.item(uid))
        overrides = {rid: c for rid, c in event.overrides.items() if rid != key(original)}
        self.write(replace(event, exdates=event.exdates | {key(original)}, overrides=overrides))

    def edit(self, uid: str, **values: object) -> None:
        """Change properties of the master."""
        event = self.read(self.item(uid))
        assert event.master is not None
        self.write(replace(event, master=replace(event.master, **values)))  # type: ignore[arg-type]


def dentist(uid: str, start: datetime, *, minutes: int = 60, **values: object) -> Event:
    """An event that a practitioner makes on the phone."""
    master = Component(start=start, end=start + timedelta(minutes=minutes), summary="Dentist")
    return Event(uid=uid, master=replace(master, **values))  # type: ignore[arg-type]
