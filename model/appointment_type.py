"""Appointment types: what clients can book online, and how long that takes (003-06 to 003-08).

Clients read the name and the length. The padding after it is hidden from them: it is the worker's, and both together
have to be free.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row
from model.errors import DomainError

LONGEST = 24 * 60  # minutes
LONGEST_PADDING = 240
MOST_PADDING = timedelta(minutes=LONGEST_PADDING)
LONGEST_NAME = 60


class AppointmentType(Row, Base):
    """What a client can book: `length_min` shown, `padding_min` not. One that is not `active` is offered no longer."""

    __tablename__ = "appointment_type"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    length_min: Mapped[int]
    padding_min: Mapped[int] = mapped_column(default=0)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    active: Mapped[bool] = mapped_column(default=True)

    def check_offered(self) -> None:
        """What was retired stays with the sessions that have it, and nobody books it any more."""
        if not self.active:
            raise DomainError("E_APPOINTMENT_TYPE", f'"{self.ref}" is no longer offered')


def check_type(*, name: str, length_min: int, padding_min: int) -> None:
    """A name to read, from a minute to a day, and up to four hours of padding (003-06 to 003-08)."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise DomainError(
            "E_APPOINTMENT_TYPE", f"An appointment type has a name of 1 to {LONGEST_NAME} characters"
        )
    if not 1 <= length_min <= LONGEST:
        raise DomainError("E_APPOINTMENT_TYPE", f"An appointment lasts from 1 to {LONGEST} minutes")
    if not 0 <= padding_min <= LONGEST_PADDING:
        raise DomainError("E_APPOINTMENT_TYPE", f"Padding is from 0 to {LONGEST_PADDING} minutes")
