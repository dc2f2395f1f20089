"""Read bills: find one by its number, list them, show one, and what of it stands on a superbill (R71)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload, selectinload

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_sessions
from adapters.diary.lookup import by_ref
from adapters.diary.pages import Paged, Position, beyond, cut
from adapters.diary.views import written
from model.bill import Bill, BillLine, BillState, on_superbill
from model.errors import DomainError
from model.modifier import to_text
from model.moment import in_zone
from model.note import Note
from model.people import Client
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class BillLineView:
    """One line of a bill; `start` is when its session began or begins."""

    number: int
    session_id: UUID | None
    start: str
    service: str | None
    modifiers: str
    amount_cents: int
    fee: bool


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """One payment or refund; `removed`: it was entered by mistake, and counts no more."""

    number: int
    kind: str
    amount_cents: int
    at: datetime
    recorded_by: str
    removed: bool


@dataclass(frozen=True, kw_only=True)
class BillView:
    """One bill; its client is an internal id, no name."""

    ref: str
    client: str
    state: BillState
    made_at: datetime
    total_cents: int
    paid_cents: int
    due_cents: int
    lines: tuple[BillLineView, ...]
    payments: tuple[PaymentView, ...]


@dataclass(frozen=True, kw_only=True)
class ClaimLine:
    """One line of a superbill: what a client hands in to be paid back."""

    date: str
    cpt: str
    modifiers: str
    place_of_service: str
    diagnosis: tuple[str, ...]
    practitioner: str
    amount_cents: int


def bill_named(database: Database, ref: str) -> Bill:
    """The bill of this number, with its lines and payments."""
    found = _bills(database, Bill.ref == ref.strip().upper())
    if not found:
        raise DomainError("E_NOT_FOUND", f'There is no bill "{ref[:40]}"; calendula bill list shows all')
    return found[0]


def bills_of(database: Database, client_id: UUID) -> list[Bill]:
    return _bills(database, Bill.client_id == client_id)


def list_bills(sessions: Sessions, *, client: str | None, state: BillState | None) -> list[BillView]:
    """The bills of a practice, or of one client, in the order they were made."""
    with reading(sessions) as database:
        return [view_of(bill) for bill in _bills(database, *_wanted(database, client, state))]


def page_of_bills(
    sessions: Sessions, *, client: str | None, state: BillState | None, after: Position | None, limit: int
) -> Paged[BillView]:
    """The same, page by page."""
    with reading(sessions) as database:
        where = _wanted(database, client, state)
        found = _bills(database, *where, beyond(Bill.made_at, Bill.id, after), most=limit + 1)
        some = cut(found, limit, lambda bill: Position(at=bill.made_at, id=bill.id))
        return Paged(rows=[view_of(bill) for bill in some.rows], following=some.following)


def _wanted(database: Database, client: str | None, state: BillState | None) -> list[ColumnElement[bool]]:
    where = [Bill.client_id == by_ref(database, Client, client).id] if client else []
    return where + ([Bill.state == state] if state else [])


def show_bill(sessions: Sessions, ref: str) -> BillView:
    with reading(sessions) as database:
        return view_of(bill_named(database, ref))


def superbill(sessions: Sessions, ref: str) -> list[ClaimLine]:
    """What of a bill the client may claim."""
    with reading(sessions) as database:
        bill = bill_named(database, ref)
        held = {row.id: row for row in load_sessions(database, bill.session_ids)}
        notes = database.scalars(select(Note).where(Note.session_id.in_(held)))
        diagnoses = {note.session_id: note.diagnosis for note in notes}
        return [
            _claim(line, session, diagnoses.get(session.id, ()))
            for line in bill.lines
            if line.session_id is not None and (session := held.get(line.session_id)) is not None
            if on_superbill(line, bill, session.attendance_of(bill.client_id))
        ]


def billing_view(database: Database, session_id: UUID) -> tuple[dict[str, str], ...]:
    """Whose attendance of a session is billed, on which bill, and whether that is paid."""
    query = select(Client.internal_id, Bill.state, Bill.ref).join(Bill, Bill.client_id == Client.id)
    query = query.join(BillLine, BillLine.bill_id == Bill.id).distinct().order_by(Bill.ref)
    open_ = query.where(BillLine.session_id == session_id, Bill.state != BillState.CANCELLED)
    return tuple({"client": row[0], "state": row[1], "bill": row[2]} for row in database.execute(open_))


def view_of(bill: Bill) -> BillView:
    """Show one loaded bill."""
    return BillView(
        ref=bill.ref,
        client=bill.client.internal_id,
        state=bill.state,
        made_at=bill.made_at,
        total_cents=bill.total_cents,
        paid_cents=bill.paid_cents,
        due_cents=bill.due_cents,
        lines=tuple(map(_line, bill.lines)),
        payments=tuple(
            PaymentView(
                number=one.number,
                kind=one.kind,
                amount_cents=one.amount_cents,
                at=one.at,
                recorded_by=one.recorded_by,
                removed=one.removed_at is not None,
            )
            for one in bill.payments
        ),
    )


def _line(line: BillLine) -> BillLineView:
    return BillLineView(
        number=line.number,
        session_id=line.session_id,
        start=_start(line.session) if line.session is not None else "",
        service=line.service.ref if line.service is not None else None,
        modifiers=to_text(line.modifiers),
        amount_cents=line.amount_cents,
        fee=line.fee,
    )


def _claim(line: BillLine, session: Session, diagnosis: tuple[str, ...]) -> ClaimLine:
    return ClaimLine(
        date=_start(session)[:10],
        cpt=line.service.cpt or "" if line.service is not None else "",
        modifiers=" ".join(one.code for one in line.modifiers),
        place_of_service=session.place_of_service or "",
        diagnosis=diagnosis,
        practitioner=", ".join(worker.worker.ref for worker in session.active_workers),
        amount_cents=line.amount_cents,
    )


def _start(session: Session) -> str:
    return written(in_zone(session.span.start, session.span.tz))


def _bills(database: Database, *where: ColumnElement[bool], most: int | None = None) -> list[Bill]:
    """In the order they were made; of a page no more than `most`, those of one instant by their ids."""
    then = Bill.ref if most is None else Bill.id
    query = select(Bill).where(*where).order_by(Bill.made_at, then).limit(most)
    line = selectinload(Bill.lines)
    parts = (
        line.joinedload(BillLine.service),
        line.joinedload(BillLine.session).joinedload(Session.site),
        selectinload(Bill.payments),
        joinedload(Bill.client, innerjoin=True),
    )
    return list(database.scalars(query.options(*parts)))
