"""What thousands of links cost the process that keeps them in step: `calendula run` against a fake server.

The fake server is a process of its own and answers each request 50 ms late; it is many hosts, by its addresses. CPU
and memory are those of `calendula run` alone, read from the kernel; freshness is read from the links.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from ssl import SSLContext
from statistics import median
from time import process_time
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import func, select

from adapters.database.engine import reading
from adapters.dav.xml import sync_report
from adapters.diary import adding
from model.act import Act
from model.journal import HistoryEntry, SyncRun
from model.link import CalendarLink
from sync.run import Report
from tests.benchmarks.crowd import HOSTS, TOKEN, Crowd, crowd
from tests.benchmarks.fakes import Fake, fake
from tests.benchmarks.report import Figure
from tests.benchmarks.service import Service, service
from tests.fake.server import PASSWORD

LATENCY_S = 0.05
WINDOW_S = 60
_FEW, _MANY = 1_000, 10_000
_LINKS_A_HOST = 50
_BAD = 5  # of so many hosts one fails
_WRITES, _EVERY_S = 100, 0.5
_NEVER_S = 3_600
_PAIRS = 600


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What one crowd was seen to cost, over a window at the usual cadence and then all at once."""

    ages: list[float]
    share: float  # of one core
    at_cadence: int
    rate: float
    cpu_ms: float
    requests: float
    rss_kib: int


def scaling(folder: Path) -> Iterator[Figure]:
    """1,000 links, 10,000 links, 10,000 with a fifth of the hosts failing, and writes among 1,000."""
    with fake(calendars=_MANY, latency=LATENCY_S) as server:
        with _running(folder / "few", server, _FEW) as (few, process):
            one = _watch(few, process, server, _FEW)
            waited = _write(few)
        with _running(folder / "many", server, _MANY) as (many, process):
            ten = _watch(many, process, server, _MANY)
        yield _share(one)
        for count, seen in ((_FEW, one), (_MANY, ten)):
            yield from _throughput(count, seen)
        yield _memory(one, ten)
        yield _writing(waited)
        yield from _failing(folder / "failing", server, ten.ages)


@contextmanager
def _running(
    folder: Path, server: Fake, count: int, *, url: Callable[[int], str] | None = None
) -> Iterator[tuple[Crowd, Service]]:
    hosts = count // _LINKS_A_HOST
    where = url or (lambda number: server.url(number % hosts, number))
    with crowd(folder, count, where, hosts=hosts) as made:
        made.spread(made.app.clock())
        with service(made.config, folder / "log") as process:
            yield made, process


def _watch(made: Crowd, process: Service, server: Fake, count: int) -> Watched:
    """The window begins when what is needed is loaded."""
    time.sleep(5)
    cpu, runs, began = process.cpu, _runs(made), time.monotonic()
    time.sleep(WINDOW_S)
    ages, share = made.ages(), (process.cpu - cpu) / (time.monotonic() - began)
    at_cadence = _runs(made) - runs
    asked, cpu, runs, began = sum(server.asked().values()), process.cpu, _runs(made), time.monotonic()
    made.all_due(made.app.clock())
    while (done := _runs(made) - runs) < count:
        time.sleep(0.2)
    took, spent = time.monotonic() - began, process.cpu - cpu
    return Watched(
        ages=ages, share=share, at_cadence=at_cadence, rate=done / took, cpu_ms=spent / done * 1000,
        requests=(sum(server.asked().values()) - asked) / done, rss_kib=process.rss_kib,
    )  # fmt: skip


def _runs(made: Crowd) -> int:
    """How many runs have ended."""
    query = select(func.count()).select_from(SyncRun).where(SyncRun.ended_at.is_not(None))
    with reading(made.app.sessions) as database:
        return database.scalars(query).one()


def resting(folder: Path) -> Iterator[Figure]:
    """Runs without any change against the very request they send, in turn, on a server that answers at once."""
    with (
        fake(calendars=_PAIRS, latency=0) as server,
        crowd(folder, _PAIRS, lambda number: server.url(number % HOSTS, number), hosts=HOSTS) as made,
    ):
        with reading(made.app.sessions) as database:
            links = list(database.scalars(select(CalendarLink.id).order_by(CalendarLink.ref)))
        trust = httpx2.create_ssl_context()  # ours are read once a process, too
        pairs = [
            (_spent(lambda: _ask(server, number, trust)), _spent(lambda: _run(made, link)))  # noqa: B023 - called at once
            for number, link in enumerate(links)
        ]
    raw, ours = (median(pair[side] for pair in pairs) for side in (0, 1))
    own = median(ours - raw for raw, ours in pairs)
    yield Figure(
        what="A run without any change, our CPU beyond the raw client's, per link",
        target="≤ 1.5 ms",
        figure=f"{own:.2f} ms",
        met=own <= 1.5,
        more=f"{ours:.2f} ms against {raw:.2f} ms; 6 statements and one request (tests/unit/scheduling/test_quiet.py)",
    )


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    began = process_time()
    work()
    return (process_time() - began) * 1000


def _run(made: Crowd, link: UUID) -> None:
    report = made.app.runner.sync(link, background=True)
    if not isinstance(report, Report) or not report.quiet:
        raise RuntimeError(f"it was to find nothing to do: {report}")


def _ask(server: Fake, number: int, trust: SSLContext) -> None:
    """The same one request by a plain client, over a connection of its own, as each account has."""
    auth, headers = (
        (f"user-{number}", PASSWORD),
        {"Content-Type": "application/xml; charset=utf-8", "Depth": "0"},
    )
    with httpx2.Client(auth=auth, verify=trust, trust_env=False, timeout=120) as client:
        url, body = server.url(number % HOSTS, number), sync_report(TOKEN)
        client.request("REPORT", url, headers=headers, content=body).raise_for_status()


def _share(seen: Watched) -> Figure:
    return Figure(
        what=f"{_FEW:,} links at the 5-minute cadence, share of one core",
        target="< 5 %",
        figure=f"{seen.share * 100:.1f} %",
        met=seen.share < 0.05,
        more=f"{seen.at_cadence} runs in {WINDOW_S} s; scheduler, log and all",
    )


def _throughput(count: int, seen: Watched) -> Iterator[Figure]:
    yield Figure(
        what=f"{count:,} links due at once, server 50 ms away",
        target="",
        figure=f"{seen.rate:.0f} links/s",
        more=f"{seen.requests:.2f} requests and {seen.cpu_ms:.2f} ms CPU per link, {seen.rss_kib / 1024:.0f} MiB",
    )
    yield Figure(
        what=f"{count:,} links at the 5-minute cadence, freshness p50 / p95",
        target="",
        figure=f"{_part(seen.ages, 0.5):.0f} s / {_part(seen.ages, 0.95):.0f} s",
        more=f"after {WINDOW_S} s of it; {seen.share * 100:.1f} % of one core",
    )


def _memory(one: Watched, ten: Watched) -> Figure:
    each = (ten.rss_kib - one.rss_kib) / (_MANY - _FEW)
    return Figure(what=f"Memory per link, from {_FEW:,} to {_MANY:,}", target="", figure=f"{each:.2f} KiB")


def _write(made: Crowd) -> list[float]:
    """One new session at a time, each of another worker; how long until the server had it and we had noted it."""
    made.spread(made.app.clock())
    dice, committed = Random(1), {}
    for number in range(_WRITES):
        time.sleep(_EVERY_S)
        day = datetime.now(UTC) + timedelta(days=2)
        new = adding.New(
            start=f"{day:%Y-%m-%d} 10:00", minutes=50, workers=[f"w{dice.randrange(number * 10, number * 10 + 10)}"],
            clients=["noor"], rostered=True,
        )  # fmt: skip
        added = adding.add(made.app.sessions, Act(actor="bench", now=made.app.clock(), new_id=uuid4), new)
        committed[str(added.session_id)] = made.app.clock()
    time.sleep(15)
    query = select(HistoryEntry.session_id, HistoryEntry.at).where(HistoryEntry.action == "sent-create")
    with reading(made.app.sessions) as database:
        sent = {str(session): at for session, at in database.execute(query)}
    if missing := committed.keys() - sent.keys():
        raise RuntimeError(f"{len(missing)} writes were not sent")
    return sorted((sent[name] - at).total_seconds() for name, at in committed.items())


def _writing(waited: list[float]) -> Figure:
    slow = _part(waited, 0.95)
    return Figure(
        what=f"From commit to server, {_FEW:,} links at their cadence, p95",
        target="≤ 5 s",
        figure=f"{slow:.1f} s",
        met=slow <= 5,
        more=f"p50 {_part(waited, 0.5):.1f} s, the slowest of {len(waited)} {waited[-1]:.1f} s",
    )


def _failing(folder: Path, server: Fake, usual: list[float]) -> Iterator[Figure]:
    """A fifth of the hosts fails: half of those answer 503 at once, half accept and never answer."""
    hosts = _MANY // _LINKS_A_HOST
    with ExitStack() as stack:
        refusing = stack.enter_context(fake(calendars=1, latency=0, failing=True))
        silent = stack.enter_context(fake(calendars=1, latency=_NEVER_S))

        def url(number: int) -> str:
            host = number % hosts
            where = server if host % _BAD else (refusing, silent)[host // _BAD % 2]
            return where.url(host, number)

        made, _ = stack.enter_context(_running(folder, server, _MANY, url=url))
        time.sleep(5 + WINDOW_S)
        healthy = made.ages(port=server.port)
    worse = _part(healthy, 0.95) / _part(usual, 0.95)
    yield Figure(
        what=f"{_MANY:,} links, 20 % of the hosts failing: the healthy links' freshness p95 against the fault-free one",
        target="≤ 1.1 ×",
        figure=f"{worse:.2f} ×",
        met=worse <= 1.1,
        more=f"{_part(healthy, 0.95):.0f} s against {_part(usual, 0.95):.0f} s, the oldest {healthy[-1]:.0f} s "
        f"against {usual[-1]:.0f} s; half of the failing hosts answer 503, half never",
    )


def _part(ordered: list[float], part: float) -> float:
    """A quantile of what is in order."""
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]
