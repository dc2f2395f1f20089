"""What the fake server keeps: calendars, their items, and everything that ever happened to them.

Decides what a write stores, which ETag it gets and what a listing shows, switches included. It knows no HTTP:
statuses and XML are `methods`'. To whoever reads it, and to random histories, a calendar looks like
`doubles.remote.InMemoryServer`.
"""

import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from sync.href import canonical_href
from sync.ports import Item
from tests.doubles.remote import uid_of, unwatched
from tests.fake.switches import Switches
from tests.phone import Part, fold, parse


@dataclass(frozen=True)
class Change:
    """One write: the request it came with, what it was about, and what stands there since (None: nothing).

    `whim`: nobody wrote it, the server just gave it another ETag.
    """

    tick: int
    key: str
    item: Item | None
    whim: bool = False


@dataclass(frozen=True)
class Seen:
    """What a client is shown: items by key, and how much of the history that is."""

    items: dict[str, Item]
    upto: int


@dataclass
class Calendar:
    """One collection. `tick` counts the server's requests: lag is measured in them, and so the same each time.

    `watch` is told by those who ask (`world.Watched`), before each request of theirs and once it is answered.
    """

    path: str
    name: str
    switches: Switches
    dice: random.Random
    tick: Callable[[], int]
    today: Callable[[], datetime]
    items: dict[str, Item] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    epoch: int = 0
    trash: set[str] = field(default_factory=set)
    mails: int = 0
    watch: Callable[[str], None] = unwatched
    _uids: dict[str, set[str]] = field(default_factory=dict)
    _snapshots: list[tuple[dict[str, Item], int]] = field(default_factory=list)

    # --- writing --------------------------------------------------------------------------------------------

    def holder(self, uid: str | None, *, besides: str) -> Item | None:
        """Another item with this UID."""
        keys = self._uids.get(uid or "", set()) - {besides}
        return self.items[min(keys)] if keys else None

    def put(self, href: str, body: bytes) -> Item:
        """Store an item the way this server does; it may end up elsewhere (FAILURES B26)."""
        key = canonical_href(href)
        old = self.items.get(key)
        if old is not None:
            href = old.href
        elif self.switches.renames_hrefs:
            href = f"{self.path}own-{self.dice.getrandbits(48):012x}.ics"
        self._tell_guests(body)
        stored = self._cut_up(self._rewritten(body))
        etag = self._etag(stored, old)
        return self._note(canonical_href(href), Item(href=href, etag=etag, body=stored))

    def delete(self, key: str) -> None:
        self._tell_guests(self.items[key].body)
        self.trash.add(uid_of(self.items[key].body) or "")
        self._note(key, None)

    def relocate(self, key: str, href: str) -> None:
        """The server moves an item to another href."""
        item = self.items[key]
        self._note(key, None)
        self._note(canonical_href(href), replace(item, href=href))

    def touch(self, key: str, body: bytes) -> None:
        """The server gives an item another ETag, and perhaps other bytes, for reasons of its own."""
        etag = self._etag(f"{len(self.changes)}".encode())
        self._note(key, replace(self.items[key], etag=etag, body=body), whim=True)

    @property
    def etag_on_put(self) -> bool:
        """Whether the answer to a PUT tells what its item is known by."""
        odd = (
            self.switches.weak_etag_on_put or self.switches.encoded_etag_on_put or self.switches.mails_guests
        )
        return not (odd or self.switches.no_etag_on_put or self.switches.flaky_etags)

    @property
    def lost_answers(self) -> int:
        return self.switches.resets_after

    @lost_answers.setter
    def lost_answers(self, count: int) -> None:
        self.switches.resets_after = count

    @property
    def lost_requests(self) -> int:
        return self.switches.resets_before

    @lost_requests.setter
    def lost_requests(self, count: int) -> None:
        self.switches.resets_before = count

    def become(self, other: "Calendar") -> None:
        """Stand as another one did."""
        self.epoch, self.mails, self.trash = other.epoch, other.mails, set(other.trash)
        self.dice.setstate(other.dice.getstate())
        self._stand(other.items, other.changes)

    @property
    def history(self) -> list[Change]:
        """What was really written."""
        return [change for change in self.changes if not change.whim]

    def _note(self, key: str, item: Item | None, *, whim: bool = False) -> Item:
        old = self.items.pop(key, None)
        if old is not None:
            self._uids.get(uid_of(old.body) or "", set()).discard(key)
        if item is not None:
            self.items[key] = item
            self._uids.setdefault(uid_of(item.body) or "", set()).add(key)
        self.changes.append(Change(self.tick(), key, item, whim))
        return item or old or Item(href=key, etag=None, body=b"")

    def _etag(self, body: bytes, old: Item | None = None) -> str | None:
        """Made from the content, as five of six do (MATRIX, PUT)."""
        if self.switches.no_etags:
            return None
        if self.switches.dated_etags:
            return f'"{self.today():%Y%m%dT%H%M%S}"'
        if self.switches.counted_etags:
            return f'"gcs{int((old.etag or "").strip(chr(34))[3:]) + 1 if old else 0:08}"'
        mark = hashlib.sha256(body).hexdigest()[:16]
        if self.switches.unquoted_etags:
            return mark
        return f'W/"{mark}"' if self.switches.weak_etags else f'"{mark}"'

    def _rewritten(self, body: bytes) -> bytes:
        if not self.switches.rewrites and not self.switches.mails_guests:
            return body
        calendar = parse(body)
        for event in calendar.parts("VEVENT"):
            if self.switches.mails_guests:
                event.inside[:] = [_scheduled(line) for line in event.inside]
            if "adds" in self.switches.rewrites and not event.lines("CLASS"):
                event.set("CLASS:PUBLIC")
            if "strips" in self.switches.rewrites:
                event.inside[:] = [line for line in event.inside if not _stripped(line)]
            if "sorts" in self.switches.rewrites:
                event.inside.sort(
                    key=lambda one: (isinstance(one, Part), one if isinstance(one, str) else "")
                )
        return fold(calendar.text())

    def _cut_up(self, body: bytes) -> bytes:
        """Store each override beside its series, at an href of its own; the rest goes where it was sent (B21)."""
        calendar = parse(body)
        overrides = [one for one in calendar.parts("VEVENT") if one.lines("RECURRENCE-ID")]
        if not self.switches.splits_overrides or len(overrides) == len(calendar.parts("VEVENT")):
            return body
        rest = [one for one in calendar.inside if not isinstance(one, Part) or one.name != "VEVENT"]
        for override in overrides:
            name = override.value("UID") + override.value("RECURRENCE-ID")
            href = f"{self.path}part-{hashlib.sha256(name.encode()).hexdigest()[:12]}.ics"
            alone = fold(Part("VCALENDAR", [*rest, override]).text())
            if href not in self.items or self.items[href].body != alone:
                self._note(href, Item(href=href, etag=self._etag(alone, self.items.get(href)), body=alone))
        return fold(Part("VCALENDAR", [one for one in calendar.inside if one not in overrides]).text())

    def _tell_guests(self, body: bytes) -> None:
        """A server that schedules mails each guest of whatever is written or deleted (MATRIX 13)."""
        lines = re.sub(rb"\r?\n[ \t]", b"", body).splitlines()
        guests = [line for line in lines if re.match(rb"ATTENDEE[;:]", line)]
        if any(re.match(rb"ORGANIZER[;:]", line) for line in lines):
            self.mails += len(guests)

    def twins(self, *, since: int = 0) -> list[str]:
        """UIDs that ever stood at two hrefs at once (I5), from that change on."""
        standing: dict[str, str] = {}
        found: list[str] = []
        for change in self.changes[since:]:
            for gone in [uid for uid, key in standing.items() if key == change.key]:
                del standing[gone]
            part = change.item is not None and not _has_master(change.item.body)
            uid = uid_of(change.item.body) if change.item and not part else None
            if uid is not None:
                found += [uid] if uid in standing else []
                standing[uid] = change.key
        return found

    # --- what is shown --------------------------------------------------------------------------------------

    def shown(self) -> Seen:
        """What a listing, a report or a query shows right now."""
        seen = self.settled()
        if self.switches.window_days:
            reach = timedelta(days=self.switches.window_days)
            kept = {key: item for key, item in seen.items.items() if self._near(item, reach)}
            return Seen(kept, seen.upto)
        return seen

    def settled(self) -> Seen:
        """What stood `lag` requests ago."""
        lag, now = self.switches.lag, self.tick()
        if not lag or not self.changes or self.changes[-1].tick + lag < now:
            return Seen(self.items, len(self.changes))
        upto = sum(1 for _ in takewhile(lambda change: change.tick + lag < now, self.changes))
        return Seen(self._tree(upto), upto)

    def _tree(self, upto: int) -> dict[str, Item]:
        """What stood after so much of the history."""
        items: dict[str, Item] = {}
        for change in self.changes[:upto]:
            items.pop(change.key, None)
            if change.item is not None:
                items[change.key] = change.item
        return items

    def _near(self, item: Item, reach: timedelta) -> bool:
        """By its first day alone, as a server does that looks at DTSTART only."""
        found = re.search(rb"\nDTSTART[^:\r\n]*:(\d{8})", item.body.partition(b"BEGIN:VEVENT")[2])
        if found is None:
            return True
        day = datetime.strptime(found[1].decode(), "%Y%m%d").replace(tzinfo=UTC)
        return abs(day - self.today()) <= reach

    def shake(self) -> None:
        """Give one item another ETag for no reason (FAILURES B5)."""
        if self.switches.flaky_etags and self.items:
            key = self.dice.choice(sorted(self.items))
            self._note(key, replace(self.items[key], etag=f'"{self.dice.getrandbits(64):016x}"'), whim=True)

    # --- tokens ---------------------------------------------------------------------------------------------

    def token(self, upto: int) -> str:
        if self.switches.compares_trees:
            now = self._tree(upto)
            upto = next(number for number in range(upto + 1) if self._tree(number) == now)
        return f"http://fake.invalid/sync/{self.epoch}-{upto}"

    def written(self, since: int, upto: int) -> list[tuple[int, str]]:
        """What a report tells: the changes in between, by their number, with the key of each."""
        then, now = self._tree(since), self._tree(upto)
        written = [(number, self.changes[number].key) for number in range(since, upto)]
        return [
            (number, key)
            for number, key in written
            if not self.switches.compares_trees or then.get(key) != now.get(key)
        ]

    def since(self, token: str) -> int | None:
        """How much of the history a token has seen; None for one that was never given out."""
        match = re.fullmatch(r"http://fake\.invalid/sync/(\d+)-(\d+)", token)
        if match is None or int(match[1]) != self.epoch or int(match[2]) > len(self.changes):
            return None
        return int(match[2])

    def changed_since(self, token: str) -> list[str] | None:
        """The keys written after a token, None for one that was never given out."""
        since = self.since(token)
        return None if since is None else [change.key for change in self.changes[since:]]

    @property
    def ctag(self) -> str:
        return f'"{self.epoch}-{self.settled().upto}"'

    def forget_tokens(self) -> None:
        """The server no longer knows any token it gave out."""
        self.epoch += 1

    # --- backups --------------------------------------------------------------------------------------------

    def snapshot(self) -> int:
        """Take a backup; its number."""
        self._snapshots.append((dict(self.items), len(self.changes)))
        return len(self._snapshots) - 1

    def restore(self, number: int) -> None:
        """Put a backup back, tokens and all: what happened since never happened (FAILURES B16; Baikal#1441)."""
        items, upto = self._snapshots[number]
        self._stand(items, self.changes[:upto])

    def _stand(self, items: dict[str, Item], changes: list[Change]) -> None:
        self.items, self.changes, self._uids = dict(items), list(changes), {}
        for key, item in self.items.items():
            self._uids.setdefault(uid_of(item.body) or "", set()).add(key)


def _has_master(body: bytes) -> bool:
    return any(not one.lines("RECURRENCE-ID") for one in parse(body).parts("VEVENT"))


def _scheduled(line: "str | Part") -> "str | Part":
    if isinstance(line, str) and line.startswith("ATTENDEE") and "SCHEDULE-STATUS" not in line:
        head, colon, who = line.partition(":")
        return f"{head};SCHEDULE-STATUS=1.2{colon}{who}"
    return line


def _stripped(line: "str | Part") -> bool:
    return isinstance(line, str) and line.startswith(("X-", "RELATED-TO"))
