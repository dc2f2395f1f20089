"""The scheduler: what it starts at a tick, within its limits, and how it ends. And the daily jobs."""

import threading
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest

from adapters.config.schema import LogSection
from adapters.due_links import Due
from adapters.jobs import Jobs, Means
from adapters.logs import configure
from adapters.runner import Busy
from adapters.scheduler import Limits, Scheduler
from sync.errors import Unreachable
from sync.run import Report


class Runs:
    """Runs that last until they are let go, and count how many there are at once."""

    def __init__(self) -> None:
        self.gate, self.lock, self.ended = threading.Event(), threading.Lock(), threading.Semaphore(0)
        self.stuck, self.letting_go = set(), threading.Event()
        self.ran, self.now, self.most = [], 0, 0
        self.result: Report | Busy = Report(lines=(), counts={"create": 2})

    def sync(self, link_id, *, job="sync", stopping, heard=lambda _: None, background=False, fence=None):
        with self.lock:
            self.ran.append(link_id)
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.letting_go.wait(60) if link_id in self.stuck else self.gate.wait(10)
        with self.lock:
            self.now -= 1
        self.ended.release()
        if stopping():
            return Report(lines=(), counts={}, stopped=True)
        return self.result


class World:
    def __init__(self, links, *, parallel=4, per_host=2):
        self.runs, self.links, self.said = Runs(), list(links), StringIO()
        self.jobs_done, self.broken, self.seconds = 0, False, 0.0
        log = configure(LogSection(format="json"), stream=self.said)
        self.scheduler = Scheduler(
            runs=self.runs, due=self._due, jobs=self._jobs, limits=Limits(parallel=parallel, per_host=per_host),
            log=log, timer=lambda: self.seconds,
        )  # fmt: skip

    def _due(self):
        if self.broken:
            raise OSError("disk")
        return self.links

    def _jobs(self):
        self.jobs_done += 1
        return ()

    def finish(self, started):
        self.runs.gate.set()
        for future in started:
            future.result(10)

    def finish_all(self, number):
        """Let them go until so many have ended; each makes room for the next that waits."""
        self.runs.gate.set()
        assert all(self.runs.ended.acquire(timeout=10) for _ in range(number))
        self.scheduler.close()


@pytest.fixture
def world():
    made = []

    def make(hosts, *, shaky=(), **limits):
        due = [Due(id=uuid4(), ref=f"link-{n}", host=h, shaky=h in shaky) for n, h in enumerate(hosts)]
        made.append(World(due, **limits))
        return made[-1]

    yield make
    for one in made:
        one.runs.gate.set()
        one.runs.letting_go.set()
        one.scheduler.close()


def test_no_more_than_the_limit_run_at_once(world):
    w = world([f"host-{n}" for n in range(6)], parallel=3)
    started = w.scheduler.tick()
    assert len(started) == 3
    assert w.scheduler.tick() == []
    w.finish_all(6)
    assert (len(w.runs.ran), w.runs.most) == (6, 3)


def test_a_run_that_ends_makes_room_for_the_next_without_a_tick(world):
    w = world([f"host-{n}" for n in range(50)], parallel=2)
    assert len(w.scheduler.tick()) == 2
    w.finish_all(50)
    assert set(w.runs.ran) == {link.id for link in w.links}
    assert w.runs.most == 2


def test_one_host_gets_no_more_than_its_share(world):
    w = world(["one", "one", "one", "two"])
    assert len(w.scheduler.tick()) == 3
    w.finish_all(4)
    assert set(w.runs.ran[:3]) == {link.id for link in (*w.links[:2], w.links[3])}


def test_e23_hosts_in_trouble_together_get_a_quarter_of_the_runs(world):
    w = world(["bad-1", "bad-2", "bad-3", *(f"good-{n}" for n in range(4))],
              shaky=("bad-1", "bad-2", "bad-3"), parallel=4)  # fmt: skip
    w.scheduler.tick()
    assert w.runs.ran == [link.id for link in (w.links[0], *w.links[3:6])]
    w.finish_all(7)
    assert set(w.runs.ran) == {link.id for link in w.links}


def test_e23_runs_that_hang_make_room_for_others(world):
    w = world([*(f"hangs-{n}" for n in range(2)), *(f"good-{n}" for n in range(3))], parallel=2)
    w.runs.stuck = {link.id for link in w.links[:2]}
    w.runs.gate.set()
    w.scheduler.tick()
    w.seconds = 2
    assert w.scheduler.tick() == []
    w.seconds = 3
    w.scheduler.tick()
    assert all(w.runs.ended.acquire(timeout=10) for _ in range(3))
    assert set(w.runs.ran) == {link.id for link in w.links}


def test_e23_however_many_hang_there_is_an_end_to_threads(world):
    w = world([f"hangs-{n}" for n in range(20)], parallel=2)
    for second in range(0, 60, 6):
        w.seconds = second
        w.scheduler.tick()
    assert len(w.runs.ran) == 16
    w.finish_all(20)


def test_e23_a_host_from_which_nothing_comes_back_gets_two_runs_and_no_more(world):
    w = world(["silent"] * 4 + ["busy"] * 4, parallel=8, per_host=3)
    silent, busy = w.links[:4], w.links[4:]
    w.runs.stuck = {link.id for link in (silent[0], busy[0])}
    w.links = [silent[0], busy[0]]
    w.scheduler.tick()
    w.seconds = 3
    w.links = [*silent, *busy]
    w.runs.stuck |= {link.id for link in silent}
    w.scheduler.tick()
    w.runs.gate.set()
    assert all(w.runs.ended.acquire(timeout=10) for _ in range(3))
    assert [w.runs.ran.count(link.id) for link in silent] == [1, 1, 0, 0]
    assert [w.runs.ran.count(link.id) for link in busy] == [1, 1, 1, 1]


def test_nobody_else_is_sent_to_a_host_without_room(world):
    w = world(["one", "one", "one", "two"], per_host=1)
    w.runs.result = Busy(reason="HOST_BUSY")
    w.scheduler.tick()
    w.finish_all(2)
    assert sorted(w.runs.ran) == sorted((w.links[0].id, w.links[3].id))


def test_a_link_is_not_started_twice(world):
    w = world(["one"])
    started = w.scheduler.tick()
    assert (len(started), w.scheduler.tick()) == (1, [])
    w.finish(started)
    assert len(w.scheduler.tick()) == 1


def test_a_run_is_one_line_of_log(world):
    w = world(["one"])
    w.finish(w.scheduler.tick())
    (line,) = w.said.getvalue().splitlines()
    assert '"action": "run_ended"' in line
    assert '"link": "link-0"' in line
    assert '"counts": {"create": 2}' in line


def test_a_failed_run_says_why_and_the_others_go_on(world):
    w = world(["one", "two"])
    w.runs.result = Report(lines=(), counts={}, error=Unreachable("The server cannot be reached."))
    w.finish(w.scheduler.tick())
    assert w.said.getvalue().count('"result": "failed"') == 2
    assert "The server cannot be reached." in w.said.getvalue()


def test_stopped_it_starts_nothing_and_lets_runs_end_cleanly(world):
    w = world(["one", "two"])
    started = w.scheduler.tick()
    w.scheduler.stop()
    assert w.scheduler.tick() == []
    w.finish(started)
    assert w.said.getvalue().count('"result": "stopped"') == 2
    w.scheduler.run_jobs()
    assert w.jobs_done == 0


def test_a_database_in_trouble_does_not_end_the_service(world):
    w = world([])
    w.broken = True
    assert w.scheduler.tick() == []
    assert '"action": "due_failed"' in w.said.getvalue()


def test_occurrences_are_extended_once_a_day_whoever_asks(links):
    links.add_session("mia", rule="FREQ=WEEKLY")
    means = Means(sessions=links.sessions)
    jobs = [Jobs(means=means, clock=lambda: links.now, new_id=links.new_id) for _ in range(2)]
    assert [one.do("extend") for one in jobs] == [0, None]
    links.now += timedelta(days=40)
    assert [one.do("extend") for one in jobs].count(None) == 1
