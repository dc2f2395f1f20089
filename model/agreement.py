"""Service agreements: what a client is to get, at which rate (000-05)."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Row
from model.service import Service


class ServiceAgreement(Row, Base):
    """What was agreed with a client, from `start_date` to `end_date`, both included (000-06)."""

    __tablename__ = "service_agreement"

    ref: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    start_date: Mapped[date] = mapped_column(Date)
    end_date: Mapped[date | None] = mapped_column(Date)
    approved: Mapped[bool] = mapped_column(default=True)

    items: Mapped[list["AgreementItem"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    def covers(self, day: date) -> bool:
        """Whether it stands on that day."""
        return self.approved and self.start_date <= day <= (self.end_date or day)


class AgreementItem(Row, Base):
    """One service of an agreement, at the agreed rate."""

    __tablename__ = "agreement_item"

    ref: Mapped[str] = mapped_column(unique=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("service_agreement.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    rate_cents: Mapped[int]
    allow_travel: Mapped[bool] = mapped_column(default=False)
    allow_transport: Mapped[bool] = mapped_column(default=False)
    cancellation_agreed: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship(lazy="raise")
