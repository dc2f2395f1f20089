"""The record of syncing: runs, the writes they announced, and what happened to whom.

Rows here hold ids, codes and times; never a name, a title or a reason (DOMAIN 1.8, FAILURES H6).
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, Row
from model.link import EventMapping


class SyncRun(Row, Base):
    """One run of one link. `result` is "ok" or the class of what ended it; `counts` are by action and
    verdict.
    """

    __tablename__ = "sync_run"
    __table_args__ = (Index("ix_sync_run_link_id_started_at", "link_id", "started_at"),)

    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"))
    job: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    counts: Mapped[Json] = mapped_column(default=dict)
    result: Mapped[str] = mapped_column(default="running")


class Verb(StrEnum):
    CREATE = "CREATE"
    REPLACE = "REPLACE"
    DELETE = "DELETE"


class Intent(Row, Base):
    """A write that was announced and not settled: its row is gone once the outcome is known (FAILURES E1).

    `meaning` is the hash of the event's meaning in `body`, `projected` what the domain showed when it was
    made.
    """

    __tablename__ = "intent"

    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"), index=True)
    mapping_id: Mapped[UUID] = mapped_column(ForeignKey("event_mapping.id", ondelete="CASCADE"))
    run_id: Mapped[UUID]
    verb: Mapped[Verb]
    href: Mapped[str]
    etag: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    projected: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_hash: Mapped[str] = mapped_column(default="")
    meaning: Mapped[str] = mapped_column(default="")

    mapping: Mapped[EventMapping] = relationship(lazy="raise")


class HistoryEntry(Row, Base):
    """One thing that happened to a session, a series or an event: append-only (DESIGN, one run)."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_uid", "uid"),
        Index("ix_history_session_id", "session_id"),
        Index("ix_history_series_id", "series_id"),
    )

    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    run_id: Mapped[UUID | None]
    link_id: Mapped[UUID | None]
    uid: Mapped[str] = mapped_column(default="")
    session_id: Mapped[UUID | None]
    series_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(default="")
    detail: Mapped[Json] = mapped_column(default=dict)
