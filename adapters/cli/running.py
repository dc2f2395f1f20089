"""The command run: keep all links in step until told to stop."""

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from adapters.app import App
    from adapters.scheduler import Scheduler


def run(ctx: typer.Context) -> None:
    """Keep every link in step until told to stop.

    SIGTERM or Ctrl-C end it, after the item in hand. It logs to stderr.
    Several of these on one database do not disturb each other.

    Example: calendula run
    """
    from adapters.logs import configure
    from adapters.scheduler import serve

    command = here(ctx)
    _ = command.box  # a missing key is said now, not at the first run
    log = configure(command.config.log)
    ended = threading.Event()

    def end(number: int, _: FrameType | None) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    log.info("started")
    serve(_scheduler(command.app, log), ended)
    log.info("stopped")


def _scheduler(app: "App", log: "FilteringBoundLogger") -> "Scheduler":
    from adapters.due_links import due_links
    from adapters.jobs import Jobs
    from adapters.scheduler import Limits, Scheduler

    sync = app.config.sync
    inbound = app.config.inbound
    jobs = Jobs(sessions=app.sessions, clock=app.clock, new_id=app.new_id, inbound=inbound)
    return Scheduler(
        runs=app.runner,
        due=lambda: due_links(app.sessions, now=app.clock()),
        jobs=jobs.run_due,
        limits=Limits(parallel=sync.parallel_links, per_host=sync.per_host),
        log=log,
    )
