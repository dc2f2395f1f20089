"""A practice on disk with many sessions, linked to one calendar: what the benchmarks run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from adapters.app import App
from adapters.cli.context import Here
from adapters.database.loading import load_session
from adapters.demo.radicale import Server
from model.act import Act
from model.details import Kind, LocationType, Source, Status
from model.link import CalendarLink
from model.moment import Span
from model.people import Client, Worker
from model.practice import Site
from model.session import Session
from sync.run import Report
from tests.practice import Commands

ADELAIDE = ZoneInfo("Australia/Adelaide")
_PER_DAY = 32  # a quarter of an hour each, so that 10,000 fit into a year


@dataclass
class BenchPractice:
    """One practice with one link, run in this process or as a command."""

    app: App
    config: Path
    link_id: UUID

    def fill(self, count: int) -> None:
        """Sessions of one worker with one client each, from tomorrow on."""
        act = Act(actor="bench", now=self.app.clock(), new_id=uuid4)
        with self.app.sessions.begin() as database:
            site = database.scalars(select(Site).where(Site.ref == "adelaide")).one()
            worker = database.scalars(select(Worker).where(Worker.ref == "priya")).one()
            client = database.scalars(select(Client).where(Client.ref == "noor")).one()
            for number in range(count):
                database.add(_session(number, site, worker, client, act))

    def run(self) -> Report:
        """One run, which has to go well."""
        report = self.app.runner.sync(self.link_id)
        if not isinstance(report, Report) or not report.ok:
            raise RuntimeError(f"the run failed: {report}")
        return report

    def link_profile(self) -> dict[str, object]:
        """What the server was seen to do."""
        with self.app.sessions() as database:
            return dict(database.get_one(CalendarLink, self.link_id).profile)

    def use_one_connection(self) -> None:
        """As the client it is compared with does."""
        with self.app.sessions.begin() as database:
            link = database.get_one(CalendarLink, self.link_id)
            link.profile = {**link.profile, "connections": 1}

    def move_one(self) -> None:
        """One local change: the first session is a minute later."""
        with self.app.sessions.begin() as database:
            first = database.scalars(select(Session.id).order_by(Session.starts_at).limit(1)).one()
            row = load_session(database, first)
            assert row is not None
            row.move(row.span.starting(row.span.start + timedelta(minutes=1)))


@contextmanager
def practice(folder: Path, server: Server, url: str, *, count: int = 0) -> Iterator[BenchPractice]:
    """Set one up in `folder`, with `count` sessions, linked two-way to the calendar at `url`."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = Commands(folder, datetime.now(UTC))
    commands.set_up()
    commands.link(server, url, worker="priya")
    here = Here(clock=lambda: datetime.now(UTC), new_id=uuid4, environ={}, config_name=str(commands.config))
    try:
        with here.sessions() as database:
            link_id = database.scalars(select(CalendarLink.id)).one()
        made = BenchPractice(app=here.app, config=commands.config, link_id=link_id)
        made.fill(count)
        yield made
    finally:
        here.close()


def _session(number: int, site: Site, worker: Worker, client: Client, act: Act) -> Session:
    day = (act.now + timedelta(days=1 + number // _PER_DAY)).astimezone(ADELAIDE).date()
    start = datetime(day.year, day.month, day.day, 9, tzinfo=ADELAIDE) + timedelta(
        minutes=15 * (number % _PER_DAY)
    )
    row = Session(
        id=act.new_id(),
        kind=Kind.CLIENT_SESSION,
        status=Status.ROSTERED,
        source=Source.STAFF,
        location_type=LocationType.SITE,
        site_id=site.id,
    )
    row.clients, row.workers, row.cancellations = [], [], []
    row.span = Span(start=start, end=start + timedelta(minutes=15), tz=ADELAIDE)
    row.add_client(client, act)
    row.add_worker(worker, act)
    return row
