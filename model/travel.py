"""Travel of workers and transport of clients: what was driven, and what of it may be charged (R40-R44).

Everything is captured; whether it makes a line is for agreement, service and plan. Rates and caps change by the year:
the practice's own rows come before those that stand here, by the date of the service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Fixed, Row
from model.errors import DomainError
from model.money import cents

_LAST_AREA = 7


class Direction(StrEnum):
    """To the client, back from there, or with the client during the service (activity based transport)."""

    TO = "TO"
    FROM = "FROM"
    WITH = "WITH"


class Vehicle(StrEnum):
    STANDARD = "STANDARD"
    MODIFIED_OR_BUS = "MODIFIED_OR_BUS"


class Travel(Row, Base):
    """What one worker drove for one session in one direction: captured whether it may be charged or not.

    `area` is the Modified Monash category it counts in. Whom it was for is `clients`; empty: everybody who came.
    """

    __tablename__ = "travel"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"))
    direction: Mapped[Direction]
    minutes: Mapped[int] = mapped_column(default=0)
    km: Mapped[Decimal] = mapped_column(Fixed(1))
    vehicle: Mapped[Vehicle] = mapped_column(default=Vehicle.STANDARD)
    tolls_cents: Mapped[int] = mapped_column(default=0)
    parking_cents: Mapped[int] = mapped_column(default=0)
    other_cents: Mapped[int] = mapped_column(default=0)
    area: Mapped[int | None]

    clients: Mapped[list["TravelClient"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class TravelClient(Base):
    """A client whom some travel was for, or who was driven."""

    __tablename__ = "travel_client"

    travel_id: Mapped[UUID] = mapped_column(ForeignKey("travel.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)


class TravelRate(Row, Base):
    """What holds from a date on, until the next: cents per km, percent of the rate for therapists' time, minutes.

    `near_minutes` caps a direction in the areas MMM 1 to 3, `far_minutes` in 4 and 5; beyond there is no cap.
    """

    __tablename__ = "travel_rate"

    ref: Mapped[str] = mapped_column(unique=True)
    since: Mapped[date] = mapped_column(Date)
    km_cents: Mapped[int] = mapped_column(default=99)
    bus_km_cents: Mapped[int] = mapped_column(default=276)
    therapy_percent: Mapped[int] = mapped_column(default=50)
    near_minutes: Mapped[int] = mapped_column(default=30)
    far_minutes: Mapped[int] = mapped_column(default=60)

    @property
    def terms(self) -> "Terms":
        """The same as a value."""
        return Terms(
            since=self.since,
            km_cents=self.km_cents,
            bus_km_cents=self.bus_km_cents,
            therapy_percent=self.therapy_percent,
            near_minutes=self.near_minutes,
            far_minutes=self.far_minutes,
        )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The rates and caps that hold from `since` on."""

    since: date
    km_cents: int = 99
    bus_km_cents: int = 276
    therapy_percent: int = 50
    near_minutes: int = 30
    far_minutes: int = 60


# 2025-26; before July 2025 therapists' time was paid in full (R42).
BUILT_IN = (Terms(since=date.min, therapy_percent=100), Terms(since=date(2025, 7, 1)))


def terms_on(day: date, own: Iterable[Terms] = ()) -> Terms:
    """What holds for a service on that day: the latest that has begun; of two from one day the practice's own."""
    begun = [terms for terms in (*own, *BUILT_IN) if terms.since <= day]
    return max(begun, key=lambda terms: terms.since)  # of equals the first


def claimable_minutes(travel: Travel, terms: Terms, *, therapy: bool) -> int:
    """R41: capped for each direction by area; an unknown area counts as the nearest. Back only for therapy, and
    while driving a client the time is in the service already (R44)."""
    if travel.direction is Direction.WITH or (travel.direction is Direction.FROM and not therapy):
        return 0
    area = travel.area or 1
    if area > 5:
        return travel.minutes
    return min(travel.minutes, terms.far_minutes if area > 3 else terms.near_minutes)


def time_rate(rate_cents: int, terms: Terms, *, therapy: bool) -> int:
    """R42: the primary service's rate, for therapy half of it; to cents before it is multiplied."""
    return cents(Decimal(rate_cents * terms.therapy_percent) / 100) if therapy else rate_cents


def time_amount(minutes: int, rate_cents: int) -> int:
    """Minutes at a rate per hour."""
    return cents(Decimal(rate_cents * minutes) / 60)


def cost_amount(travel: Travel, terms: Terms) -> int:
    """R43, R44: kilometres, and what was paid on the way. A modified vehicle or bus has its own rate only for driving
    clients; on the way there it is a car."""
    bus = travel.vehicle is Vehicle.MODIFIED_OR_BUS and travel.direction is Direction.WITH
    per_km = terms.bus_km_cents if bus else terms.km_cents
    return cents(travel.km * per_km) + travel.tolls_cents + travel.parking_cents + travel.other_cents


def costs_claimable(travel: Travel, *, therapy: bool) -> bool:
    """Costs of the way back follow its time: only for therapy (R41)."""
    return travel.direction is not Direction.FROM or therapy


def check_travel(travel: Travel) -> None:
    """No more than a day and no further than a day's drive; nothing negative; areas are 1 to 7 (E_TRAVEL)."""
    paid = (travel.tolls_cents, travel.parking_cents, travel.other_cents)
    if not 0 <= travel.minutes <= 24 * 60 or not 0 <= travel.km <= 2_000:
        raise DomainError("E_TRAVEL", "Travel takes from 0 to 1440 minutes, and from 0 to 2000 km")
    if any(amount < 0 for amount in paid):
        raise DomainError("E_TRAVEL", "What was paid on the way cannot be less than nothing")
    if travel.area is not None and not 1 <= travel.area <= _LAST_AREA:
        raise DomainError("E_TRAVEL", f"A travel area is a Modified Monash category, from 1 to {_LAST_AREA}")
