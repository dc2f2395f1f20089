"""Reserved slots: the windows in which a worker can be booked online, once or repeating (003-10).

Only what lies inside one can be booked. A window is agreed on the wall clock: one from 9 to 12 is from 9 to 12 on
every day, also on that of a change of clocks. What can be chosen inside it is `model.slots`'s.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.base import Base, Row
from model.details import Timed
from model.errors import DomainError
from model.moment import Moment, Span, from_text, instant, shift, to_text, wall_distance
from model.recurrence import Rule, expand
from model.series import Pattern, just_before, rest_of, starts
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

    @property
    def pattern(self) -> Pattern:
        """When it is, and how it repeats."""
        span = self.span
        rule = Rule.parse(self.rule_text, span.start) if self.rule_text else None
        return Pattern(span=span, rule=rule)

    @pattern.setter
    def pattern(self, pattern: Pattern) -> None:
        self.span, self.rule_text = pattern.span, str(pattern.rule or "")

    def move(self, span: Span) -> None:
        """Bring it to another time, all of them if it repeats; what was left out is left out there."""
        check_window(span)
        before, by = self.span, wall_distance(self.span.start, span.start)
        self.pattern = rest_of(self.pattern, to_text(before.start), span)
        left_out = (shift(from_text(text, before.tz), by) for text in self.exdate_text.split())
        self.exdate_text = " ".join(sorted(map(to_text, left_out)))

    def move_one(self, start: Moment, span: Span, act: Act) -> "ReservedSlot":
        """Bring one of those that repeat to another time: from now on it is a window of its own."""
        check_window(span)
        self._check_has(start)
        self.leave_out(start)
        return self.like(Pattern(span=span, rule=None), act)

    def move_from(self, start: Moment, pattern: Pattern, act: Act) -> "ReservedSlot":
        """From one of those that repeat on it is another window, in the same place and for the same types (E6)."""
        check_window(pattern.span)
        self._check_has(start)
        made, text, by = self.like(pattern, act), to_text(start), wall_distance(start, pattern.span.start)
        later = (from_text(one, self.span.tz) for one in self.exdate_text.split() if one >= text)
        made.exdate_text = " ".join(sorted(to_text(shift(one, by)) for one in later))
        self.end_before(start)
        return made

    def end_before(self, start: Moment) -> None:
        """Let it repeat no more from one of them on (E7)."""
        rule = self.pattern.rule
        if rule is not None:
            self.rule_text = str(rule.ending(just_before(start)))
        self.exdate_text = " ".join(one for one in self.exdate_text.split() if one < to_text(start))

    def rest(self, start: Moment, span: Span) -> Pattern:
        """What repeats from one of them on, when that one is at `span`."""
        return rest_of(self.pattern, to_text(start), span)

    def _check_has(self, start: Moment) -> None:
        until = instant(start, self.span.tz) + timedelta(seconds=1)
        if not self.rule_text or to_text(start) not in starts(self.pattern, until):
            raise DomainError("E_RRULE", "The window has no such day; name one that it has")

    def like(self, pattern: Pattern, act: Act) -> "ReservedSlot":
        """Another window in the same place and for the same types."""
        made_id = act.new_id()
        made = ReservedSlot(
            id=made_id, ref=made_id.hex[:8], worker_id=self.worker_id, exdate_text="", site_id=self.site_id,
            room_id=self.room_id, asset_id=self.asset_id,
            types=[ReservedSlotType(type_id=one.type_id) for one in self.types],
        )  # fmt: skip
        made.pattern = pattern
        return made

    def allows(self, type_id: UUID | None) -> bool:
        """Whether an appointment of this type can be booked in it; None: one that has no type."""
        return type_id is None or not self.types or any(one.type_id == type_id for one in self.types)

    def windows(self, since: datetime, until: datetime) -> Iterator[Window]:
        """The windows that touch [since, until), in order."""
        span = self.span
        rule = Rule.parse(self.rule_text, span.start) if self.rule_text else None
        left_out = set(self.exdate_text.split())
        first = max(since - LONGEST - timedelta(hours=2), span.starts_at)
        lasts, ref = wall_distance(span.start, span.end), self.ref
        for start in expand(span.start, rule, frozenset(), span.tz, since=first, until=until):
            end = instant(start + lasts, span.tz)
            if end > since and not (left_out and to_text(start) in left_out):
                yield Window(ref=ref, start=instant(start, span.tz), end=end, tz=span.tz)

    def leave_out(self, start: Moment) -> None:
        """Take one window out of those that repeat."""
        self.exdate_text = " ".join(sorted({*self.exdate_text.split(), to_text(start)}))


def check_window(span: Span) -> None:
    """Times of at most a day."""
    if span.all_day or not timedelta(0) < span.length <= LONGEST:
        raise DomainError("E_END_BEFORE_START", "A window has a start and a later end, within 24 hours")
