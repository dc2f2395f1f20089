"""What a run needs from the outside: a calendar, a codec, a clock. Adapters and doubles fulfil it.

Every method says by its verb what it costs: `look`, `fetch`, `create`, `replace` and `delete` use the
wire. Errors are those of `sync.errors` and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from sync.event import Event

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far we have read a collection; opaque to everybody but its adapter (RFC 6578, 3.2)."""

    token: str | None = None
    ctag: str | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at a collection found.

    `etags` maps each href seen to its strong ETag (None: the server names none). With `complete`, it is the
    whole collection, and an href that is not in it is not there; otherwise only `gone` is known to be gone.
    hrefs are as the server wrote them; compare them by `sync.href.canonical_href` only (FAILURES B27).
    """

    etags: Mapping[str, str | None]
    gone: frozenset[str] = frozenset()
    complete: bool = False
    position: Position = field(default_factory=Position)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One resource as the server stores it."""

    href: str
    etag: str | None
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Missing:
    """The server was asked for this href and says that it is not there, or leaves it out."""

    href: str
    certain: bool  # True: 404 or 410 for this very href; False: left out of the answer


@dataclass(frozen=True, kw_only=True)
class Unfetched:
    """The server could not or would not hand this item out; nothing is known about it.

    With an `etag` it is of no use to ask again before the item has another one.
    """

    href: str
    reason: str
    etag: str | None = None


Fetched = Item | Missing | Unfetched


class RemoteCalendar(Protocol):
    """One calendar collection on a CalDAV server."""

    @property
    def reads_back(self) -> bool:
        """Whether this server rewrites what it stores, so that our writes must be read back (MATRIX 1)."""

    @property
    def misses_edits(self) -> bool:
        """Whether an item may have been edited and still have the ETag that it had (FAILURES B6)."""

    @property
    def restamps(self) -> bool:
        """Whether this server puts its own times of revision (DTSTAMP, LAST-MODIFIED) into what it stores."""

    @property
    def corrections(self) -> Mapping[str, object]:
        """What its answers showed to be otherwise than the link's stored profile says, by switch."""

    @property
    def received(self) -> int:
        """How many bytes the server has sent so far."""

    def guard_writes(self, check: Callable[[float], None]) -> None:
        """Ask `check` before each request that writes, with the seconds it may take; it raises to forbid it."""

    def share_host(self, room: Callable[[int], int]) -> None:
        """Ask `room` before several connections are used, with how many are wanted; it says how many may be."""

    def each(self, tasks: Sequence[Task], do: Callable[["RemoteCalendar", Task], Result]) -> Iterator[Result]:
        """Do one thing for each task, in turn or over several connections, as this server is faster; no two tasks
        may be about one href. After a failure nothing new is begun, and it is raised when the rest has come.
        """

    def look(self, position: Position | None) -> Look:
        """Find out what changed since `position`, as cheaply as this server allows; None: everything."""

    def list_all(self) -> Look:
        """List every member with its ETag (a full reconciliation); `position` is left empty."""

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        """Read items, in pages; every href asked for gets exactly one answer."""

    def create(self, href: str, body: bytes) -> str | None:
        """Write a new item (If-None-Match: *); return its strong ETag, if told."""

    def replace(self, href: str, body: bytes, *, etag: str) -> str | None:
        """Overwrite an item that still has `etag`; return the new strong ETag, if told."""

    def delete(self, href: str, *, etag: str | None) -> None:
        """Remove an item that still has `etag`."""

    def new_href(self, name: str) -> str:
        """The href an item called `name` (letters, digits, hyphens) has in this collection."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a codec understood of one resource; `flags` name what was odd about it, for the history."""

    event: Event
    flags: tuple[str, ...] = ()


class Codec(Protocol):
    """iCalendar text to meaning and back, line by line."""

    def read(self, body: bytes, *, tz: ZoneInfo, href: str = "") -> Reading | None:
        """Understand one resource; None where it holds no VEVENT. `tz` is for floating times.

        Raises `Unreadable` naming line and reason.
        """

    def wrote(self, body: bytes) -> bool:
        """Whether this resource was first written by this program."""

    def write(self, event: Event, *, now: datetime) -> bytes:
        """Write a resource of our own from scratch."""

    def patch(self, body: bytes, event: Event, *, now: datetime, tz: ZoneInfo) -> bytes:
        """Rewrite only those lines of `body` whose meaning differs from `event`; all else stays
        octet-equal.
        """

    def rename(self, body: bytes, uid: str) -> bytes:
        """The same resource under another UID; every other line stays octet-equal."""


class Clock(Protocol):
    """The only source of time; tests inject their own (DESIGN, proof)."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
