"""Calendars to subscribe to, each by a secret address: that is in the answer that makes it, and nowhere else."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.feeds import keeping
from adapters.feeds.keeping import FeedView
from adapters.feeds.reading import Feeds
from adapters.web.desk import At, Desk
from adapters.web.wire import Body, Ref, Text
from sync.feed import published_level

router = APIRouter(prefix="/feeds", tags=["feeds"])
Days = Annotated[int, Field(ge=0, le=3_650)]


class NewFeed(Body):
    """What it is of, and how much it shows; what is left out is as the practice's settings say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "worker", "of": "mia", "level": "busy", "title": "Practice"}]
        }
    )

    kind: Literal["worker", "room", "asset", "bed"]
    of: Ref
    level: Literal["busy", "reference", "initials"] | None = None
    past_days: Days | None = None
    future_days: Days | None = None
    title: Text = ""
    name: Ref | None = None


class Secret(BaseModel):
    """A new address, told this once."""

    feed: str = Field(examples=["mia"])
    url: str = Field(description="Without `web.public_url` only its path.", examples=["/feeds/Zk3...Qw.ics"])


@router.get("", operation_id="list_feeds", summary="Of what, how much they show, when last read")
def list_(at: At) -> list[FeedView]:
    """Never with an address."""
    return keeping.list_feeds(at.sessions)


@router.post("", operation_id="add_feed", summary="Make a secret address to subscribe to", status_code=201)
def add(at: At, new: NewFeed) -> Secret:
    """Whoever has it reads the calendar, so it says no client's name."""
    sync, privacy = at.config.sync, at.config.privacy
    usual = published_level(privacy.default, privacy.maximum) if new.kind == "worker" else "busy"
    wanted = keeping.NewFeed(
        kind=new.kind,
        of=new.of,
        level=new.level or usual,
        past_days=sync.past_days if new.past_days is None else new.past_days,
        future_days=sync.future_days if new.future_days is None else new.future_days,
        title=new.title,
        ref=new.name,
    )
    made = keeping.add_feed(at.sessions, at.act(), wanted, privacy)
    Feeds.of(at.app).prepare(made.ref)
    return _told(at, made)


@router.post("/{feed}/rotate", operation_id="rotate_feed", summary="Give it a new address")
def rotate(at: At, feed: Ref) -> Secret:
    """The old one is gone at once."""
    return _told(at, keeping.rotate_feed(at.sessions, at.act(), feed))


@router.delete("/{feed}", operation_id="remove_feed", summary="End it", status_code=204)
def remove(at: At, feed: Ref) -> None:
    """Its address is gone at once; what subscribers have copied stays with them."""
    keeping.remove_feed(at.sessions, at.act(), feed)


def _told(at: Desk, found: keeping.Address) -> Secret:
    base = at.config.web.public_url.rstrip("/")
    return Secret(feed=found.ref, url=f"{base}/feeds/{found.secret}.ics")
