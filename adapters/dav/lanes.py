"""Do one thing for each of many tasks, over one connection or several at once.

How many is `pace`'s to say, and the profile's and the host's share to limit. A lane is a calendar with a connection
of its own, used by one thread at a time; a further one is opened when it is first wanted. After a failure nothing new
is begun, what is under way is awaited, and no result is lost.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from adapters.dav.pace import Pace

Lane = TypeVar("Lane")
Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass
class Lanes(Generic[Lane]):
    """`first` is always there; `more` opens another. `most` is asked before each round, and `room` where several are
    wanted; `crowded` is told when several begin and end, and `failed` of what went wrong among several; `timer` is
    injected.
    """

    first: Lane
    more: Callable[[], Lane] | None
    most: Callable[[], int]
    crowded: Callable[[bool], None]
    failed: Callable[[BaseException], None]
    room: Callable[[int], int] = lambda wanted: wanted
    timer: Callable[[], float] = time.monotonic
    opened: list[Lane] = field(default_factory=list)

    def each(self, tasks: Sequence[Task], do: Callable[[Lane, Task], Result], pace: Pace) -> Iterator[Result]:
        """The results in the order of the tasks."""
        done = 0
        while done < len(tasks):
            part = tasks[done : done + pace.size]
            done += len(part)
            wanted = min(pace.connections, self.most(), len(part)) if self.more is not None else 1
            wanted = self.room(wanted) if wanted > 1 else 1
            yield from self._in_turn(part, do, pace) if wanted < 2 else self._at_once(part, do, pace, wanted)

    def _in_turn(
        self, part: Sequence[Task], do: Callable[[Lane, Task], Result], pace: Pace
    ) -> Iterator[Result]:
        """One after another, each when it is asked for; only the doing is timed."""
        seconds = 0.0
        for task in part:
            began = self.timer()
            result = do(self.first, task)
            seconds += self.timer() - began
            yield result
        if pace.connections == 1:
            pace.measured(tasks=len(part), seconds=seconds)

    def _at_once(
        self, part: Sequence[Task], do: Callable[[Lane, Task], Result], pace: Pace, wanted: int
    ) -> Iterator[Result]:
        crew = _Crew(part, do)
        self.crowded(True)
        try:
            began = self.timer()
            with ThreadPoolExecutor(wanted, thread_name_prefix="lane") as pool:
                list(pool.map(crew.work, self._lanes(wanted)))
            if wanted == pace.connections:
                pace.measured(tasks=len(part), seconds=self.timer() - began)
        finally:
            self.crowded(False)
        yield from (result for _, result in sorted(crew.results.items()))
        if crew.failure is not None:
            self.failed(crew.failure)
            raise crew.failure

    def _lanes(self, wanted: int) -> list[Lane]:
        while self.more is not None and len(self.opened) < wanted - 1:
            self.opened.append(self.more())
        return [self.first, *self.opened][:wanted]


class _Crew(Generic[Lane, Task, Result]):
    """Several lanes at one list of tasks: whoever is free takes the next."""

    def __init__(self, tasks: Sequence[Task], do: Callable[[Lane, Task], Result]) -> None:
        self._tasks, self._do = iter(enumerate(tasks)), do
        self._lock = threading.Lock()
        self.results: dict[int, Result] = {}
        self.failure: BaseException | None = None

    def work(self, lane: Lane) -> None:
        while (taken := self._next()) is not None:
            number, task = taken
            try:
                self.results[number] = self._do(lane, task)
            except BaseException as error:  # noqa: BLE001 - raised again once the others are through
                with self._lock:
                    self.failure = self.failure or error

    def _next(self) -> tuple[int, Task] | None:
        with self._lock:
            return None if self.failure is not None else next(self._tasks, None)
