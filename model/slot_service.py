"""What a planned session of a roster is to deliver (R50, 001-12).

A base roster has no dates, so nothing there has a rate: what was agreed with each client for the day says it, when the
session is published.
"""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.base import Base, Fixed, Row
from model.service import DeliveryMethod, PlannedService, PlannedServiceClient, Service

Rates = Mapping[tuple[UUID, UUID], int]  # what was agreed for a day, by client and service


class RosterSlotService(Row, Base):
    """A service of a planned session; what it says is what a `PlannedService` says, but for the rate."""

    __tablename__ = "roster_slot_service"

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("roster_slot.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    ratio: Mapped[int] = mapped_column(default=1)
    method: Mapped[DeliveryMethod] = mapped_column(default=DeliveryMethod.SCHEDULED_TIME)
    quantity: Mapped[Decimal | None] = mapped_column(Fixed(2))
    claim_type: Mapped[str] = mapped_column(default="")
    travel_chargeable: Mapped[bool] = mapped_column(default=False)
    primary: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship(lazy="raise")
    clients: Mapped[list["RosterSlotServiceClient"]] = relationship(
        lazy="raise", cascade="all, delete-orphan"
    )

    SAME = ("service_id", "ratio", "method", "quantity", "claim_type", "travel_chargeable", "primary")

    def same(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.SAME}

    def copied(self, act: Act) -> "RosterSlotService":
        """The same for another planned session: a snapshot, as that session is (R51)."""
        made = RosterSlotService(id=act.new_id(), **self.same())
        made.clients = [RosterSlotServiceClient(client_id=one.client_id) for one in self.clients]
        return made

    def published(self, act: Act, rates: Rates) -> list[PlannedService]:
        """The plan of the session that it becomes, once for each rate; who agreed to nothing that day is left out."""
        by_rate: dict[int, list[UUID]] = {}
        for one in self.clients:
            rate = rates.get((one.client_id, self.service_id))
            if rate is not None:
                by_rate.setdefault(rate, []).append(one.client_id)
        return [self._planned(act, rate, clients) for rate, clients in sorted(by_rate.items())]

    def _planned(self, act: Act, rate_cents: int, clients: list[UUID]) -> PlannedService:
        made = PlannedService(id=act.new_id(), rate_cents=rate_cents, ad_hoc=False, **self.same())
        made.clients = [PlannedServiceClient(client_id=client) for client in clients]
        return made

    def not_agreed(self, rates: Rates) -> list[UUID]:
        """The clients whose agreements do not cover it on the day that the rates are of."""
        return [one.client_id for one in self.clients if (one.client_id, self.service_id) not in rates]


class RosterSlotServiceClient(Base):
    """A client who gets a service of a planned session."""

    __tablename__ = "roster_slot_service_client"

    slot_service_id: Mapped[UUID] = mapped_column(
        ForeignKey("roster_slot_service.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)


def published_plan(services: list[RosterSlotService], act: Act, rates: Rates) -> list[PlannedService]:
    """All that a session delivers when it is published: one of it is the primary service (000-06)."""
    ordered = sorted(services, key=lambda one: not one.primary)
    made = [plan for one in ordered for plan in one.published(act, rates)]
    for number, plan in enumerate(made):
        plan.primary = number == 0
    return made
