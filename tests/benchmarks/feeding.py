"""What a subscriber of a feed costs: one that has nothing yet, the first since a start, and one that has the newest.

Over HTTP, from a server in a thread of this process, so that both are measured as a reader sees them; this reader does
little itself.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit
from uuid import uuid4

from adapters.cli.context import Here
from adapters.config.schema import LogSection
from adapters.feeds.keeping import NewFeed, add_feed
from adapters.feeds.reading import Feeds
from adapters.logs import configure
from model.act import Act
from tests.benchmarks.practice import BenchPractice
from tests.benchmarks.report import Figure
from tests.practice import Commands
from tests.served import running

_EVENTS, _STARTS, _CHANGES, _KNOWN = 1_000, 7, 15, 100


def feeding(folder: Path) -> Iterator[Figure]:
    """A worker's feed of 1,000 events, read anew and asked for news."""
    folder.mkdir(parents=True, exist_ok=True)
    configure(LogSection(level="error"))
    commands = Commands(folder, datetime.now(UTC))
    commands.set_up()
    here = Here(clock=lambda: datetime.now(UTC), new_id=uuid4, environ={}, config_name=str(commands.config))
    try:
        yield from _read(here)
    finally:
        here.close()


def _read(here: Here) -> Iterator[Figure]:
    made = BenchPractice(app=here.app, config=Path(here.config_name), link_id=uuid4())
    made.fill(_EVENTS)
    act = Act(actor="bench", now=here.clock(), new_id=uuid4)
    new = NewFeed(kind="worker", of="priya", level="reference", past_days=30, future_days=365)
    feed = add_feed(here.app.sessions, act, new, here.config.privacy)
    begun = perf_counter()
    Feeds.of(here.app).prepare(feed.ref)
    made_in = perf_counter() - begun
    path = f"/feeds/{feed.secret}.ics"
    cold = median(_first(here, path) for _ in range(_STARTS))
    with running(here.app) as url, closing(HTTPConnection(urlsplit(url).netloc, timeout=60)) as reader:
        _, _, body = _get(reader, path, {}, 200)
        assert body.count(b"BEGIN:VEVENT") == _EVENTS
        changed = _median(reader, path, {}, 200, _CHANGES, made.move_one)
        _, tag, _ = _get(reader, path, {}, 200)
        known = _median(reader, path, {"If-None-Match": tag}, 304, _KNOWN)
        again = _median(reader, path, {}, 200, _CHANGES)
    yield Figure(
        what=f"A feed of {_EVENTS:,} events, cold: the first reading since the service was started",
        target="≤ 100 ms",
        figure=f"{cold * 1000:.0f} ms",
        met=cold <= 0.1,
        more=f"{len(body) / 1024:.0f} KiB; written in {made_in * 1000:.0f} ms when the feed was made",
    )
    yield Figure(
        what="The same, read anew after a change",
        target="≤ 100 ms",
        figure=f"{changed * 1000:.0f} ms",
        met=changed <= 0.1,
        more=f"{again * 1000:.0f} ms where nothing changed",
    )
    yield Figure(
        what="The same, where nothing is new (304)",
        target="≤ 5 ms",
        figure=f"{known * 1000:.1f} ms",
        met=known <= 0.005,
    )


def _first(here: Here, path: str) -> float:
    """Seconds for the first reader of a feed; what the first request of all loads is no part of it."""
    with running(here.app) as url, closing(HTTPConnection(urlsplit(url).netloc, timeout=60)) as reader:
        _get(reader, f"/feeds/{'0' * 64}.ics", {}, 404)
        return _get(reader, path, {}, 200)[0]


def _median(
    reader: HTTPConnection,
    path: str,
    headers: dict[str, str],
    status: int,
    times: int,
    before: Callable[[], None] = lambda: None,
) -> float:
    spent = []
    for _ in range(times):
        before()
        spent.append(_get(reader, path, headers, status)[0])
    return median(spent)


def _get(reader: HTTPConnection, path: str, headers: dict[str, str], status: int) -> tuple[float, str, bytes]:
    """Seconds until all of the answer was there, its entity tag and its body."""
    begun = perf_counter()
    reader.request("GET", path, headers=headers)
    answer = reader.getresponse()
    body = answer.read()
    spent = perf_counter() - begun
    assert answer.status == status
    return spent, answer.headers.get("ETag", ""), body
