"""The demo's second scene: a whole practice, made up by its seed, and the calendar of whoever has most to do in it.

The same practice that tests and measurements use (`practice sample`); nothing of it has happened yet.
"""

from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from adapters.demo.comparison import Compared, compare
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage
from adapters.demo.story import DemoError
from adapters.diary.importing import import_practice
from adapters.sample.writing import write_sample
from model.attendance import SessionWorker
from model.people import Worker
from sync.run import Report

_SEED = 7


def tell_whole(stage: Stage, screen: Screen, folder: Path, today: date) -> Compared:
    """Take it in, link one worker, sync once, and compare every event."""
    screen.step("A whole practice, made up")
    counts = write_sample(folder, _SEED, today, today)
    import_practice(stage.app.sessions, stage.act(), folder)
    told = (f"{counts[table]:,} {table}s" for table in ("worker", "client", "site", "session"))
    screen.say(f"{', '.join(told)}: taken in, without a clash")
    linked = stage.link(_busiest(stage))
    report = stage.app.runner.sync(stage.link_id())
    if not isinstance(report, Report) or report.error is not None:
        raise DemoError("the whole practice could not be synced")
    screen.say(f"one of the workers is linked, and {len(report.lines)} events are sent")
    with stage.phone(linked.url) as phone:
        return compare(stage.app, stage.link_id(), phone.resources())


def _busiest(stage: Stage) -> str:
    """Who is on most sessions; of several the first by id."""
    query = select(Worker.ref).join(SessionWorker, SessionWorker.worker_id == Worker.id).group_by(Worker.ref)
    with stage.app.sessions() as database:
        return database.scalars(query.order_by(func.count().desc(), Worker.ref).limit(1)).one()
