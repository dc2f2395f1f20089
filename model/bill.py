"""Bills of one client: lines for sessions, payments, and what each state still allows (DOMAIN 2, Billing).

An attendance is UNBILLED, BILLED or PAID; which of these follows from the bills that hold lines for it. Money is
whole cents. What was paid never exceeds what is due, and a bill's state is always what its payments say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.attendance import Attendance, SessionClient
from model.base import Base, Row
from model.details import Kind, Status
from model.errors import DomainError
from model.lock import Lock, locked
from model.modifier import Modifiers, from_text, to_text
from model.money import in_dollars
from model.people import Client
from model.price import planned_price
from model.service import PlannedService, Service
from model.session import Session


class Billing(StrEnum):
    """Where the money of one attendance stands."""

    UNBILLED = "UNBILLED"
    BILLED = "BILLED"
    PAID = "PAID"


class BillState(StrEnum):
    BILLED = "BILLED"
    PAID = "PAID"
    CANCELLED = "CANCELLED"


class PaymentKind(StrEnum):
    PAYMENT = "PAYMENT"
    REFUND = "REFUND"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a line is to say. `fee`: the client did not come; then there may be no service."""

    amount_cents: int
    service: Service | None = None
    modifiers: Modifiers = ()
    fee: bool = False


class Bill(Row, Base):
    """What one client owes for some sessions. A cancelled bill stays as a record."""

    __tablename__ = "bill"

    ref: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    state: Mapped[BillState] = mapped_column(default=BillState.BILLED)
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship(lazy="raise")
    lines: Mapped[list["BillLine"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="BillLine.number"
    )
    payments: Mapped[list["Payment"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Payment.number"
    )

    @property
    def total_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)

    @property
    def paid_cents(self) -> int:
        return sum(one.signed_cents for one in self.payments if one.removed_at is None)

    @property
    def due_cents(self) -> int:
        return self.total_cents - self.paid_cents

    @property
    def session_ids(self) -> tuple[UUID, ...]:
        """The sessions it is about, each once; those of a cancelled bill may be deleted."""
        return tuple(dict.fromkeys(line.session_id for line in self.lines if line.session_id is not None))

    # --- services ----------------------------------------------------------------------------------------

    def add_line(self, session: Session, charge: Charge, act: Act) -> "BillLine":
        """One more service; only while nothing is paid (004-23)."""
        self._check_open()
        line = BillLine(
            id=act.new_id(), number=_next(self.lines), session_id=session.id, session=session, fee=charge.fee
        )
        line.charge(charge)
        self.lines.append(line)
        return line

    def edit_line(self, number: int, charge: Charge) -> "BillLine":
        self._check_open()
        line = self.line(number)
        line.charge(charge)
        return line

    def drop_line(self, number: int) -> None:
        """Take a service off; each session on the bill keeps one, or the bill is cancelled instead."""
        self._check_open()
        line = self.line(number)
        if sum(other.session_id == line.session_id for other in self.lines) == 1:
            raise DomainError("E_TRANSITION", "This is the session's last service; cancel the bill instead")
        self.lines.remove(line)

    def line(self, number: int) -> "BillLine":
        found = next((line for line in self.lines if line.number == number), None)
        if found is None:
            raise DomainError("E_NOT_FOUND", f"Bill {self.ref} has no line {number}")
        return found

    def _check_open(self) -> None:
        if self.state is BillState.PAID:
            raise locked(Lock.PAID, "The services of this bill cannot be changed")
        if self.state is BillState.CANCELLED:
            raise DomainError("E_TRANSITION", "This bill is cancelled; make a new one")

    # --- money -------------------------------------------------------------------------------------------

    def pay(self, amount_cents: int | None, act: Act) -> "Payment":
        """Apply a payment: all that is due, or a part of it."""
        if self.state is BillState.CANCELLED or self.due_cents == 0:
            raise DomainError(
                "E_TRANSITION", f"Nothing is due on this bill, it is {self.state}; leave it, or make another"
            )
        return self._book(PaymentKind.PAYMENT, amount_cents, self.due_cents, act)

    def refund(self, amount_cents: int | None, act: Act) -> "Payment":
        """Give money back: all that was paid, or a part of it. With nothing left, the bill is unpaid again."""
        if self.state is not BillState.PAID:
            raise DomainError(
                "E_TRANSITION", f"Nothing can be refunded, this bill is {self.state}; enter a payment first"
            )
        return self._book(PaymentKind.REFUND, amount_cents, self.paid_cents, act)

    def remove_payment(self, number: int, act: Act) -> None:
        """Take back a payment that was entered by mistake; the row stays, marked as removed."""
        found = next((one for one in self.payments if one.number == number), None)
        if found is None:
            raise DomainError("E_NOT_FOUND", f"Bill {self.ref} has no payment {number}")
        if found.removed_at is not None or found.kind is PaymentKind.REFUND:
            raise DomainError(
                "E_TRANSITION", "Only a payment that still counts can be removed; bill show lists them"
            )
        if found.amount_cents > self.paid_cents:
            raise DomainError("E_AMOUNT", "Part of this payment was refunded; refund the rest instead")
        found.removed_at, found.removed_by = act.now, act.actor
        self._settle()

    def cancel(self, act: Act) -> None:
        """Give the bill up; its sessions are unbilled again. Refused while anything is paid."""
        if self.state is not BillState.BILLED:
            out = "refund or remove the payment first" if self.state is BillState.PAID else "nothing is left"
            raise DomainError("E_TRANSITION", f"A bill that is {self.state} cannot be cancelled; {out}")
        self.state, self.cancelled_at = BillState.CANCELLED, act.now

    def _book(self, kind: PaymentKind, amount_cents: int | None, most: int, act: Act) -> "Payment":
        amount_cents = most if amount_cents is None else amount_cents
        if not 0 < amount_cents <= most:
            raise DomainError("E_AMOUNT", f"Give an amount from 0.01 to {in_dollars(most)}")
        made = Payment(
            id=act.new_id(), number=_next(self.payments), kind=kind, amount_cents=amount_cents, at=act.now,
            recorded_by=act.actor,
        )  # fmt: skip
        self.payments.append(made)
        self._settle()
        return made

    def _settle(self) -> None:
        """PAID while any payment is applied (DOMAIN 1.7)."""
        self.state = BillState.PAID if self.paid_cents else BillState.BILLED


class BillLine(Row, Base):
    """One service of one session on a bill. `fee`: for a client who did not come; never on a superbill (R65, R71).

    The session of a cancelled bill's line may be deleted; the line stays.
    """

    __tablename__ = "bill_line"

    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bill.id"), index=True)
    number: Mapped[int]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    modifier_text: Mapped[str] = mapped_column(default="")
    amount_cents: Mapped[int]
    fee: Mapped[bool] = mapped_column(default=False)

    session: Mapped[Session | None] = relationship(lazy="raise")
    service: Mapped[Service | None] = relationship(lazy="raise")

    @property
    def modifiers(self) -> Modifiers:
        return from_text(self.modifier_text)

    def charge(self, charge: Charge) -> None:
        """Say what it is for, and how much."""
        if charge.amount_cents <= 0:
            raise DomainError("E_AMOUNT", "A bill line has an amount above zero")
        if charge.service is None and not self.fee:
            raise DomainError("E_NOT_BILLABLE", "Name the service: only a fee for who did not come has none")
        self.service = charge.service
        self.service_id = charge.service.id if charge.service is not None else None
        self.modifier_text, self.amount_cents = to_text(charge.modifiers), charge.amount_cents


class Payment(Row, Base):
    """Money that came in, or was given back (`kind`). One entered by mistake is marked as removed."""

    __tablename__ = "payment"

    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bill.id"), index=True)
    number: Mapped[int]
    kind: Mapped[PaymentKind]
    amount_cents: Mapped[int]
    at: Mapped[datetime]
    recorded_by: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str] = mapped_column(default="")

    @property
    def signed_cents(self) -> int:
        return self.amount_cents if self.kind is PaymentKind.PAYMENT else -self.amount_cents


def new_bill(client: Client, ref: str, act: Act) -> Bill:
    made = Bill(
        id=act.new_id(), ref=ref, client_id=client.id, client=client, state=BillState.BILLED, made_at=act.now
    )
    made.lines, made.payments = [], []
    return made


def billing_of(bills: Iterable[Bill], session_id: UUID, client_id: UUID) -> Billing:
    """The state of one attendance: what the bill says that holds a line for it."""
    open_ = [b for b in bills if b.state is not BillState.CANCELLED and b.client_id == client_id]
    holding = (b for b in open_ if any(line.session_id == session_id for line in b.lines))
    return next((Billing(bill.state) for bill in holding), Billing.UNBILLED)


def check_billable(session: Session, attendance: SessionClient, known: Billing) -> None:
    """R72: contacts and Other Events never bill; what is billed already is not billed again."""
    if session.kind is not Kind.CLIENT_SESSION:
        raise DomainError("E_NOT_BILLABLE", "Contacts and Other Events are never billed")
    if session.status is Status.DRAFT:
        raise DomainError("E_NOT_BILLABLE", "A draft is not billed; roster it first")
    if session.status is Status.CANCELLED and not stayed_away(attendance):
        raise DomainError(
            "E_NOT_BILLABLE", "A client is never billed for what a worker or the practice cancelled"
        )
    if known is not Billing.UNBILLED:
        raise DomainError(
            "E_TRANSITION",
            f"This session of {attendance.client.internal_id} is {known} already; cancel that bill first",
        )


def stayed_away(attendance: SessionClient) -> bool:
    """Whether what is billed for it is a fee: the client cancelled or did not come."""
    return attendance.status in (Attendance.NO_SHOW, Attendance.CANCELLED)


def on_superbill(line: BillLine, bill: Bill, attendance: SessionClient | None) -> bool:
    """R71: attended, with a CPT code, an amount above zero, and billed; a no-show fee never."""
    attended = attendance is not None and attendance.status is Attendance.ATTENDED
    coded = line.service is not None and bool(line.service.cpt)
    return (
        attended
        and coded
        and line.amount_cents > 0
        and not line.fee
        and bill.state is not BillState.CANCELLED
    )


def not_billable_yet(session: Session, planned: Iterable[PlannedService]) -> bool:
    """Whether a client session still lacks what billing needs: a service with an amount above zero (004-02)."""
    if session.kind is not Kind.CLIENT_SESSION:
        return False
    return not any(planned_price(one, session) > 0 for one in planned)


def _next(rows: "Iterable[BillLine] | Iterable[Payment]") -> int:
    return max((row.number for row in rows), default=0) + 1
