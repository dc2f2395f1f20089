"""What it costs to say when somebody is busy: a year of one worker among a million sessions, and the same calendar
asked about in three ways, with the same answer from all of them.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

from sqlalchemy import text

from adapters.database.engine import connect, sessions
from adapters.demo.radicale import Server
from adapters.diary.availability import set_hours
from adapters.diary.busy import busy_time
from model.act import Act
from model.busy import Busy, merge
from tests.benchmarks.clashing import SESSIONS, USUAL, WORKERS, fill, people, series
from tests.benchmarks.crowd import crowd
from tests.benchmarks.events import ZONE
from tests.benchmarks.practice import ADELAIDE
from tests.benchmarks.raw import RawClient
from tests.benchmarks.report import Figure
from tests.free_busy import by_library, by_server
from tests.practice import Commands
from tests.servers import client_for, fresh_collection

_ROUNDS, _ASKED = 20, 5
_NOW = datetime(2026, 3, 2, tzinfo=UTC)
_YEAR = (datetime(2026, 3, 3, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))


def year_of_a_worker(folder: Path) -> Iterator[Figure]:
    """With weekly hours, as most have them."""
    with crowd(
        folder / "busy", WORKERS, lambda _: "http://127.0.1.1:1/calendars/user-0/work/", hosts=1
    ) as made:
        people(made)
        series(made)
        act = Act(actor="bench", now=made.app.clock(), new_id=uuid4)
        set_hours(made.app.sessions, act, "w0", "MO-FR 09:00-17:00", first="2026-01-01", last=None)
        with made.engine.begin() as database:
            fill(database, USUAL)
            database.execute(text("ANALYZE"))
        asked: list[float] = []
        for _ in range(_ROUNDS):
            began = perf_counter()
            found = busy_time(made.app.sessions, "w0", "2026-01-01", "2027-01-01")
            asked.append(perf_counter() - began)
    yield Figure(
        what=f"Busy time of one worker's year among {SESSIONS:,} sessions (SQLite)",
        target="≤ 20 ms",
        figure=f"{median(asked) * 1000:.1f} ms",
        met=median(asked) <= 0.02,
        more=f"{WORKERS} workers, weekly hours, {len(found.blocks):,} blocks; the median of {_ROUNDS}, by the clock",
    )


def against_others(folder: Path, server: Server, count: int) -> Iterator[Figure]:
    """One calendar: read by us before, by recurring-ical-events and the server as they are asked."""
    bodies = [_event(number) for number in range(count)]
    with fresh_collection(server) as url, RawClient(server, url) as raw, client_for(server) as client:
        raw.fill(bodies)
        ours = _linked(folder / "free-busy", server, url)
        yield _compared("recurring-ical-events", ours, lambda: by_library(bodies, *_YEAR), count)
        if server.name == "radicale":
            yield _compared("Radicale's free-busy-query", ours, lambda: by_server(client, url, *_YEAR), count)


def _compared(
    other: str, ours: Callable[[], list[Busy]], theirs: Callable[[], list[Busy]], count: int
) -> Figure:
    pairs = []
    for _ in range(_ASKED):
        (mine, took), (found, lasted) = _timed(ours), _timed(theirs)
        if mine != found:
            raise RuntimeError(f"{other} answers otherwise than we do")
        pairs.append((took, lasted))
    ratio = median(b / a for a, b in pairs)
    return Figure(
        what=f"Busy time of a year, {count:,} events, against {other}",
        target="≥ 20 ×",
        figure=f"{ratio:.0f} ×",
        met=ratio >= 20,
        more=f"the same answer; {median(a for a, _ in pairs) * 1000:.1f} against "
        f"{median(b for _, b in pairs) * 1000:.0f} ms",
    )


def _timed(work: Callable[[], list[Busy]]) -> tuple[list[Busy], float]:
    gc.collect()  # what the other one left behind is not paid for here
    began = perf_counter()
    found = work()
    return found, perf_counter() - began


def _linked(folder: Path, server: Server, url: str) -> Callable[[], list[Busy]]:
    """A practice that has read the calendar as a busy source of Priya's; what it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = Commands(folder, _NOW)
    commands.set_up()
    commands.ok(
        "link", "add", "priya", "--user", server.user, "--calendar", url, "--role", "busy-source",
        "--password-stdin", stdin=server.password + "\n",
    )  # fmt: skip
    commands.ok("sync")
    factory = sessions(connect(f"sqlite:///{folder / 'calendula.sqlite3'}"), clock=lambda: _NOW)

    def ask() -> list[Busy]:
        since, until = (at.isoformat() for at in _YEAR)
        return merge(busy_time(factory, "priya", since, until).blocks, start=_YEAR[0], end=_YEAR[1])

    return ask


def _event(number: int) -> bytes:
    """One in three repeats every week for half a year; they lie side by side in the first months."""
    at = datetime(2026, 3, 3, 8, tzinfo=ADELAIDE) + timedelta(days=number // 8, hours=number % 8)
    rule = ["RRULE:FREQ=WEEKLY;COUNT=26"] if number % 3 == 0 else []
    rows = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", *ZONE.strip().split("\n"), "BEGIN:VEVENT",
        f"UID:{uuid4()}", "DTSTAMP:20260101T000000Z", f"SUMMARY:Event {number}",
        f"DTSTART;TZID=Australia/Adelaide:{at:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Australia/Adelaide:{at + timedelta(minutes=50):%Y%m%dT%H%M%S}",
        *rule, "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(rows).encode()
