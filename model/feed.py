"""Feeds: a calendar that is only read, by whoever knows its secret address (DOMAIN 5; FAILURES G12, G13).

What a feed is of, what it shows at most and of which days stands in its row, never in what a caller asks for. Of the
address only a hash is kept: it is shown once, to whoever made it.
"""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.asset import Asset
from model.base import Base, Row
from model.bed import Bed
from model.errors import DomainError
from model.people import Worker
from model.practice import Room

MOST_PAST, MOST_FUTURE = 3_650, 395  # as far as calendars that are linked may be kept in step
LONGEST_TITLE = 60


class Feed(Row, Base):
    """One secret address, of one worker, room, asset or bed. `ref` is how people name it on the command line.

    `title` is what its subscribers' apps call it. `secret_hash` is the SHA-256 of the 256 bits in its address.
    `round_min`: it shows merged busy time alone, on a grid of so many minutes (H5); 0: each event by itself.
    `state` is what its content was made from when that was last noticed to be new, at `changed_at`.
    """

    __tablename__ = "feed"

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("worker.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    bed_id: Mapped[UUID | None] = mapped_column(ForeignKey("bed.id"))
    title: Mapped[str] = mapped_column(default="")
    secret_hash: Mapped[str] = mapped_column(unique=True)
    privacy_level: Mapped[str]
    past_days: Mapped[int]
    future_days: Mapped[int]
    round_min: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime | None]

    worker: Mapped[Worker | None] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")
    asset: Mapped[Asset | None] = relationship(lazy="raise")
    bed: Mapped[Bed | None] = relationship(lazy="raise")

    @property
    def of(self) -> str:
        """What it is of, like "worker:mia" or "room:gym"."""
        named = {"worker": self.worker, "room": self.room, "asset": self.asset, "bed": self.bed}
        return next((f"{kind}:{one.ref}" for kind, one in named.items() if one is not None), "")

    @property
    def of_resource(self) -> bool:
        """Whether it says no more than that something is taken."""
        return self.worker_id is None

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """The days it shows, whole ones in UTC: until midnight the same question has the same answer."""
        today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
        return today - timedelta(days=self.past_days), today + timedelta(days=self.future_days + 1)


class FeedPart(Base):
    """What a feed shows of one session or series, as it was last written: VEVENTs, and the zones and years they use.

    `of` is that session or series; None: the whole of a feed that does not show each by itself. `state` is a hash of
    everything it was written from. No more stands here than whoever reads the feed is shown.
    """

    __tablename__ = "feed_part"

    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    of: Mapped[UUID | None] = mapped_column(index=True)
    octets: Mapped[bytes] = mapped_column(LargeBinary)
    zones: Mapped[str]
    years: Mapped[str]


def check_window(past_days: int, future_days: int) -> None:
    """Refuse days that are never kept in step."""
    if not (0 <= past_days <= MOST_PAST and 0 <= future_days <= MOST_FUTURE):
        raise DomainError(
            "E_FEED", f"A feed shows at most {MOST_PAST} days that are past and {MOST_FUTURE} to come"
        )


def check_title(title: str) -> None:
    """Refuse what no app can show as the name of a calendar."""
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise DomainError("E_FEED", f"A feed's title has at most {LONGEST_TITLE} characters, in one line")
