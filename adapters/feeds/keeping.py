"""Make, list, renew and end feeds. Each of these leaves a line in the history, and none of them tells an address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record
from adapters.feeds.secret import hash_of, new_secret
from adapters.links.levels import check_level
from model.act import Act
from model.asset import Asset
from model.bed import Bed
from model.errors import DomainError
from model.feed import Feed, check_title, check_window
from model.people import Worker
from model.practice import Room
from model.rounding import check_grid
from sync.feed import PUBLISHED
from sync.settings import PrivacySettings

_OF: Mapping[str, Callable[[Database, str], UUID]] = {
    "worker": lambda database, ref: by_ref(database, Worker, ref).id,
    "room": lambda database, ref: by_ref(database, Room, ref).id,
    "asset": lambda database, ref: by_ref(database, Asset, ref).id,
    "bed": lambda database, ref: by_ref(database, Bed, ref).id,
}
_PARTS = (Feed.worker, Feed.room, Feed.asset, Feed.bed)


@dataclass(frozen=True, kw_only=True)
class NewFeed:
    """What a feed is of (`kind` is worker, room, asset or bed), and how much it shows; `round_min`: on a grid."""

    kind: str
    of: str
    level: str
    past_days: int
    future_days: int
    title: str = ""
    ref: str | None = None
    round_min: int = 0


@dataclass(frozen=True, kw_only=True)
class Address:
    """A feed's new secret, which is told here and never again."""

    ref: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class FeedView:
    """One feed as a list shows it: never with its address."""

    ref: str
    of: str
    level: str
    past_days: int
    future_days: int
    round_min: int
    title: str
    made_at: datetime
    last_used_at: datetime | None


def add_feed(sessions: Sessions, act: Act, new: NewFeed, privacy: PrivacySettings) -> Address:
    """Make a feed; its address is in the answer alone."""
    check_window(new.past_days, new.future_days)
    check_title(new.title)
    _check_grid(new)
    secret = new_secret()
    with sessions.begin() as database:
        _check_level(database, new, privacy)
        feed = Feed(
            id=act.new_id(),
            ref=_name(database, new),
            **{f"{new.kind}_id": _OF[new.kind](database, new.of)},
            title=new.title.strip(),
            secret_hash=hash_of(secret),
            privacy_level=new.level,
            past_days=new.past_days,
            future_days=new.future_days,
            round_min=new.round_min,
            state="",
        )
        database.add(feed)
        record(database, act, "feed-added", feed=feed.ref, of=f"{new.kind}:{new.of}", level=new.level)
        return Address(ref=feed.ref, secret=secret)


def list_feeds(sessions: Sessions) -> list[FeedView]:
    """All feeds by name."""
    with reading(sessions) as database:
        query = select(Feed).order_by(Feed.ref).options(*map(selectinload, _PARTS))
        return [_view(feed) for feed in database.scalars(query)]


def rotate_feed(sessions: Sessions, act: Act, ref: str) -> Address:
    """Give a feed another address; who has the old one finds nothing there any more."""
    secret = new_secret()
    with sessions.begin() as database:
        feed = feed_named(database, ref)
        feed.secret_hash, feed.last_used_at = hash_of(secret), None
        record(database, act, "feed-rotated", feed=ref)
    return Address(ref=ref, secret=secret)


def remove_feed(sessions: Sessions, act: Act, ref: str) -> None:
    """End a feed. What its subscribers have copied stays with them."""
    with sessions.begin() as database:
        database.delete(feed_named(database, ref))
        record(database, act, "feed-removed", feed=ref)


def remove_feeds_of(database: Database, act: Act, worker: Worker) -> list[str]:
    """End all feeds of a worker; their names."""
    gone = delete(Feed).where(Feed.worker_id == worker.id).returning(Feed.ref)
    refs = sorted(database.scalars(gone))
    for ref in refs:
        record(database, act, "feed-removed", feed=ref)
    return refs


def feed_named(database: Database, ref: str) -> Feed:
    """The feed with this name."""
    found = database.scalar(select(Feed).where(Feed.ref == ref))
    if found is None:
        raise DomainError("E_NOT_FOUND", f'There is no feed "{ref[:60]}"; calendula feed list shows all')
    return found


def _check_level(database: Database, new: NewFeed, privacy: PrivacySettings) -> None:
    """No feed tells a client's name, whatever the practice allows links (DOMAIN 5)."""
    check_level(database, new.level, privacy)
    if new.level not in PUBLISHED:
        raise DomainError(
            "E_LEVEL_NOT_ALLOWED",
            f"Whoever has a feed's address reads it: its levels are {', '.join(PUBLISHED)}",
        )
    if new.kind != "worker" and new.level != "busy":
        raise DomainError(
            "E_LEVEL_NOT_ALLOWED",
            f'The feed of {new.kind} {new.of[:60]} says "Occupied" and no more; leave the level out',
        )


def _check_grid(new: NewFeed) -> None:
    """What names sessions cannot be merged (H5)."""
    if not new.round_min:
        return
    check_grid(new.round_min)
    if new.level != "busy":
        raise DomainError("E_ROUND", "Only a feed of level busy is rounded: it says when, and no more")


def _name(database: Database, new: NewFeed) -> str:
    """As it was said, or as what it is of, with a number where that is taken."""
    taken = set(database.scalars(select(Feed.ref)))
    if new.ref in taken:
        raise DomainError("E_DUPLICATE_FEED", f'There is a feed called "{new.ref}"; choose another name')
    names = (new.of if n == 1 else f"{new.of}-{n}" for n in range(1, len(taken) + 2))
    return new.ref or next(name for name in names if name not in taken)


def _view(feed: Feed) -> FeedView:
    return FeedView(
        ref=feed.ref,
        of=feed.of,
        level=feed.privacy_level,
        past_days=feed.past_days,
        future_days=feed.future_days,
        round_min=feed.round_min,
        title=feed.title,
        made_at=feed.created_at,
        last_used_at=feed.last_used_at,
    )
