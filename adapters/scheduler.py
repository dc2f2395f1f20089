"""Run links when they are due, several at a time, until told to stop.

APScheduler only ticks. A tick asks who is due; links are handed to threads then, and whenever a run ends, within
the limits of this process and of each host; whether a link may be run at all is decided by its lease. Servers that
are in trouble, or slow, must not keep the threads from the others. Nothing is remembered here that a restart could
lose.
"""

import importlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from adapters.due_links import Due
from adapters.jobs import Done
from adapters.runner import Busy
from sync.context import Line
from sync.run import Report

TICK_S = 1
JOBS_S = 15
_SLOW_S = 2  # a run that takes longer mostly waits: another may begin in its place
_SLOW_TOO = 8  # as many times the limit there may be, with the slow ones
_SILENT = 2  # so many may hang on one host: the second finds out whether it is the host or the run
_HOST_IS_FULL = ("HOST_BUSY", "HOST_RESTS")
_SHAKY = 4  # of so many runs one may be on a host that gave no usable answer lately


class Runs(Protocol):
    """What runs one link; `adapters.runner.Runner` does."""

    def sync(
        self,
        link_id: UUID,
        *,
        job: str = "sync",
        stopping: Callable[[], bool],
        heard: Callable[[Line], None] = ...,
        background: bool = ...,
        fence: int | None = ...,
    ) -> Report | Busy:
        """One run under a lease."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many links may be run at the same time: in this process, and on one host."""

    parallel: int
    per_host: int


class _Running:
    """What runs now, and whether one more fits in. `timer` is injected."""

    def __init__(self, limits: Limits, timer: Callable[[], float]) -> None:
        self._limits, self._timer = limits, timer
        self._since: dict[UUID, tuple[float, Due]] = {}
        self._hosts: Counter[str] = Counter()
        self._came_back: dict[str, float] = {}

    def __contains__(self, link: Due) -> bool:
        return link.id in self._since

    @property
    def full(self) -> bool:
        slow = sum(self._is_slow(began) for began, _ in self._since.values())
        quick = len(self._since) - slow
        return quick >= self._limits.parallel or len(self._since) >= _SLOW_TOO * self._limits.parallel

    def fits(self, link: Due) -> bool:
        """Whether this one may begin, of those that wait; that there is a thread is known."""
        share = min(self._limits.per_host, _SILENT) if self._is_silent(link.host) else self._limits.per_host
        if link in self or self._hosts[link.host] >= share:
            return False
        shaky = sum(one.shaky for _, one in self._since.values()) if link.shaky else 0
        return shaky < max(self._limits.parallel // _SHAKY, 1)

    def begin(self, link: Due) -> None:
        self._since[link.id] = self._timer(), link
        self._hosts[link.host] += 1

    def end(self, link: Due) -> None:
        del self._since[link.id]
        self._hosts[link.host] -= 1
        self._came_back[link.host] = self._timer()

    def _is_slow(self, began: float) -> bool:
        return self._timer() - began > _SLOW_S

    def _is_silent(self, host: str) -> bool:
        """Whether a run hangs there, and none has come back since it began: before any has failed, and is shaky."""
        if not self._hosts[host]:
            return False
        oldest = min(began for began, link in self._since.values() if link.host == host)
        return self._is_slow(oldest) and self._came_back.get(host, -1.0) < oldest


class Scheduler:
    """Hands due links to threads. `due` is asked at each tick, `jobs` now and then; `told` hears of each run."""

    def __init__(
        self,
        *,
        runs: Runs,
        due: Callable[[], Sequence[Due]],
        jobs: Callable[[], Sequence[Done]],
        limits: Limits,
        log: FilteringBoundLogger,
        told: Callable[[Report], None] = lambda _: None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._told, self._ticked = told, time.monotonic()
        self._runs, self._due, self._jobs, self._limits, self._log = runs, due, jobs, limits, log
        self._pool = ThreadPoolExecutor(limits.parallel * _SLOW_TOO, thread_name_prefix="link")
        self._running = _Running(limits, timer)
        self._waiting: list[Due] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def tick(self) -> list[Future[None]]:
        """Start what is due and fits; the rest waits for those to end."""
        self._ticked = time.monotonic()
        if self._stop.is_set():
            return []
        due = self._asked()
        with self._lock:
            self._waiting = [link for link in due if link not in self._running]
        return self._fill()

    def run_jobs(self) -> None:
        """Do what the practice as a whole needs, if it is due."""
        if self._stop.is_set():
            return
        try:
            done = self._jobs()
        except Exception as error:  # noqa: BLE001 - the next round tries again; the links go on
            self._log.error("job_failed", error=error)
            return
        for one in done:
            if one.error is not None:
                self._log.error("job_failed", job=one.job, error=one.error)
            elif one.count:
                self._log.info("job_ended", job=one.job, count=one.count)

    @property
    def tick_age_s(self) -> float:
        """How long ago it last looked whether anything is due: much more than a second, and it hangs."""
        return time.monotonic() - self._ticked

    def stop(self) -> None:
        """Begin nothing more; runs end at their next page."""
        with self._lock:
            self._stop.set()

    def close(self) -> None:
        """Wait until every run has settled what it had in hand."""
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _asked(self) -> Sequence[Due]:
        """Who is due; a database in trouble is reported, and asked again at the next tick."""
        try:
            return self._due()
        except Exception as error:  # noqa: BLE001 - a service outlives its database's bad minutes
            self._log.error("due_failed", error=error)
            return ()

    def _fill(self) -> list[Future[None]]:
        """Begin what waits and fits, in its order."""
        begun: dict[UUID, Future[None]] = {}
        with self._lock:
            for link in self._waiting:
                if self._stop.is_set() or self._running.full:
                    break
                if self._running.fits(link):
                    self._running.begin(link)
                    begun[link.id] = self._pool.submit(self._run, link)
            self._waiting = [link for link in self._waiting if link.id not in begun]
        return list(begun.values())

    def _leave_alone(self, host: str) -> None:
        """Until the next tick nobody else is sent to a host that has no room now."""
        with self._lock:
            self._waiting = [link for link in self._waiting if link.host != host]

    def _run(self, link: Due) -> None:
        began = time.monotonic()
        try:
            if not self._stop.is_set():
                self._report(link, self._sync(link), _since(began))
        except Exception as error:  # noqa: BLE001 - one link's trouble is its own
            self._log.error("run_failed", link=link.ref, error=error, duration_ms=_since(began))
        finally:
            with self._lock:
                self._running.end(link)
            self._fill()

    def _sync(self, link: Due) -> Report | Busy:
        return self._runs.sync(link.id, stopping=self._stop.is_set, background=True, fence=link.fence)

    def _report(self, link: Due, result: Report | Busy, ms: int) -> None:
        """One line a run: words and numbers, nothing about anybody."""
        if isinstance(result, Busy):
            skipped = self._log.error if result.reason == "CLOCK_WRONG" else self._log.debug
            skipped("run_skipped", link=link.ref, reason_code=result.reason)
            if result.reason in _HOST_IS_FULL:
                self._leave_alone(link.host)
            return
        self._told(result)
        tell = self._log.info if result.error is None else self._log.warning
        word = "stopped" if result.stopped else "ok" if result.ok else "failed"
        tell(
            "run_ended", link=link.ref, result=word, counts=result.counts, duration_ms=ms, error=result.error
        )
        if result.counts.get("looping"):
            self._log.error("write_loop", link=link.ref, code="WRITE_LOOP", count=result.counts["looping"])


def serve(scheduler: Scheduler, ended: threading.Event) -> None:
    """Tick until `ended` is set, then let the runs in hand settle."""
    background = importlib.import_module("apscheduler.schedulers.background")
    one_at_a_time = {"coalesce": True, "max_instances": 1}
    clockwork = background.BackgroundScheduler(job_defaults=one_at_a_time, timezone=UTC)
    clockwork.add_job(scheduler.tick, "interval", seconds=TICK_S)
    clockwork.add_job(scheduler.run_jobs, "interval", seconds=JOBS_S)
    scheduler.tick()
    clockwork.start()
    try:
        scheduler.run_jobs()
        ended.wait()
    finally:
        scheduler.stop()
        clockwork.shutdown(wait=True)
        scheduler.close()


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
