"""What a practice delivers and may charge for: services, and those that are planned for a session.

Nothing of it ever leaves in a calendar (DOMAIN 5). What follows from it, how much is due say, is for the rules that
name it; money is whole cents, quantities have two decimal places.
"""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.base import Base, Fixed, Row


class Unit(StrEnum):
    HOUR = "HOUR"
    EACH = "EACH"
    NIGHT = "NIGHT"


class CancelRule(StrEnum):
    """What the NDIS calls a short notice cancellation of a service (R3, R4)."""

    NONE = "NONE"
    SEVEN_DAYS = "SEVEN_DAYS"
    TWO_CLEAR_BUSINESS_DAYS = "TWO_CLEAR_BUSINESS_DAYS"


class DeliveryMethod(StrEnum):
    """Where the quantity of a planned service comes from (000-06)."""

    SCHEDULED_TIME = "SCHEDULED_TIME"
    WORKER_ACTUAL_TIME = "WORKER_ACTUAL_TIME"
    FIXED_QUANTITY = "FIXED_QUANTITY"


class Service(Row, Base):
    """What a practice delivers: an NDIS item (`ndis`) or a service of its own.

    `code` is its item number or CPT code; only what has a `cpt` may stand on a superbill (R71). Rates are per `unit`.
    """

    __tablename__ = "service"

    ref: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str]
    name: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default=Unit.HOUR)
    rate_cents: Mapped[int] = mapped_column(default=0)
    cpt: Mapped[str | None]
    ndis: Mapped[bool] = mapped_column(default=False)
    cancel_rule: Mapped[CancelRule] = mapped_column(default=CancelRule.NONE)
    allow_travel: Mapped[bool] = mapped_column(default=False)
    allow_transport: Mapped[bool] = mapped_column(default=False)
    therapy: Mapped[bool] = mapped_column(default=False)
    prevent_apportioning: Mapped[bool] = mapped_column(default=False)


class PlannedService(Row, Base):
    """A service that a session, or each occurrence of a series, is to deliver (000-06); `ad_hoc` ones are in no
    agreement, and are planned for one session at a time (000-07).

    `ratio` is the n of 1:n. `quantity` is in the service's unit; with SCHEDULED_TIME it follows the length.
    """

    __tablename__ = "planned_service"

    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    ratio: Mapped[int] = mapped_column(default=1)
    method: Mapped[DeliveryMethod] = mapped_column(default=DeliveryMethod.SCHEDULED_TIME)
    quantity: Mapped[Decimal | None] = mapped_column(Fixed(2))
    rate_cents: Mapped[int]
    claim_type: Mapped[str] = mapped_column(default="")
    travel_chargeable: Mapped[bool] = mapped_column(default=False)
    primary: Mapped[bool] = mapped_column(default=False)
    ad_hoc: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship(lazy="raise")
    clients: Mapped[list["PlannedServiceClient"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    SAME = (
        "service_id", "ratio", "method", "quantity", "rate_cents", "claim_type", "travel_chargeable", "primary",
        "ad_hoc",
    )  # fmt: skip

    def copy(self, act: Act) -> "PlannedService":
        """The same for another session, or for a series; whose it is, is for whoever takes it."""
        made = PlannedService(id=act.new_id(), **{name: getattr(self, name) for name in self.SAME})
        made.clients = [PlannedServiceClient(client_id=client.client_id) for client in self.clients]
        return made


class PlannedServiceClient(Base):
    """A client who gets a planned service."""

    __tablename__ = "planned_service_client"

    planned_id: Mapped[UUID] = mapped_column(
        ForeignKey("planned_service.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)
