"""Calendar links: one worker's connection to one external calendar, and what it has agreed on with us.

The lease is what excludes other workers (DESIGN, one run): every state write of a run carries the fencing
number it was given. Credentials are sealed elsewhere; here is only their envelope.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from model.asset import Asset
from model.base import SEALED, Base, Json, Row
from model.bed import Bed
from model.errors import no_step
from model.people import Worker
from model.practice import Room
from model.series import Series
from model.session import Session


class AuthKind(StrEnum):
    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a kind, not a secret
    BEARER = "BEARER"
    OAUTH = "OAUTH"
    ADDRESS = "ADDRESS"  # of a published file: whoever has its address may read it


class Role(StrEnum):
    """What a calendar is for: to work in, only to be read for when its owner is busy, or to show when a room, an
    asset or a bed is taken (DOMAIN 4, 5).
    """

    WORK = "WORK"
    BUSY_SOURCE = "BUSY_SOURCE"
    RESOURCE = "RESOURCE"


class Mode(StrEnum):
    ONE_WAY = "ONE_WAY"
    TWO_WAY = "TWO_WAY"


class LinkState(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    NEEDS_REAUTH = "NEEDS_REAUTH"
    SUSPENDED = "SUSPENDED"
    ERROR = "ERROR"
    UNLINKED = "UNLINKED"


LINK_TRANSITIONS: dict[LinkState, frozenset[LinkState]] = {
    LinkState.ACTIVE: frozenset(LinkState) - {LinkState.ACTIVE},
    LinkState.PAUSED: frozenset({LinkState.ACTIVE, LinkState.UNLINKED}),
    LinkState.NEEDS_REAUTH: frozenset({LinkState.ACTIVE, LinkState.UNLINKED}),
    LinkState.SUSPENDED: frozenset({LinkState.ACTIVE, LinkState.UNLINKED}),
    LinkState.ERROR: frozenset(LinkState) - {LinkState.ERROR},
    LinkState.UNLINKED: frozenset(),
}
RUNNABLE = (LinkState.ACTIVE, LinkState.ERROR)


class MappingState(StrEnum):
    PENDING = "PENDING"  # announced, not known to be there
    SYNCED = "SYNCED"
    DIRTY = "DIRTY"
    UNDECIDED = "UNDECIDED"
    REFUSED = "REFUSED"
    TOMBSTONE = "TOMBSTONE"  # gone; its UID is never used again by us


class CalendarAccount(Row, Base):
    """Access to one server. `secret` is sealed with the key outside the database; `user` is the log-in
    name. Of a published file the secret is its address.
    """

    __tablename__ = "calendar_account"

    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    server: Mapped[str]
    user: Mapped[str]
    auth: Mapped[AuthKind]
    secret: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    oauth_provider: Mapped[str | None]


class CalendarHost(Row, Base):
    """One server that links speak to, as all workers know it (FAILURES A16, E23).

    `wait_until`: the server asked to be left alone until then (Retry-After). `failures`: runs in a row that got
    no usable answer, of whichever link; from a number on nobody is let through before `open_until`.
    """

    __tablename__ = "calendar_host"

    name: Mapped[str] = mapped_column(unique=True)
    wait_until: Mapped[datetime | None]
    open_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)


class CalendarLink(Row, Base):
    """One collection of one account, for one worker. `ref` is how people name it on the command line.

    `host` is the server in `href`: links on one host share its budget (`CalendarHost`).
    `seen_rev`: the newest change of ours that this link has taken notice of. `tz`: the calendar's zone, in
    which
    floating times are read. `profile`: what the server was seen to do; `corrected`: in which of it runs have
    found it different since. `listed_at`: when everything there was last listed.
    A busy source is only read: its mode, level and display mean nothing; `all_day_as` is how what is all-day there was
    read (`booking.all_day_blocks`). A resource calendar shows when the one room,
    asset or bed that it names is taken; its worker is the one who looks after it and gets its notices.

    `connections`: how many the run that holds the lease has open, as others on the host count them.
    """

    __tablename__ = "calendar_link"
    __table_args__ = (Index("ix_calendar_link_host_lease_until", "host", "lease_until"),)

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_account.id"))
    href: Mapped[str]
    host: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    tz: Mapped[str]
    role: Mapped[Role] = mapped_column(default=Role.WORK)
    mode: Mapped[Mode]
    privacy_level: Mapped[str]
    cancelled_display: Mapped[str]
    pull_s: Mapped[int]
    profile: Mapped[Json] = mapped_column(default=dict)
    corrected: Mapped[Json] = mapped_column(default=dict)
    all_day_as: Mapped[str] = mapped_column(default="by_transp")
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    bed_id: Mapped[UUID | None] = mapped_column(ForeignKey("bed.id"))

    state: Mapped[LinkState] = mapped_column(default=LinkState.ACTIVE)
    state_reason: Mapped[str] = mapped_column(default="")
    sync_token: Mapped[str | None]
    ctag: Mapped[str | None]
    seen_rev: Mapped[int] = mapped_column(default=0, index=True)
    reconciled_at: Mapped[datetime | None]
    listed_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")

    next_run_at: Mapped[datetime] = mapped_column(index=True)
    failures: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    connections: Mapped[int] = mapped_column(default=1)

    worker: Mapped[Worker] = relationship(lazy="raise")
    account: Mapped[CalendarAccount] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")
    asset: Mapped[Asset | None] = relationship(lazy="raise")
    bed: Mapped[Bed | None] = relationship(lazy="raise")

    @property
    def keeps_bodies(self) -> bool:
        """Whether runs keep what they change for `rewind`: only where people work."""
        return self.role is Role.WORK

    @property
    def mirrors(self) -> bool:
        """Whether it shows when a room, an asset or a bed is taken, and takes no edits."""
        return self.role is Role.RESOURCE

    @property
    def of(self) -> str:
        """What a resource calendar is of, like "room:gym"; empty of every other."""
        named = {"room": self.room, "asset": self.asset, "bed": self.bed} if self.mirrors else {}
        return next((f"{kind}:{one.ref}" for kind, one in named.items() if one is not None), "")

    @property
    def only_read(self) -> bool:
        """Whether nothing is ever written there."""
        return self.role is Role.BUSY_SOURCE

    @property
    def promise(self) -> timedelta:
        """How often it is looked at, at most: the publisher of a file may ask for patience (RFC 7986, 5.7)."""
        asked = self.profile.get("refresh_s", 0)
        return timedelta(seconds=max(self.pull_s, asked if isinstance(asked, int) else 0))

    def is_stale(self, now: datetime, after: timedelta) -> bool:
        """Whether it is a busy source that was not read for so long that other times may be taken by now (DOMAIN 4)."""
        return self.only_read and (self.last_ok_at is None or now - self.last_ok_at > after)

    @validates("href")
    def _note_host(self, _: str, href: str) -> str:
        self.host = urlsplit(href).netloc.rpartition("@")[2].lower()
        return href

    def age(self, now: datetime) -> timedelta:
        """How long ago both sides were last known to be in step."""
        return now - (self.last_ok_at or self.created_at)

    def is_late(self, now: datetime) -> bool:
        """Whether its promise is broken: its cadence passed twice without a good run (FAILURES E25)."""
        rests = self.state in (LinkState.PAUSED, LinkState.UNLINKED)
        return not rests and self.age(now) > 2 * self.promise

    def become(self, state: LinkState, reason: str = "") -> None:
        """Take one step of the link's state machine (DOMAIN 2)."""
        if state is self.state:
            self.state_reason = reason
            return
        if state not in LINK_TRANSITIONS[self.state]:
            raise no_step("A link", self.state, state, LINK_TRANSITIONS[self.state])
        self.state, self.state_reason = state, reason


class EventMapping(Row, Base):
    """One session or series on one link: where it is there, and what both sides last agreed on.

    `base_ical` is what the server stored, `pushed_ical` what we projected when it differs (DESIGN, remember).
    `note` is the practitioner's own remark in the event's description: private to them (E9).
    `waiting` names what has a held change and shows the "Change waiting" line: occurrence keys, or "*".
    DIRTY: differs from what we show and must be pushed. UNDECIDED: a series was cut there, and until the next
    pull is over nobody knows whether a new UID follows (E6 or E7). REFUSED: the server would not take our
    write; tried again when the unit changes and at the daily reconciliation.
    `part_of`: this resource holds nothing but overrides of that mapping's series, and shows nothing by itself (B21).
    `away`: the event came from another calendar, and this is our copy of it (E10).
    `shows`: in a resource calendar, what takes the room, the asset or the bed; in a worker's, what stands beside the
    sessions: the padding after one, as a part of its mapping, or a reserved window. Empty where a session
    or a series is shown itself.
    `unechoed_since`: we created it then, and no look whose position is kept has shown it. Somebody may delete it, and
    no report tells (RFC 6578, 3.5).
    `writes`: how often it was written on `writes_day` (UTC); more than the budget is a loop (FAILURES E9).
    """

    __tablename__ = "event_mapping"
    __table_args__ = (
        UniqueConstraint("link_id", "uid"),
        Index("ix_event_mapping_link_id_href_key", "link_id", "href_key"),
        Index("ix_event_mapping_link_id_session_id", "link_id", "session_id"),
        Index("ix_event_mapping_link_id_series_id", "link_id", "series_id"),
        Index("ix_event_mapping_part_of", "part_of"),
        Index("ix_event_mapping_link_id_state", "link_id", "state"),
    )

    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id", ondelete="SET NULL"))
    part_of: Mapped[UUID | None] = mapped_column(ForeignKey("event_mapping.id", ondelete="SET NULL"))
    away: Mapped[bool] = mapped_column(default=False)
    uid: Mapped[str]
    href: Mapped[str]
    href_key: Mapped[str]
    etag: Mapped[str | None]
    base_ical: Mapped[bytes | None] = mapped_column(LargeBinary)
    pushed_ical: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(default="")
    waiting: Mapped[str] = mapped_column(default="")
    shows: Mapped[str] = mapped_column(default="")
    unechoed_since: Mapped[datetime | None]
    writes: Mapped[int] = mapped_column(default=0)
    writes_day: Mapped[str] = mapped_column(default="")
    state: Mapped[MappingState]

    # declared so that a unit of work writes a session before the mapping that names it
    session: Mapped[Session | None] = relationship(lazy="raise")
    series: Mapped[Series | None] = relationship(lazy="raise")

    def bury(self) -> None:
        """End it: its UID is never used again, and nothing of the event is kept (FAILURES H7).

        The ETag stays: what is listed with it later is a stale listing, not somebody's doing.
        """
        self.state = MappingState.TOMBSTONE
        self.base_ical = self.pushed_ical = None
        self.note = self.waiting = ""
        self.unechoed_since = None


# Empty most of the time, and asked for in each run. PostgreSQL's is as small (migration 0013): said here, it would have
# every command load that dialect.
Index(
    "ix_event_mapping_unechoed", EventMapping.link_id, sqlite_where=EventMapping.unechoed_since.is_not(None)
)


class SeenItem(Row, Base):
    """A resource in the calendar that is not mapped: no event, unreadable, or an event of a busy source; kept so
    that it is read once.

    `reason` is empty for what is understood, or simply is no event (a task); otherwise the item is quarantined and
    reported. `expanded_until`: until when the times of a repeating event of a busy source are known, if it goes on.
    """

    __tablename__ = "seen_item"
    __table_args__ = (UniqueConstraint("link_id", "href_key"),)

    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"))
    href: Mapped[str]
    href_key: Mapped[str]
    etag: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    expanded_until: Mapped[datetime | None] = mapped_column(index=True)
