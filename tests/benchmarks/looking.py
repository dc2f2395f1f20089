"""What it costs to look here among a thousand sessions and among a million: the database alone, no calendar."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time
from uuid import uuid4

from sqlalchemy import select, text, update

from adapters.database.engine import reading
from adapters.diary import adding
from adapters.due_links import due_links
from model.act import Act
from model.base import Revision
from model.details import Kind
from model.link import CalendarLink
from tests.benchmarks.crowd import Crowd, crowd
from tests.benchmarks.report import Figure
from tests.multitude import multiply

_FEW, _MANY = 1_000, 1_000_000
_CHANGES, _ROUNDS, _TURNS = 10, 50, 5


def looking(folder: Path) -> Iterator[Figure]:
    """All sessions are one worker's, and ten have changed: nothing could be dearer."""
    where = "http://127.0.1.1:1/calendars/user-0/work/"
    with (
        crowd(folder / "few", 1, lambda _: where, hosts=1) as few_made,
        crowd(folder / "many", 1, lambda _: where, hosts=1) as many_made,
    ):
        _fill(few_made, _FEW)
        _fill(many_made, _MANY)
        rounds = [
            (_look(few_made), _look(many_made)) for _ in range(_TURNS)
        ]  # in turn: the machine's speed varies
    few, many = (tuple(map(median, zip(*looks, strict=True))) for looks in zip(*rounds, strict=True))
    for what, one, other in zip(("for one link", "for the scheduler"), few, many, strict=True):
        ratio = other / one
        yield Figure(
            what=f"Look here {what}, {_MANY:,} sessions against {_FEW:,}",
            target="must not grow",
            figure=f"{ratio:.2f} ×",
            met=ratio <= 1.5,
            more=f"{other * 1000:.2f} ms of CPU against {one * 1000:.2f} ms, {_CHANGES} changes; counted in "
            "tests/unit/database/test_look_here.py",
        )


def _look(made: Crowd) -> tuple[float, float]:
    """The median CPU of the two queries: what changed for the link, and whose links are to be woken."""
    now = made.app.clock()
    with reading(made.app.sessions) as database:
        link, seen = database.execute(select(CalendarLink.id, CalendarLink.seen_rev)).one()
    with made.app.store.preview(link) as work:
        one = _timed(lambda: work.changed_units(since=seen, ending_after=now))
    return one, _timed(lambda: due_links(made.app.sessions, now=now))


def _timed(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        began = process_time()
        found = work()
        times.append(process_time() - began)
        assert found
    return median(times)


def _fill(made: Crowd, count: int) -> None:
    """As many sessions as that; the last ones are newer than what the link has seen."""
    with made.engine.begin() as database:
        for table in ("session_worker", "session"):
            database.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a fixed name
    day = made.app.clock() + timedelta(days=2)
    new = adding.New(
        start=f"{day:%Y-%m-%d} 10:00", minutes=50, workers=["w0"], subject="One", kind=Kind.OTHER_EVENT
    )
    adding.add(made.app.sessions, Act(actor="bench", now=made.app.clock(), new_id=uuid4), new)
    with made.engine.begin() as database:
        multiply(database, count, rev="n")
        database.execute(update(CalendarLink).values(seen_rev=count - _CHANGES))
        database.execute(update(Revision).values(latest=count))
