"""Bill sessions, take payments, and undo either: refund, remove, cancel (004-22 to 004-24).

What a bill's state allows is the model's. Here a session's locks come and go with its bills, so its calendars are
brought up to date.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.database.portions import portions
from adapters.database.revisions import renumber
from adapters.diary.bills import BillView, bill_named, bills_of, view_of
from adapters.diary.lookup import by_ref, find_session
from adapters.diary.planned import plans_of
from adapters.diary.transaction import record, writing
from model.act import Act
from model.attendance import SessionClient
from model.bill import (
    Bill,
    BillLine,
    Charge,
    PaymentKind,
    billing_of,
    check_billable,
    new_bill,
    stayed_away,
)
from model.cancellation import last_of
from model.delivered import ServiceDelivered
from model.errors import DomainError
from model.modifier import Modifiers, at_place, typed
from model.people import Client
from model.price import share_of
from model.service import Service
from model.session import Session

_FIRST_NUMBER = 1001
_Costs = list[tuple[Service | None, int]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be billed, as typed; without a service, what was delivered or planned; without modifiers, the
    session's own."""

    service: str | None = None
    cents: int | None = None
    modifiers: Sequence[str] | None = None


def make(sessions: Sessions, act: Act, named: Sequence[str], wanted: Wanted, client: str | None) -> BillView:
    """Bill one client for some sessions."""
    with writing(sessions) as database:
        rows = list(dict.fromkeys(find_session(database, text) for text in named))
        return view_of(bill_rows(database, act, rows, wanted, client))


def bill_rows(
    database: Database, act: Act, rows: Sequence[Session], wanted: Wanted, client: str | None
) -> Bill:
    """The same, inside a transaction that does more; each session once."""
    chosen = by_ref(database, Client, client) if client else None
    parts = [(row, row.attendance(chosen.id if chosen else None)) for row in rows]
    if len({attendance.client_id for _, attendance in parts}) > 1:
        raise DomainError("E_CLIENT_REQUIRED", "A bill is for one client; bill the others apart")
    bill = new_bill(parts[0][1].client, _next_ref(database), act)
    known = bills_of(database, bill.client_id)
    delivered = _delivered(database, rows, bill.client_id)
    for row, attendance in parts:
        check_billable(row, attendance, billing_of(known, row.id, bill.client_id))
        for charge in _charges(database, row, attendance, wanted, delivered[row.id]):
            bill.add_line(row, charge, act)
    database.add(bill)
    _done(database, act, bill, "billed", bill.session_ids)
    return bill


def edit_services(
    sessions: Sessions, act: Act, ref: str, wanted: Wanted, *, line: int | None, session: str | None
) -> BillView:
    """Change one line of an unpaid bill, or add one for a session that is on it."""
    with writing(sessions) as database:
        bill = bill_named(database, ref)
        if line is not None:
            found = bill.line(line)
            bill.edit_line(line, _edited(database, found, wanted))
        else:
            row, fee = _on(database, bill, session)
            bill.add_line(row, _asked(database, row, wanted, fee=fee), act)
        return _done(database, act, bill, "bill-edited")


def drop_service(sessions: Sessions, act: Act, ref: str, *, line: int) -> BillView:
    """Take a line off an unpaid bill."""
    with writing(sessions) as database:
        bill = bill_named(database, ref)
        bill.drop_line(line)
        return _done(database, act, bill, "bill-edited")


def pay(sessions: Sessions, act: Act, ref: str, cents: int | None) -> BillView:
    with writing(sessions) as database:
        return settle(database, act, bill_named(database, ref), PaymentKind.PAYMENT, cents)


def refund(sessions: Sessions, act: Act, ref: str, cents: int | None) -> BillView:
    with writing(sessions) as database:
        return settle(database, act, bill_named(database, ref), PaymentKind.REFUND, cents)


def settle(database: Database, act: Act, bill: Bill, kind: PaymentKind, cents: int | None) -> BillView:
    """Money comes in or is given back, inside a transaction that does more."""
    if kind is PaymentKind.PAYMENT:
        bill.pay(cents, act)
        return _done(database, act, bill, "paid")
    bill.refund(cents, act)
    return _done(database, act, bill, "refunded")


def remove_payment(sessions: Sessions, act: Act, ref: str, number: int) -> BillView:
    with writing(sessions) as database:
        bill = bill_named(database, ref)
        bill.remove_payment(number, act)
        return _done(database, act, bill, "payment-removed")


def cancel(sessions: Sessions, act: Act, ref: str) -> BillView:
    """Give a bill up; its sessions are unbilled again."""
    with writing(sessions) as database:
        bill = bill_named(database, ref)
        bill.cancel(act)
        return _done(database, act, bill, "bill-cancelled", bill.session_ids)


def _done(database: Database, act: Act, bill: Bill, action: str, relocked: Sequence[UUID] = ()) -> BillView:
    """Write history for each session of the bill; one whose lock came or went shows that, so it gets a number."""
    database.flush()
    if relocked:
        renumber(database, relocked, now=act.now)
    for session_id in bill.session_ids:
        record(database, act, action, session_id=session_id, bill=bill.ref)
    return view_of(bill)


def _next_ref(database: Database) -> str:
    """Numbers follow each other; the transaction took its number first, so nobody takes this one meanwhile."""
    return f"B-{_FIRST_NUMBER + (database.scalar(select(func.count()).select_from(Bill)) or 0)}"


# --- what is charged ------------------------------------------------------------------------------------------


def _charges(
    database: Database, row: Session, attendance: SessionClient, wanted: Wanted, delivered: _Costs
) -> list[Charge]:
    """As asked; else what was delivered to this client; else what was planned for them, or, if they stayed away, what
    their cancellation costs."""
    fee = stayed_away(attendance)
    if wanted.service is not None or wanted.cents is not None:
        return [_asked(database, row, wanted, fee=fee)]
    modifiers = _modifiers(row, wanted)
    found = delivered
    if not found:
        found = _owed(row, attendance) if fee else _planned(database, row, attendance.client_id)
    charges = [
        Charge(amount_cents=cents, service=service, modifiers=modifiers, fee=fee)
        for service, cents in found
        if cents > 0
    ]
    if not charges:
        raise DomainError(
            "E_NOT_BILLABLE",
            "Nothing with an amount is planned or delivered here; give --service and --amount",
        )
    return charges


def _asked(database: Database, row: Session, wanted: Wanted, *, fee: bool) -> Charge:
    service = by_ref(database, Service, wanted.service) if wanted.service else None
    cents = wanted.cents if wanted.cents is not None else service.rate_cents if service else 0
    return Charge(amount_cents=cents, service=service, modifiers=_modifiers(row, wanted), fee=fee)


def _modifiers(row: Session, wanted: Wanted) -> Modifiers:
    """R70: the place adds 95 to what was typed, for this bill or for the session."""
    if wanted.modifiers is None:
        return row.modifiers
    return at_place(typed(wanted.modifiers), row.place_of_service)


def _edited(database: Database, line: BillLine, wanted: Wanted) -> Charge:
    """What a line says now, but for what was typed."""
    service = by_ref(database, Service, wanted.service) if wanted.service else line.service
    modifiers = line.modifiers
    if wanted.modifiers is not None and line.session is not None:
        modifiers = _modifiers(line.session, wanted)
    return Charge(
        amount_cents=line.amount_cents if wanted.cents is None else wanted.cents,
        service=service,
        modifiers=modifiers,
        fee=line.fee,
    )


def _on(database: Database, bill: Bill, session: str | None) -> tuple[Session, bool]:
    """The session that a new line is for: the one that was named, or the only one on the bill."""
    ids = bill.session_ids
    text = session or (str(ids[0]) if len(ids) == 1 else "")
    if not text:
        raise DomainError("E_NOT_FOUND", "Several sessions are on this bill; say which, with --session")
    row = find_session(database, text)
    if row.id not in ids:
        raise DomainError("E_NOT_FOUND", f"That session is not on bill {bill.ref}")
    return row, stayed_away(row.attendance(bill.client_id))


def _owed(row: Session, attendance: SessionClient) -> _Costs:
    """What the last cancellation of this client was judged to cost (R1, R65)."""
    made = last_of(row.cancellations, attendance.client_id)
    return [(None, made.amount_cents)] if made else []


def _delivered(database: Database, rows: Sequence[Session], client_id: UUID) -> defaultdict[UUID, _Costs]:
    """By session: all that a bill is about at once."""
    columns = ServiceDelivered.session_id, Service, ServiceDelivered.amount_cents
    query = select(*columns).join(Service, ServiceDelivered.service_id == Service.id)
    query = query.where(ServiceDelivered.client_id == client_id)
    found: defaultdict[UUID, _Costs] = defaultdict(list)
    for some in portions([row.id for row in rows]):
        mine = query.where(ServiceDelivered.session_id.in_(some))
        ordered = mine.order_by(ServiceDelivered.created_at, ServiceDelivered.id)
        for session_id, service, cents in database.execute(ordered):
            assert session_id is not None  # noqa: S101 - it was asked for by it
            found[session_id].append((service, cents))
    return found


def _planned(database: Database, row: Session, client_id: UUID) -> _Costs:
    plans = plans_of(database, [row.id])[row.id]
    return [(one.service, share_of(one, row, client_id)) for one in plans]
