"""What the made-up practice costs: taking all of it in, and the first push of one worker's twelve weeks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from uuid import uuid4

from sqlalchemy import func, select

from adapters.cli.context import Here
from adapters.database.engine import reading
from adapters.demo.radicale import Server
from model.link import CalendarLink, EventMapping
from model.session import Session
from sync.run import Report
from tests.benchmarks.report import Figure
from tests.practice import Commands
from tests.servers import fresh_collection

_WORKER = "harbour-physio"


def whole_practice(folder: Path, server: Server) -> Iterator[Figure]:
    """In this process, with the command line's own settings."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = Commands(folder, datetime.now(UTC))
    commands.set_up()
    commands.ok("practice", "sample", str(folder / "sample"), "--seed", "1")
    wall, cpu = perf_counter(), process_time()
    commands.ok("practice", "import", str(folder / "sample"))
    wall, cpu = perf_counter() - wall, process_time() - cpu
    with fresh_collection(server) as url:
        commands.link(server, url, worker=_WORKER)
        yield from _figures(commands, wall, cpu)


def _figures(commands: Commands, wall: float, cpu: float) -> Iterator[Figure]:
    here = Here(clock=lambda: datetime.now(UTC), new_id=uuid4, environ={}, config_name=str(commands.config))
    try:
        with reading(here.sessions) as database:
            sessions = database.scalar(select(func.count()).select_from(Session))
            link = database.scalars(select(CalendarLink.id)).one()
        yield Figure(
            what="Import of the sample practice (SQLite)",
            target="",
            figure=f"{wall:.1f} s",
            more=f"{cpu:.1f} s of CPU, {sessions:,} sessions of 30 workers with their people, plans, rosters and stays",
        )
        began = perf_counter()
        report = here.app.runner.sync(link)
        took = perf_counter() - began
        if not isinstance(report, Report) or not report.ok:
            raise RuntimeError(f"the run failed: {report}")
        with reading(here.sessions) as database:
            events = database.scalar(select(func.count()).select_from(EventMapping))
        yield Figure(
            what="First push of one worker's 12 weeks of the sample practice",
            target="",
            figure=f"{took:.1f} s",
            more=f"{events:,} calendar objects, most of them series",
        )
    finally:
        here.close()
