"""What was delivered: the lines that bills and claims are made of (DOMAIN 2)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Fixed, Row


class Delivered(StrEnum):
    """What a service delivered record is for."""

    SERVICE = "SERVICE"
    TRAVEL_TIME = "TRAVEL_TIME"
    TRAVEL_COST = "TRAVEL_COST"
    TRANSPORT_COST = "TRANSPORT_COST"
    CANCELLATION = "CANCELLATION"


class DeliveredState(StrEnum):
    CREATED = "CREATED"
    EXTRACTED = "EXTRACTED"
    CLAIMED = "CLAIMED"


class ServiceDelivered(Row, Base):
    """One billable line. None without a complete session, a billable cancellation or a stay that is over (DOMAIN 2).

    It is of a session, or of a stay in a bed (`booking_id`), where `day` names the night.
    """

    __tablename__ = "service_delivered"

    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id"), index=True)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bed_booking.id"), index=True)
    day: Mapped[date | None] = mapped_column(Date)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("worker.id"))
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[Delivered]
    quantity: Mapped[Decimal] = mapped_column(Fixed(2))
    rate_cents: Mapped[int]
    amount_cents: Mapped[int]
    reason_code: Mapped[str] = mapped_column(default="")
    state: Mapped[DeliveredState] = mapped_column(default=DeliveredState.CREATED)
