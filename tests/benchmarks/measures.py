"""What is measured: ours and the other side in turn (A B A B), on the same server, in the same run.

Each measure gives medians and, where there is a target, the median of the pairs' ratios: a machine that
slows down halfway slows both sides.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from adapters.demo.radicale import Server
from tests.benchmarks import busy, clashing, feeding, looking, reading, scale, slots, whole
from tests.benchmarks.events import foreign
from tests.benchmarks.practice import BenchPractice, practice
from tests.benchmarks.processes import Spent, calendula
from tests.benchmarks.publishing import publishes
from tests.benchmarks.raw import RawClient, renamed
from tests.benchmarks.report import Figure
from tests.benchmarks.rival import Rival, rival
from tests.servers import fresh_collection

PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Bench:
    """On which server, with how many events, how often; `missing` says why vdirsyncer is not there."""

    server: Server
    folder: Path
    events: int
    many: int
    rounds: int
    missing: str = ""

    @contextmanager
    def ours(self, name: str, url: str, *, count: int = 0) -> Iterator[BenchPractice]:
        with practice(self.folder / name, self.server, url, count=count) as made:
            yield made

    @contextmanager
    def theirs(self, name: str) -> Iterator[Rival | None]:
        """vdirsyncer on a calendar of its own."""
        if self.missing:
            yield None
            return
        with fresh_collection(self.server) as url:
            yield rival(self.folder / name, self.server, url)


@dataclass(frozen=True, kw_only=True)
class Time:
    """Seconds on the clock and of this process's CPU."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Time:
    gc.collect()
    wall, cpu = perf_counter(), process_time()
    work()
    return Time(wall=perf_counter() - wall, cpu=process_time() - cpu)


def pushing(bench: Bench) -> Iterator[Figure]:
    """First push of N sessions, against N PUTs of the same bodies on one connection."""
    pairs = [_push_pair(bench, number) for number in range(bench.rounds)]
    ratio = median(raw.wall / ours.wall for ours, raw in pairs)
    ours, raw = (bench.events / median(pair[side].wall for pair in pairs) for side in (0, 1))
    yield Figure(
        what=f"First push of {bench.events:,} sessions, rate against raw PUTs",
        target="≥ 0.9 ×",
        figure=f"{ratio:.2f} ×",
        met=ratio >= 0.9,
        more=f"{ours:.0f} against {raw:.0f} events/s; our CPU beyond the raw client's "
        f"{_each(bench, (a.cpu - b.cpu for a, b in pairs))} ms each",
    )


def _push_pair(bench: Bench, number: int) -> tuple[Time, Time]:
    with fresh_collection(bench.server) as url, bench.ours(f"push{number}", url, count=bench.events) as made:
        made.use_one_connection()
        ours = timed(made.run)
        with RawClient(bench.server, url) as client:
            bodies = renamed(client.texts())
    with fresh_collection(bench.server) as url, RawClient(bench.server, url) as client:
        return ours, timed(lambda: client.push(bodies))


def _each(bench: Bench, seconds: Iterator[float]) -> str:
    return f"{median(seconds) / bench.events * 1000:.2f}"


def pulling(bench: Bench) -> Iterator[Figure]:
    """First pull of N foreign events, against the same requests."""
    with fresh_collection(bench.server) as url:
        with RawClient(bench.server, url, connections=4) as client:
            client.fill(renamed(foreign(bench.events)))
        pairs = [_pull_pair(bench, url, number) for number in range(bench.rounds)]
        rival_wall = _rival_pull(bench, url)
    own = median(ours.cpu - raw.cpu for ours, raw in pairs) / bench.events * 1000
    ours, raw = (median(pair[side].wall for pair in pairs) for side in (0, 1))
    yield Figure(
        what=f"First pull of {bench.events:,} events, our CPU beyond the raw client's",
        target="≤ 1 ms each",
        figure=f"{own:.2f} ms",
        met=own <= 1,
        more=f"{ours:.2f} s against {raw:.2f} s raw{rival_wall}",
    )


def _pull_pair(bench: Bench, url: str, number: int) -> tuple[Time, Time]:
    with bench.ours(f"pull{number}", url) as made:
        tokens = made.link_profile()["sync_collection"] is True
        ours = timed(made.run)
    with RawClient(bench.server, url) as client:
        return ours, timed(lambda: client.pull(page=PAGE, tokens=tokens))


def _rival_pull(bench: Bench, url: str) -> str:
    if bench.missing:
        return ""
    fresh = rival(bench.folder / "rival-pull", bench.server, url)
    return f" and {fresh.sync().wall:.2f} s by vdirsyncer"


def standing(bench: Bench) -> Iterator[Figure]:
    """The same number of events on both sides, nothing changed; then one change each."""
    with fresh_collection(bench.server) as url, bench.ours("standing", url, count=bench.events) as made:
        made.run()
        with bench.theirs("rival-standing") as other:
            if other is not None:
                other.put_here(renamed(foreign(bench.events)))
                pushed = other.sync()
                yield _info(
                    "First push by vdirsyncer, several connections",
                    f"{bench.events / pushed.wall:.0f} events/s",
                )
            yield from _unchanged(bench, made, other)
            yield from _one_change(bench, made, other)


def _unchanged(bench: Bench, made: BenchPractice, other: Rival | None) -> Iterator[Figure]:
    for _ in range(2):  # the first look after a push may see its own writes again
        calendula("sync", config=made.config)
    warm = median(timed(made.run).wall for _ in range(bench.rounds * 3))
    if other is None:
        yield _info("A run without any change, in a running process", f"{warm * 1000:.0f} ms", bench.missing)
        return
    other.sync()
    rounds = [_round(made, other) for _ in range(bench.rounds * 3)]
    less = [
        (ours.wall - our_version.wall, theirs.wall - version.wall)
        for ours, our_version, theirs, version in rounds
    ]
    running = median(theirs for _, theirs in less) / warm
    yield Figure(
        what=f"A run without any change at {bench.events:,} events, in a running process, against vdirsyncer",
        target="≥ 5 × faster",
        figure=f"{running:.1f} ×",
        met=running >= 5,
        more=f"{warm * 1000:.0f} ms against {_ms(theirs for _, theirs in less)} "
        "(its process less its --version)",
    )
    strict = median(theirs / ours for ours, theirs in less)
    yield Figure(
        what="The same, whole processes, each less its own --version",
        target="≥ 5 × faster",
        figure=f"{strict:.2f} ×",
        met=strict >= 5,
        more=f"{_ms(ours for ours, _ in less)} against {_ms(theirs for _, theirs in less)}",
    )
    yield from _whole(rounds)


def _round(made: BenchPractice, other: Rival) -> tuple[Spent, Spent, Spent, Spent]:
    return calendula("sync", config=made.config), calendula("--version"), other.sync(), other.version()


def _whole(rounds: list[tuple[Spent, Spent, Spent, Spent]]) -> Iterator[Figure]:
    wall = median(ours.wall / theirs.wall for ours, _, theirs, _ in rounds)
    cpu = median(ours.cpu / theirs.cpu for ours, _, theirs, _ in rounds)
    yield Figure(
        what="`calendula sync` of an unchanged link against `vdirsyncer sync`, whole processes",
        target="≤ 1.5 ×",
        figure=f"{wall:.2f} ×",
        met=wall <= 1.5,
        more=f"{_ms(r[0].wall for r in rounds)} against {_ms(r[2].wall for r in rounds)}; CPU {cpu:.2f} ×",
    )


def _one_change(bench: Bench, made: BenchPractice, other: Rival | None) -> Iterator[Figure]:
    ours, theirs = [], []
    for number in range(bench.rounds):
        made.move_one()
        ours.append(calendula("sync", config=made.config).wall)
        if other is not None:
            other.change_one(number)
            theirs.append(other.sync().wall)
    against = f" against {median(theirs):.2f} s by vdirsyncer" if theirs else ""
    yield _info("One local change, whole process", f"{median(ours):.2f} s{against}")


def memory(bench: Bench) -> Iterator[Figure]:
    """The most memory that `calendula sync` holds: a first pull, then a first push."""
    for what, peak in (("pull", _pull_peak), ("push", _push_peak)):
        small, large = peak(bench, bench.events), peak(bench, bench.many)
        ratio = large / small
        yield Figure(
            what=f"Peak memory of a first {what} of {bench.many:,} events against {bench.events:,}",
            target="≤ 1.5 ×",
            figure=f"{ratio:.2f} ×",
            met=ratio <= 1.5,
            more=f"{large / 1024:.0f} MiB against {small / 1024:.0f} MiB",
        )


def _pull_peak(bench: Bench, count: int) -> int:
    with fresh_collection(bench.server) as url:
        with RawClient(bench.server, url, connections=4) as client:
            client.fill(renamed(foreign(count)))
        with bench.ours(f"memory-pull{count}", url) as made:
            return calendula("sync", config=made.config).peak_kib


def _push_peak(bench: Bench, count: int) -> int:
    with fresh_collection(bench.server) as url, bench.ours(f"memory-push{count}", url, count=count) as made:
        return calendula("sync", config=made.config).peak_kib


def reading_rate(_: Bench) -> Iterator[Figure]:
    rates = reading.measure()
    yield Figure(
        what="Reading events against icalendar's from_ical, with equal meaning",
        target="≥ 4 ×",
        figure=f"{rates.ratio:.1f} ×",
        met=rates.ratio >= 4,
        more=f"{rates.ours:,.0f} against {rates.icalendar:,.0f} events/s; "
        "differences by name in tests/unit/ical/test_equal_meaning.py",
    )


def starting(bench: Bench) -> Iterator[Figure]:
    cpu = median(calendula("--version").cpu for _ in range(bench.rounds * 3))
    yield Figure(
        what="`calendula --version`, CPU",
        target="≤ 0.15 s",
        figure=f"{cpu:.2f} s",
        met=cpu <= 0.15,
    )


def quiet(bench: Bench) -> Iterator[Figure]:
    """What a link costs that has nothing to do."""
    return scale.resting(bench.folder / "quiet")


def many_links(bench: Bench) -> Iterator[Figure]:
    """`calendula run` with thousands of links, a fifth of them in trouble, and with writes among them."""
    return scale.scaling(bench.folder / "scale")


def look_here(bench: Bench) -> Iterator[Figure]:
    """Among very many sessions."""
    return looking.looking(bench.folder / "look")


def clashes(bench: Bench) -> Iterator[Figure]:
    """Of a series, among very many sessions."""
    return clashing.clashing(bench.folder / "clashes")


def bookable(bench: Bench) -> Iterator[Figure]:
    """What can be booked online, and how fast it is."""
    return slots.slots(bench.folder / "slots")


def whole_practice(bench: Bench) -> Iterator[Figure]:
    """The made-up one, taken in and pushed."""
    return whole.whole_practice(bench.folder / "whole", bench.server)


def _ms(seconds: Iterable[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms"


def _info(what: str, figure: str, more: str = "") -> Figure:
    return Figure(what=what, target="", figure=figure, more=more)


def publish(bench: Bench) -> Iterator[Figure]:
    """A roster, from the validated period into everybody's calendars."""
    yield from publishes(bench.server, bench.folder / "publish")


def busy_time(bench: Bench) -> Iterator[Figure]:
    """A worker's year among a million sessions; a calendar's year against others who can say it."""
    yield from busy.year_of_a_worker(bench.folder)
    yield from busy.against_others(bench.folder, bench.server, bench.events)


def feeds(bench: Bench) -> Iterator[Figure]:
    """What subscribers cost."""
    return feeding.feeding(bench.folder / "feed")


ALL = {
    "start": starting,
    "reading": reading_rate,
    "push": pushing,
    "pull": pulling,
    "standing": standing,
    "memory": memory,
    "quiet": quiet,
    "look": look_here,
    "scale": many_links,
    "clashes": clashes,
    "busy": busy_time,
    "slots": bookable,
    "publish": publish,
    "sample": whole_practice,
    "feed": feeds,
}
