"""Waivers: an administrator lets something happen that a rule refuses, and says why (DOMAIN 4; 000-25)."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.act import Act
from model.base import Base, Row
from model.errors import DomainError

LONGEST_NOTE = 2000


class Waiver(Row, Base):
    """The rule `code` does not hold for a session, a series or a stay in a bed. `note` never leaves the practice."""

    __tablename__ = "waiver"

    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    booking_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("bed_booking.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str]
    note: Mapped[str]
    given_by: Mapped[str]


def waiver(
    act: Act,
    *,
    code: str,
    note: str,
    session_id: UUID | None = None,
    series_id: UUID | None = None,
    booking_id: UUID | None = None,
) -> Waiver:
    """Make the record: whoever overrides a rule says why (E_NOTE)."""
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise DomainError("E_NOTE", f"Say why the rule does not hold here, in 1 to {LONGEST_NOTE} characters")
    return Waiver(
        id=act.new_id(),
        session_id=session_id,
        series_id=series_id,
        booking_id=booking_id,
        code=code,
        note=note,
        given_by=act.actor,
    )
