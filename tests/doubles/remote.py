"""A calendar server in memory that keeps every promise of `sync.ports.RemoteCalendar`.

It behaves as the contract suite demands of real ones: strong ETags, sync tokens, tombstones, preconditions,
one UID per calendar. `vanish`, `relocate` and `forget_tokens` are what a person or an administrator does to a
server; the other switches are what networks and servers do to a write.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sync.errors import CalendarMissing, OutcomeUnknown, Refused, RemoteChanged, RemoteGone, UidTaken
from sync.href import canonical_href
from sync.ports import Fetched, Item, Look, Missing, Position, RemoteCalendar, Result, Task


def as_sent(body: bytes) -> bytes:
    """Store a body as it came."""
    return body


def unwatched(_: str) -> None:
    """Nobody looks at the requests."""


@dataclass
class InMemoryServer:
    """What is stored, and its history: one entry per write, by which tokens are answered.

    `rewrites` is what the server makes of a body before it stores it; `etag_on_put`: it names the ETag.
    `lost_answers` and `lost_requests`: of so many writes to come, the answer or the request gets lost.
    `uids_held_elsewhere`: of so many new items, the account holds the UID outside this calendar (trash bins,
    Cyrus); `refuses_writes`: it takes none. `leaves_out`: of so many answers to come, every item asked for is left
    out. `watch` is told before each request and after each write; it may raise.
    """

    path: str = "/calendars/anna/practice/"
    rewrites: Callable[[bytes], bytes] = as_sent
    etag_on_put: bool = True
    items: dict[str, Item] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    epoch: int = 0
    missing: bool = False
    lost_answers: int = 0
    lost_requests: int = 0
    uids_held_elsewhere: int = 0
    refuses_writes: bool = False
    leaves_out: int = 0
    watch: Callable[[str], None] = unwatched

    def vanish(self) -> None:
        """Somebody deletes the calendar."""
        self.missing = True

    def forget_tokens(self) -> None:
        """The server no longer knows any token it gave out."""
        self.epoch += 1

    def relocate(self, key: str, href: str) -> None:
        """The server moves an item to another href."""
        item = self.items.pop(key)
        self.note(key)
        self.items[canonical_href(href)] = Item(
            href=href, etag=self.note(canonical_href(href)), body=item.body
        )

    def touch(self, key: str, body: bytes) -> None:
        """The server gives an item another ETag, and perhaps other bytes, for reasons of its own."""
        self.items[key] = replace(self.items[key], etag=self.note(key), body=body)

    def become(self, other: "InMemoryServer") -> None:
        """Stand as another one did."""
        self.items, self.history, self.epoch = dict(other.items), list(other.history), other.epoch

    def note(self, key: str) -> str:
        """Write a change down; its number makes the new ETag."""
        self.history.append(key)
        return f'"{len(self.history)}"'

    @property
    def token(self) -> str:
        return f"{self.epoch}:{len(self.history)}"

    def changed_since(self, token: str) -> list[str] | None:
        """The keys written after a token, None for a token that means nothing here."""
        epoch, _, number = token.partition(":")
        if epoch != str(self.epoch) or not number.isdigit() or int(number) > len(self.history):
            return None
        return list(dict.fromkeys(self.history[int(number) :]))


class InMemoryCalendar:
    """One client's view of an `InMemoryServer`. `requests` counts as the CalDAV adapter would."""

    def __init__(self, server: InMemoryServer | None = None) -> None:
        self.server = server or InMemoryServer()
        self.requests: Counter[str] = Counter()
        self.received = 0
        self._check: Callable[[float], None] = lambda _: None

    def guard_writes(self, check: Callable[[float], None]) -> None:
        self._check = check

    @property
    def reads_back(self) -> bool:
        return self.server.rewrites is not as_sent

    @property
    def corrections(self) -> dict[str, object]:
        return {}

    def each(self, tasks: Sequence[Task], do: Callable[[RemoteCalendar, Task], Result]) -> Iterator[Result]:
        return (do(self, task) for task in tasks)

    def look(self, position: Position | None) -> Look:
        self._ask("REPORT")
        changed = self.server.changed_since(position.token) if position and position.token else None
        here = Position(token=self.server.token)
        if changed is None:
            return Look(etags=self._etags(), complete=True, position=here)
        alive = {k: self.server.items[k] for k in changed if k in self.server.items}
        return Look(
            etags={item.href: item.etag for item in alive.values()},
            gone=frozenset(changed) - frozenset(alive),
            position=here,
        )

    def list_all(self) -> Look:
        self._ask("PROPFIND")
        return Look(etags=self._etags(), complete=True)

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        for start in range(0, len(hrefs), 50):
            self._ask("REPORT")
            silent, self.server.leaves_out = self.server.leaves_out > 0, max(self.server.leaves_out - 1, 0)
            for href in hrefs[start : start + 50]:
                if silent:
                    yield Missing(href=href, certain=False)
                    continue
                stored = self.server.items.get(canonical_href(href))
                if stored is None:
                    yield Missing(href=href, certain=True)
                else:
                    yield Item(href=href, etag=stored.etag, body=stored.body)

    def find(self, uid: str) -> Item | None:
        self._ask("REPORT")
        return next((item for item in self.server.items.values() if uid_of(item.body) == uid), None)

    def create(self, href: str, body: bytes) -> str | None:
        self._ask("PUT")
        self._lose_request(href)
        if canonical_href(href) in self.server.items:
            raise RemoteChanged("Something is already stored there.", href=href)
        return self._store(href, body)

    def replace(self, href: str, body: bytes, *, etag: str) -> str | None:
        self._ask("PUT")
        self._lose_request(href)
        self._expect(href, etag)
        return self._store(href, body)

    def delete(self, href: str, *, etag: str | None) -> None:
        self._ask("DELETE")
        self._lose_request(href)
        self._expect(href, etag)
        key = canonical_href(href)
        del self.server.items[key]
        self.server.note(key)
        self._lose_answer(href)

    def new_href(self, name: str) -> str:
        return f"{self.server.path}{name}.ics"

    def _ask(self, method: str) -> None:
        if method in {"PUT", "DELETE"}:
            self._check(60)
        self.requests[method] += 1
        self.server.watch(f"before {method}")
        if self.server.missing:
            raise CalendarMissing("The calendar is not there any more (404).")

    def _etags(self) -> dict[str, str | None]:
        return {item.href: item.etag for item in self.server.items.values()}

    def _expect(self, href: str, etag: str | None) -> None:
        stored = self.server.items.get(canonical_href(href))
        if stored is None:
            raise RemoteGone("The item is not there any more.", href=href)
        if etag is not None and stored.etag != etag:
            raise RemoteChanged("The item was changed there.", href=href)

    def _lose_request(self, href: str) -> None:
        if self.server.lost_requests:
            self.server.lost_requests -= 1
            raise OutcomeUnknown("No answer came.", href=href)

    def _lose_answer(self, href: str) -> None:
        self.server.watch("after a write")
        if self.server.lost_answers:
            self.server.lost_answers -= 1
            raise OutcomeUnknown("No answer came.", href=href)

    def _store(self, href: str, body: bytes) -> str | None:
        uid, key = uid_of(body), canonical_href(href)
        if uid is None or b"BEGIN:VEVENT" not in body or self.server.refuses_writes:
            raise Refused("The server refuses the item (400).", href=href, status=400)
        if self.server.uids_held_elsewhere and key not in self.server.items:
            self.server.uids_held_elsewhere -= 1
            raise UidTaken("The server already has this UID.", href=href, other=None)
        twin = next(
            (k for k, item in self.server.items.items() if k != key and uid_of(item.body) == uid), None
        )
        if twin is not None:
            raise UidTaken("The server already has this UID.", href=href, other=self.server.items[twin].href)
        etag = self.server.note(key)
        self.server.items[key] = Item(href=href, etag=etag, body=self.server.rewrites(body))
        self._lose_answer(href)
        return etag if self.server.etag_on_put else None


def uid_of(body: bytes) -> str | None:
    match = re.search(rb"(?m)^UID:([^\r\n]+)", re.sub(rb"\r?\n[ \t]", b"", body))
    return match[1].decode().strip() if match else None
