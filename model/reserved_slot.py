"""Reserved slots: the windows in which a worker can be booked online, once or repeating (003-10).

Only what lies inside one can be booked. A window is agreed on the wall clock: one from 9 to 12 is from 9 to 12 on
every day, also on that of a change of clocks. What can be chosen inside it is `model.slots`'s.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Row
from model.details import Timed
from model.errors import DomainError
from model.moment import Span, shift, to_text, wall_distance, zone
from model.recurrence import Rule, expand
from model.slots import Window

LONGEST = timedelta(hours=24)


class ReservedSlotType(Base):
    """An appointment type that a window is for."""

    __tablename__ = "reserved_slot_type"

    slot_id: Mapped[UUID] = mapped_column(
        ForeignKey("reserved_slot.id", ondelete="CASCADE"), primary_key=True
    )
    type_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_type.id"), primary_key=True, index=True)


class ReservedSlot(Row, Timed, Base):
    """A window of a worker, at a place if it has one; `types` empty: any type can be booked in it.

    `rule_text` repeats it, but for the starts in `exdate_text` (wall times, as of a series). What is booked in it takes
    `room_id` and one of `asset_id` along.
    """

    __tablename__ = "reserved_slot"
    __table_args__ = (Index("ix_reserved_slot_worker_id", "worker_id"),)

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"))
    rule_text: Mapped[str] = mapped_column(default="")
    exdate_text: Mapped[str] = mapped_column(default="")
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))

    types: Mapped[list[ReservedSlotType]] = relationship(lazy="raise", cascade="all, delete-orphan")

    def allows(self, type_id: UUID | None) -> bool:
        """Whether an appointment of this type can be booked in it; None: one that has no type."""
        return type_id is None or not self.types or any(one.type_id == type_id for one in self.types)

    def windows(self, since: datetime, until: datetime) -> Iterator[Window]:
        """The windows that touch [since, until), in order."""
        span = self.span
        rule = Rule.parse(self.rule_text, span.start) if self.rule_text else None
        left_out = set(self.exdate_text.split())
        first = max(since - LONGEST - timedelta(hours=2), span.starts_at)
        for start in expand(span.start, rule, frozenset(), span.tz, since=first, until=until):
            if to_text(start) in left_out:
                continue
            placed = Span(start=start, end=shift(span.end, wall_distance(span.start, start)), tz=span.tz)
            if placed.ends_at > since:
                yield Window(ref=self.ref, start=placed.starts_at, end=placed.ends_at, tz=zone(self.tz))

    def leave_out(self, start: datetime) -> None:
        """Take one window out of those that repeat."""
        self.exdate_text = " ".join(sorted({*self.exdate_text.split(), to_text(start)}))


def check_window(span: Span) -> None:
    """Times of at most a day."""
    if span.all_day or not timedelta(0) < span.length <= LONGEST:
        raise DomainError("E_END_BEFORE_START", "A window has a start and a later end, within 24 hours")
