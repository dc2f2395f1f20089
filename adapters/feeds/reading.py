"""Answer whoever has a feed's address: is it new, and what does it say?

What it says is only made for who does not have it yet, and only of what has changed since it was last made (`parts`). A
feed that is not there, one that was ended and an address that never was one are the same here: no row has that hash.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session as Database

from adapters.app import App
from adapters.database.engine import Sessions, reading
from adapters.feeds.content import Stamp, Window, entries, entries_of, made_from, named_at, stamps
from adapters.feeds.keeping import feed_named
from adapters.feeds.kept import Kept
from adapters.feeds.parts import Made, keep, parts_of
from adapters.feeds.secret import hash_of, same
from adapters.ical.feed import NOTHING, Part, joined, part
from adapters.ical.feed import feed as written
from model.feed import Feed
from sync.feed import Entry, published_level
from sync.settings import Settings

_WRITER = version("calendula")  # another one may write the same otherwise
_USED = timedelta(hours=1)  # how exactly the last use is known: else every look would be a write
_NOBODY = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A feed as it is now: its entity tag, since when it is so, and what is needed to write it."""

    feed: Feed
    tag: str
    since: datetime
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Feeds:
    """What the addresses of feeds are answered from."""

    sessions: Sessions
    settings: Settings
    clock: Callable[[], datetime]
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def of(cls, app: App) -> "Feeds":
        """Those of one practice."""
        return cls(sessions=app.sessions, settings=app.config.settings, clock=app.clock)

    def look(self, secret: str) -> Standing | None:
        """What stands under an address; None: nothing. Two short queries, whatever the feed holds."""
        wanted, now = hash_of(secret), self.clock()
        with reading(self.sessions) as database:
            feed = database.scalar(select(Feed).where(Feed.secret_hash == wanted))
            if not same(feed.secret_hash if feed is not None else _NOBODY, wanted) or feed is None:
                return None
            tag = self._tag(database, feed, now)
        since = self._note(feed, tag, now)
        return Standing(feed=feed, tag=tag, since=since, now=now)

    def prepare(self, ref: str) -> None:
        """Write a feed before anybody asks for it: the first of its readers waits no longer than the others."""
        now = self.clock()
        with reading(self.sessions) as database:
            feed = feed_named(database, ref)
            tag = self._tag(database, feed, now)
        self.write(Standing(feed=feed, tag=tag, since=now, now=now))

    def write(self, standing: Standing) -> bytes:
        """The calendar itself; one that was written lately is not written again."""
        known = self.kept.get(standing.tag)
        if known is not None:
            return known
        feed = standing.feed
        with reading(self.sessions) as database:
            tag = self._tag(database, feed, standing.now)
            kept = parts_of(database, feed.id)
            shown = self._shown_in(database, feed, standing.now, tag, kept)
        self._keep(feed.id, shown, kept)
        body = written([one.part for one in shown.values()], title=feed.title)
        if tag == standing.tag:  # nothing was changed since it was looked at
            self.kept.put(tag, body)
        return body

    def _tag(self, database: Database, feed: Feed, now: datetime) -> str:
        """A hash of all that the content follows from: rows, days, the feed itself, and the settings."""
        window = feed.window(now)
        said = (feed.title, feed.round_min, window, self._shown(feed))
        rows = made_from(database, feed, window, self.settings)
        return sha256(f"{said} {rows}".encode()).hexdigest()[:32]

    def _shown(self, feed: Feed) -> tuple[object, ...]:
        """Of the feed and of the settings, what a single event of it follows from."""
        level = published_level(feed.privacy_level, self.settings.privacy.maximum)
        sync = self.settings.sync
        shown = (sync.cancelled_display, sync.mark_completed, sync.push_drafts, sync.emit_attendees)
        return (_WRITER, feed.id, level, shown, self.settings.privacy)

    def _shown_in(
        self, database: Database, feed: Feed, now: datetime, tag: str, kept: Mapping[str, Part]
    ) -> dict[str, Made]:
        """All parts in their order; of a worker's feed, only what has changed is read and written anew."""
        window = feed.window(now)
        if feed.worker_id is not None and not feed.round_min:
            return self._of_worker(database, feed, window, kept)
        if tag in kept:
            return {tag: Made(None, kept[tag])}
        found = entries(database, feed, window, self.settings)
        return {tag: Made(None, joined(part(one.event, one.changed) for one in found))}

    def _of_worker(
        self, database: Database, feed: Feed, window: Window, kept: Mapping[str, Part]
    ) -> dict[str, Made]:
        """A part for each session or series."""
        assert feed.worker_id is not None  # noqa: S101 - for the type checker
        alike = sha256(f"{self._shown(feed)} {named_at(database)}".encode()).hexdigest()
        states = {one: _state(alike, one) for one in stamps(database, feed.worker_id, window, self.settings)}
        missing = [one for one, state in states.items() if state not in kept]
        new = entries_of(database, feed, missing, self.settings)
        parts = {**kept, **{states[one]: _part(of) for one, of in new.items()}}
        return {state: Made(one.id, parts[state]) for one, state in states.items() if state in parts}

    def _keep(self, feed_id: UUID, shown: Mapping[str, Made], kept: Mapping[str, Part]) -> None:
        """For the next reader. Where somebody else writes just then, the next reader does it."""
        new = {state: one for state, one in shown.items() if state not in kept}
        gone = kept.keys() - shown.keys()
        if new or gone:
            with suppress(OperationalError, IntegrityError), self.sessions.begin() as database:
                keep(database, feed_id, new, gone)

    def _note(self, feed: Feed, tag: str, now: datetime) -> datetime:
        """Write down that it was used, and since when it is as it is. A busy database is not waited for twice: what
        cannot be written now is written at the next look."""
        same_as_before = feed.state == tag and feed.changed_at is not None
        since = feed.changed_at if same_as_before and feed.changed_at is not None else now
        used_lately = feed.last_used_at is not None and now - feed.last_used_at < _USED
        if same_as_before and used_lately:
            return since
        with suppress(OperationalError):
            self._store(feed.id, tag, since, now)
        return since

    def _store(self, feed_id: UUID, tag: str, since: datetime, now: datetime) -> None:
        with self.sessions.begin() as database:
            changed = or_(Feed.state != tag, Feed.changed_at.is_(None))
            row = update(Feed).where(Feed.id == feed_id)
            database.execute(row.where(changed).values(state=tag, changed_at=since))
            database.execute(row.values(last_used_at=now))


def _part(shows: list[Entry]) -> Part:
    """Of one session or series, which may not be shown at all."""
    return part(shows[0].event, shows[0].changed) if shows else NOTHING


def _state(alike: str, stamp: Stamp) -> str:
    """What is the same for all events of the feed, and what is this one's own."""
    return sha256(f"{alike} {stamp.id.hex} {stamp.repeats} {stamp.state}".encode()).hexdigest()[:32]
