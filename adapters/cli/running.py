"""The command run: keep all links in step until told to stop."""

import signal
import threading
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from structlog.typing import FilteringBoundLogger

    from adapters.app import App
    from adapters.scheduler import Scheduler
    from sync.run import Report


def run(ctx: typer.Context) -> None:
    """Keep every link in step until told to stop.

    SIGTERM or Ctrl-C end it, after the item in hand. It logs to stderr.
    Several of these on one database do not disturb each other.
    With [monitor] port it answers GET /healthz and /metrics on loopback; with [web] in_run it serves the HTTP API.

    Example: calendula run
    """
    from adapters.logs import configure
    from adapters.scheduler import serve

    command = here(ctx)
    _ = command.box  # a missing key is said now, not at the first run
    log = configure(command.config.log)
    ended = told_to_stop(log)
    log.info("started")
    port = command.config.monitor.port
    with _web(command.app):
        if port:
            _serve_watched(command.app, log, ended, port)
        else:
            serve(_scheduler(command.app, log), ended)
    log.info("stopped")


def told_to_stop(log: "FilteringBoundLogger") -> threading.Event:
    """What is set once SIGTERM or Ctrl-C came."""
    ended = threading.Event()

    def end(number: int, _: FrameType | None) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return ended


@contextmanager
def _web(app: "App") -> "Iterator[None]":
    """The HTTP API beside the scheduler, where the configuration wants it."""
    if not app.config.web.in_run:
        yield
        return
    from adapters.web.serving import beside

    with beside(app):
        yield


def _serve_watched(app: "App", log: "FilteringBoundLogger", ended: threading.Event, port: int) -> None:
    """The same, and say on a loopback port how it goes."""
    from adapters.metrics import Metrics
    from adapters.monitor import listening
    from adapters.scheduler import serve

    sync = app.config.sync
    metrics = Metrics(
        sessions=app.sessions,
        clock=app.clock,
        item_writes=sync.item_writes,
        stale_after=timedelta(minutes=sync.stale_after_min),
    )
    app.watch = metrics.note_request
    scheduler = _scheduler(app, log, told=metrics.note_run)
    with listening(port, metrics, tick_age_s=lambda: scheduler.tick_age_s):
        serve(scheduler, ended)


def _scheduler(
    app: "App", log: "FilteringBoundLogger", *, told: "Callable[[Report], None]" = lambda _: None
) -> "Scheduler":
    from adapters.due_links import due_links
    from adapters.scheduler import Limits, Scheduler

    sync = app.config.sync
    return Scheduler(
        runs=app.runner,
        due=lambda: due_links(app.sessions, now=app.clock()),
        jobs=app.jobs.run_due,
        limits=Limits(parallel=sync.parallel_links, per_host=sync.per_host),
        log=log,
        told=told,
    )
