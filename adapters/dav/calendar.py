"""A CalDAV calendar as a run needs it: `sync.ports.RemoteCalendar` over one collection.

What it decides is only which part answers: `listing` looks, `reading` reads, `writing` writes.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adapters.dav.collection import Collection
from adapters.dav.http import GuardedClient
from adapters.dav.lanes import Lanes
from adapters.dav.listing import Listing
from adapters.dav.pace import Pace
from adapters.dav.profile import Known, Profile
from adapters.dav.reading import Reader
from adapters.dav.writing import Writer
from sync.errors import Throttled, Unreachable
from sync.ports import Fetched, Look, Position, RemoteCalendar

PAGE = 100
# How much is done over so many connections before the next is tried: enough to measure, little enough to regret.
_WRITES, _PAGES = 16, 4
Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Further:
    """How to open a further connection to the same account, and what to time work by."""

    connect: Callable[[], GuardedClient]
    timer: Callable[[], float] = time.monotonic


class CalDavCalendar:
    """One calendar collection; use it from one thread at a time. With `further` it may use several connections."""

    def __init__(
        self,
        client: GuardedClient,
        url: str,
        *,
        profile: Profile | Known | None = None,
        page: int = PAGE,
        further: Further | None = None,
    ) -> None:
        self._known = profile if isinstance(profile, Known) else Known(profile or Profile())
        self._collection, self._page, self._further = Collection(client, url), page, further
        self._listing = Listing(self._collection, known=self._known)
        self._reader = Reader(self._collection, page=page, known=self._known)
        self._writer = Writer(self._collection, self._known, self._reader)
        self._lanes: Lanes[CalDavCalendar] = Lanes(
            self,
            self._another if further else None,
            most=lambda: self._known.profile.connections,
            room=self._may_have,
            crowded=self._crowd,
            failed=self._failed,
            timer=further.timer if further else time.monotonic,
        )
        self._room: Callable[[int], int] = lambda wanted: wanted
        self._writing, self._fetching = Pace(size=_WRITES), Pace(size=_PAGES)

    def close(self) -> None:
        """Close what was opened here: the connections after the first."""
        while self._lanes.opened:
            self._lanes.opened.pop()._collection.client.close()

    @property
    def profile(self) -> Profile:
        return self._known.profile

    @property
    def reads_back(self) -> bool:
        return not self.profile.keeps_bodies

    @property
    def misses_edits(self) -> bool:
        return not self.profile.moving_etags

    @property
    def restamps(self) -> bool:
        return not self.profile.keeps_stamps

    @property
    def corrections(self) -> Mapping[str, object]:
        return self._known.corrections

    @property
    def requests(self) -> Counter[str]:
        """Requests really sent so far over the first connection, by method."""
        return self._collection.client.requests

    def each(self, tasks: Sequence[Task], do: Callable[[RemoteCalendar, Task], Result]) -> Iterator[Result]:
        return self._lanes.each(tasks, do, self._writing)

    @property
    def received(self) -> int:
        lanes = (self, *self._lanes.opened)
        return sum(lane._collection.client.received for lane in lanes)

    def guard_writes(self, check: Callable[[float], None]) -> None:
        """Over several connections too, but never two checks at once."""
        lock = threading.Lock()

        def one_at_a_time(seconds: float) -> None:
            with lock:
                check(seconds)

        for lane in (self, *self._lanes.opened):
            lane._collection.client.before_write = one_at_a_time

    def share_host(self, room: Callable[[int], int]) -> None:
        self._room = room

    def look(self, position: Position | None) -> Look:
        return self._listing.since(position) if position else self._listing.from_scratch()

    def list_all(self) -> Look:
        return self._listing.everything()

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        pages = self._reader.pages(hrefs)
        for answers in self._lanes.each(
            pages, lambda lane, page: lane._reader.together(page), self._fetching
        ):
            yield from answers

    def create(self, href: str, body: bytes) -> str | None:
        return self._writer.create(href, body)

    def replace(self, href: str, body: bytes, *, etag: str) -> str | None:
        return self._writer.replace(href, body, etag=etag)

    def delete(self, href: str, *, etag: str | None) -> None:
        self._writer.delete(href, etag=etag)

    def new_href(self, name: str) -> str:
        return f"{self._collection.path}{name}.ics"

    def _another(self) -> "CalDavCalendar":
        """The same calendar over one more connection."""
        if self._further is None:
            raise RuntimeError("this calendar has one connection")
        client = self._further.connect()
        client.before_write = self._collection.client.before_write
        return type(self)(client, self._collection.url, profile=self._known, page=self._page)

    def _may_have(self, wanted: int) -> int:
        return self._room(wanted)

    def _crowd(self, several: bool) -> None:
        self._known.crowded = several

    def _failed(self, error: BaseException) -> None:
        """A server that breaks off or turns us away among several is asked by one from now on."""
        if isinstance(error, Unreachable | Throttled):
            self._known.correct(connections=1)
