"""Stays in beds: the states of a booking, holds, and which nights are delivered (000-25 to 000-28).

A stay is counted in nights: whole dates, the last one not included, or times of check-in and check-out. A night is
named by the date it begins on. A hold keeps the bed while its client is away: it blocks others all the same.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.base import Base, Fixed, Row
from model.bed import Bed
from model.delivered import Delivered, ServiceDelivered
from model.details import Timed
from model.errors import DomainError, no_step
from model.moment import Moment, Span
from model.money import cents
from model.people import Client
from model.service import Service, Unit

LONGEST_TEXT = 2000
_NIGHT = timedelta(days=1)


class BookingState(StrEnum):
    BOOKED = "BOOKED"
    ON_HOLD = "ON_HOLD"
    IN_RESIDENCE = "IN_RESIDENCE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Basis(StrEnum):
    """How much of a service a stay delivers."""

    PER_NIGHT = "PER_NIGHT"
    FIXED_QUANTITY = "FIXED_QUANTITY"


TRANSITIONS: dict[BookingState, frozenset[BookingState]] = {
    BookingState.BOOKED: frozenset({BookingState.ON_HOLD, BookingState.IN_RESIDENCE, BookingState.CANCELLED}),
    BookingState.ON_HOLD: frozenset({BookingState.BOOKED, BookingState.IN_RESIDENCE, BookingState.CANCELLED}),
    BookingState.IN_RESIDENCE: frozenset({BookingState.ON_HOLD, BookingState.COMPLETED}),
    BookingState.COMPLETED: frozenset(),
    BookingState.CANCELLED: frozenset(),
}


class BedBooking(Row, Timed, Base):
    """One stay of a client in a bed. `checked_in_at`: since then the client lives there, on hold or not."""

    __tablename__ = "bed_booking"
    __table_args__ = (Index("ix_bed_booking_bed_id_ends_at", "bed_id", "ends_at"),)

    bed_id: Mapped[UUID] = mapped_column(ForeignKey("bed.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    state: Mapped[BookingState] = mapped_column(default=BookingState.BOOKED)
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")

    bed: Mapped[Bed] = relationship(lazy="raise")
    client: Mapped[Client] = relationship(lazy="raise")
    holds: Mapped[list["BedHold"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="BedHold.first_night"
    )
    services: Mapped[list["BedService"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    @property
    def nights(self) -> list[date]:
        return nights_of(self.span)

    @property
    def delivered_nights(self) -> list[date]:
        """The nights that the client was there: those in no hold (000-27)."""
        return [night for night in self.nights if not any(hold.covers(night) for hold in self.holds)]

    @property
    def frozen(self) -> bool:
        return not TRANSITIONS[self.state]

    def check_changeable(self) -> None:
        """000-28: what is over is a record."""
        if self.frozen:
            raise DomainError(
                "E_LOCKED", f"This stay cannot be changed any more: it is {self.state}; book another"
            )

    def place(self, span: Span) -> None:
        """Give it other dates; its holds have to lie within (E_BED_HOLD)."""
        self.check_changeable()
        check_stay(span)
        nights = nights_of(span)
        if any(hold.first_night not in nights or hold.until - _NIGHT not in nights for hold in self.holds):
            raise DomainError("E_BED_HOLD", "A hold would lie outside the stay; end or shorten it first")
        self.span = span

    def hold(self, first_night: date, until: date, reason: str, act: Act) -> None:
        """Keep the bed while the client is away from `first_night` on, back on `until` (000-27)."""
        self._allow(BookingState.ON_HOLD)
        wanted = [night for night in self.delivered_nights if first_night <= night < until]
        if not wanted or len(wanted) != (until - first_night).days:
            raise DomainError(
                "E_BED_HOLD", "A hold is one night or more of the stay, none of them on hold already"
            )
        if len(reason) > LONGEST_TEXT:
            raise DomainError("E_NOTE", f"A reason has at most {LONGEST_TEXT} characters")
        self.holds.append(
            BedHold(
                id=act.new_id(),
                booking_id=self.id,
                first_night=first_night,
                until=until,
                reason=reason,
                going_on=True,
            )
        )
        self.state = BookingState.ON_HOLD

    def end_hold(self, back: date | None) -> None:
        """The client is back, on `back` or as it was said; before the first night there was no absence at all."""
        current = next((hold for hold in self.holds if hold.going_on), None)
        if current is None:
            raise DomainError(
                "E_TRANSITION", f"No hold is going on, the stay is {self.state}; begin one first"
            )
        then = BookingState.IN_RESIDENCE if self.checked_in_at else BookingState.BOOKED
        self._allow(then)
        if back is not None:
            self._shorten(current, back)
        current.going_on, self.state = False, then

    def _shorten(self, current: "BedHold", back: date) -> None:
        """Let a hold end on the day that the client came back, sooner or later than was said."""
        others = {night for hold in self.holds if hold is not current for night in hold.nights}
        nights = [night for night in self.nights if current.first_night <= night < back]
        if back > day_of(self.span.end) or others.intersection(nights):
            raise DomainError("E_BED_HOLD", "The client is back within the stay; else check out instead")
        if nights:
            current.until = back
        else:
            self.holds.remove(current)

    def check_in(self, at: datetime) -> None:
        if self.state is not BookingState.BOOKED:
            raise DomainError(
                "E_TRANSITION",
                f"Only who is BOOKED can check in; this stay is {self.state}; end a hold first, or book another",
            )
        self.state = BookingState.IN_RESIDENCE
        self.checked_in_at = at

    def check_out(self, at: datetime, act: Act) -> list[ServiceDelivered]:
        """The stay is over: what it delivered (000-26)."""
        self._allow(BookingState.COMPLETED)
        self.state = BookingState.COMPLETED
        self.checked_out_at = at
        return [line for service in self.services for line in service.lines(self, act)]

    def cancel(self, reason: str) -> None:
        """Only a stay that never began; who lived there checks out instead."""
        self._allow(BookingState.CANCELLED)
        if self.checked_in_at:
            raise DomainError("E_TRANSITION", "The client has checked in; end the hold and check out instead")
        if len(reason) > LONGEST_TEXT:
            raise DomainError("E_NOTE", f"A reason has at most {LONGEST_TEXT} characters")
        self.state = BookingState.CANCELLED
        self.cancel_reason = reason

    def _allow(self, state: BookingState) -> None:
        """Whether the state machine has this step (DOMAIN 2); everything else is E_TRANSITION."""
        if state not in TRANSITIONS[self.state]:
            raise no_step("A stay", self.state, state, TRANSITIONS[self.state])


class BedHold(Row, Base):
    """The client is away from `first_night` on and sleeps here again on `until`. `reason` never leaves."""

    __tablename__ = "bed_hold"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bed_booking.id"), index=True)
    first_night: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(default="")
    going_on: Mapped[bool] = mapped_column(default=True)

    @property
    def nights(self) -> list[date]:
        return [self.first_night + _NIGHT * n for n in range((self.until - self.first_night).days)]

    def covers(self, night: date) -> bool:
        return self.first_night <= night < self.until


class BedService(Row, Base):
    """A service that a stay delivers (000-26): so much each night, or once in all. `ad_hoc`: in no agreement."""

    __tablename__ = "bed_service"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bed_booking.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    basis: Mapped[Basis] = mapped_column(default=Basis.PER_NIGHT)
    quantity: Mapped[Decimal] = mapped_column(Fixed(2))
    rate_cents: Mapped[int]
    ad_hoc: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship(lazy="raise")

    def lines(self, booking: BedBooking, act: Act) -> list[ServiceDelivered]:
        """A line for each night that was delivered, or one for the stay."""
        per_night = self.basis is Basis.PER_NIGHT
        days = booking.delivered_nights if per_night else [day_of(booking.span.start)]
        return [self._line(booking, day, act) for day in days]

    def _line(self, booking: BedBooking, day: date, act: Act) -> ServiceDelivered:
        return ServiceDelivered(
            id=act.new_id(),
            booking_id=booking.id,
            client_id=booking.client_id,
            service_id=self.service_id,
            kind=Delivered.SERVICE,
            day=day,
            quantity=self.quantity,
            rate_cents=self.rate_cents,
            amount_cents=cents(self.quantity * self.rate_cents),
        )


def check_bed_service(service: Service, basis: Basis, quantity: Decimal) -> None:
    """What is delivered each night is priced by the night (E_BED_SERVICE)."""
    if basis is Basis.PER_NIGHT and service.unit != Unit.NIGHT:
        raise DomainError(
            "E_BED_SERVICE", f'The service "{service.ref}" has no price by the night; fix a quantity'
        )
    if not 0 < quantity <= 1000 or quantity != round(quantity, 2):
        raise DomainError(
            "E_BED_SERVICE", "A quantity is above 0, at most 1000, with at most two decimal places"
        )


def check_stay(span: Span) -> None:
    """A stay has one night at least (E_END_BEFORE_START)."""
    if not nights_of(span):
        raise DomainError("E_END_BEFORE_START", "A stay ends a night or more after it begins")


def nights_of(span: Span) -> list[date]:
    """The dates on which the nights of a stay begin."""
    first, last = day_of(span.start), day_of(span.end)
    return [first + _NIGHT * n for n in range(max((last - first).days, 0))]


def day_of(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
