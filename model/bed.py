"""Beds, and who may have one (000-24)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Row
from model.errors import DomainError
from model.people import Client, Gender
from model.practice import Site


class RecordType(StrEnum):
    RESPITE = "RESPITE"
    SUPPORTED_ACCOMMODATION = "SUPPORTED_ACCOMMODATION"


class BedStatus(StrEnum):
    AVAILABLE = "AVAILABLE"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"


class Bed(Row, Base):
    """A bed of a site (000-24). Both ages are included; without a limit everybody may have it."""

    __tablename__ = "bed"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    room_no: Mapped[str] = mapped_column(default="")
    record_type: Mapped[RecordType] = mapped_column(default=RecordType.RESPITE)
    bed_type: Mapped[str] = mapped_column(default="")
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    gender: Mapped[Gender | None]
    funding: Mapped[str] = mapped_column(default="")
    emergency: Mapped[bool] = mapped_column(default=False)
    amenities: Mapped[str] = mapped_column(default="")
    status: Mapped[BedStatus] = mapped_column(default=BedStatus.AVAILABLE)

    site: Mapped[Site] = relationship(lazy="raise")

    def limits(self, client: Client, day: date) -> list[DomainError]:
        """What speaks against this client on the first day of a stay; what is not known is no yes (E_BED_LIMITS)."""
        found = []
        if not self._fits_age(client, day):
            found.append("age")
        if self.gender and client.gender is not self.gender:
            found.append("gender")
        why = f"The {' and '.join(found)} of the client is not known, or outside the limits of this bed; choose another"
        return [DomainError("E_BED_LIMITS", why)] if found else []

    def _fits_age(self, client: Client, day: date) -> bool:
        if self.min_age is None and self.max_age is None:
            return True
        if client.dob is None:
            return False
        age = age_on(client.dob, day)
        return (self.min_age or 0) <= age and (self.max_age is None or age <= self.max_age)


def age_on(dob: date, day: date) -> int:
    """Full years; whoever was born on 29 February is a year older on 1 March."""
    return day.year - dob.year - ((day.month, day.day) < (dob.month, dob.day))
