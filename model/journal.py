"""The record of syncing: runs, announced writes, changes from outside, notices, and what happened to whom.

Rows here hold ids, codes and times; never a name, a title or a reason (DOMAIN 1.8, FAILURES H6).
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, Row
from model.errors import DomainError
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


class ChangeState(StrEnum):
    APPLIED = "APPLIED"
    REFUSED = "REFUSED"
    HELD = "HELD"
    CONFIRMED = "CONFIRMED"
    DISMISSED = "DISMISSED"


class InboundChange(Row, Base):
    """One judged edit from outside (DOMAIN 1.6). `recurrence_id` names the occurrence, as a key in text.

    `before` and `after` hold times, rules, flags and ids only, and so does `kept`: what stands here instead, where
    both sides had changed it. `warnings` are codes, separated by spaces.
    """

    __tablename__ = "inbound_change"
    __table_args__ = (Index("ix_inbound_change_link_id_state", "link_id", "state"),)

    ref: Mapped[str] = mapped_column(unique=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"))
    mapping_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("event_mapping.id", ondelete="SET NULL"), index=True
    )
    run_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    series_id: Mapped[UUID | None]
    recurrence_id: Mapped[str] = mapped_column(default="")
    scope: Mapped[str] = mapped_column(default="")
    code: Mapped[str]
    reason_code: Mapped[str] = mapped_column(default="")
    warnings: Mapped[str] = mapped_column(default="")
    before: Mapped[Json] = mapped_column(default=dict)
    after: Mapped[Json] = mapped_column(default=dict)
    kept: Mapped[Json] = mapped_column(default=dict)
    state: Mapped[ChangeState]
    detected_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(default="")

    mapping: Mapped[EventMapping | None] = relationship(lazy="raise")

    def resolve(self, state: ChangeState, *, by: str, at: datetime) -> None:
        """Answer a held change; anything else was answered already (DOMAIN 2)."""
        if self.state is not ChangeState.HELD:
            raise DomainError(
                "E_TRANSITION",
                f"This change is {self.state} already; only held ones can be answered, and changes list shows them",
            )
        self.state, self.resolved_by, self.resolved_at = state, by, at


class Audience(StrEnum):
    WORKER = "WORKER"
    SCHEDULER = "SCHEDULER"
    ADMIN = "ADMIN"


class Notice(Row, Base):
    """An outbox row: something that `audience` should be told; sent by a later job, shown by `status`.

    It is about the worker's calendar, whoever is told. `message_id` is the mail that it stands in, with others of its
    time; `sent_at` when that was out.
    """

    __tablename__ = "notice"

    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    link_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    change_ref: Mapped[str] = mapped_column(default="")
    audience: Mapped[Audience] = mapped_column(default=Audience.WORKER)
    code: Mapped[str]
    day: Mapped[str] = mapped_column(default="")
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]


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


class Attestation(Row, Base):
    """An admin's statement that names may leave: who, when, on what basis (DOMAIN 5, BAA or APP 8)."""

    __tablename__ = "attestation"

    level: Mapped[str]
    basis: Mapped[str]
    attested_by: Mapped[str]
    attested_at: Mapped[datetime]


class JobRun(Row, Base):
    """When a job of the practice last ran, and how (`status`)."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(unique=True)
    last_at: Mapped[datetime]
    result: Mapped[str]
