"""Changes that came from a calendar, and the notices about them (DOMAIN 1.6, 1.8).

Rows here hold ids, codes and times; never a name, a title or a reason (FAILURES H6).
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Json, Row
from model.errors import DomainError
from model.link import EventMapping


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
