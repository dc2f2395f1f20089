"""What clients owe: bills, their services and payments. Every change names the bill's ETag: nothing is paid twice."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session as Database

from adapters.database.engine import reading
from adapters.diary import billing
from adapters.diary.bills import BillView, ClaimLine, bill_named, page_of_bills, superbill, view_of
from adapters.web.desk import At
from adapters.web.etags import Edit, IfMatch, digest
from adapters.web.wire import Body, Cents, Cursor, Limit, Page, Ref, Refs, page, position
from model.bill import BillState

router = APIRouter(prefix="/bills", tags=["bills"])


class Charged(Body):
    """What is billed; without a service what was delivered, else what was planned; without modifiers the session's."""

    service: Ref | None = None
    cents: Cents | None = None
    modifiers: Refs | None = None

    def wanted(self) -> billing.Wanted:
        return billing.Wanted(service=self.service, cents=self.cents, modifiers=self.modifiers)


class NewBill(Charged):
    """For some sessions of one client."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sessions": ["5b1f6c1e-77aa-4c9e-8f00-0a1b2c3d4e5f"],
                    "client": "noor",
                    "service": "therapy",
                    "cents": 15000,
                }
            ]
        }
    )

    sessions: Annotated[tuple[Ref, ...], Field(min_length=1, max_length=100)]
    client: Ref | None = None


class NewLine(Charged):
    """One service more, for a session that is on the bill."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"session": "5b1f6c1e-77aa-4c9e-8f00-0a1b2c3d4e5f", "service": "therapy", "cents": 2500}
            ]
        }
    )

    session: Ref


class LineEdit(Charged):
    """What is different; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cents": 12000, "modifiers": ["59"]}]})


class Sum(Body):
    """A part of it; without, all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cents": 5000}]})

    cents: Cents | None = None


def _opened(at: At, bill: Ref, response: Response, if_match: IfMatch = None) -> Edit:
    return Edit(
        at=at, name=bill, if_match=if_match, response=response, tag=lambda database: _tag(database, bill)
    )


def _tag(database: Database, bill: str) -> str:
    return digest(view_of(bill_named(database, bill)))


Edits = Annotated[Edit, Depends(_opened)]


@router.get("", operation_id="list_bills", summary="Bills in the order they were made")
def list_(
    at: At,
    client: Ref | None = None,
    state: BillState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[BillView]:
    """Clients appear by their internal ids."""
    found = page_of_bills(at.sessions, client=client, state=state, after=position(cursor), limit=limit)
    return page(found.rows, found.following)


@router.post("", operation_id="make_bill", summary="Bill a client", status_code=201)
def make(at: At, new: NewBill, response: Response) -> BillView:
    """For a client who cancelled or did not come it is a fee."""
    done = billing.make(at.sessions, at.act(), new.sessions, new.wanted(), new.client)
    response.headers["Location"] = f"/api/v1/bills/{done.ref}"
    response.headers["ETag"] = digest(done)
    return done


@router.get("/{bill}", operation_id="show_bill", summary="One with its services and payments")
def show(at: At, bill: Ref, response: Response) -> BillView:
    """Its ETag is what a change has to name in If-Match."""
    with reading(at.sessions) as database:
        found = view_of(bill_named(database, bill))
    response.headers["ETag"] = digest(found)
    return found


@router.get("/{bill}/superbill", operation_id="show_superbill", summary="What its client may claim")
def claim(at: At, bill: Ref) -> list[ClaimLine]:
    """What was attended and has a CPT code; a fee never."""
    return superbill(at.sessions, bill)


@router.post("/{bill}/lines", operation_id="add_line", summary="Add a service", status_code=201)
def add_line(it: Edits, new: NewLine) -> BillView:
    """While it is not paid."""
    return it.do(
        lambda within, act, name: billing.edit_services(
            within, act, name, new.wanted(), line=None, session=new.session
        )
    )


@router.patch("/{bill}/lines/{line}", operation_id="change_line", summary="Change a service")
def change_line(it: Edits, line: int, to: LineEdit) -> BillView:
    """While it is not paid."""
    return it.do(
        lambda within, act, name: billing.edit_services(
            within, act, name, to.wanted(), line=line, session=None
        )
    )


@router.delete("/{bill}/lines/{line}", operation_id="drop_line", summary="Take a service off")
def drop_line(it: Edits, line: int) -> BillView:
    """While it is not paid."""
    return it.do(lambda within, act, name: billing.drop_service(within, act, name, line=line))


@router.post("/{bill}/payments", operation_id="pay_bill", summary="Apply a payment", status_code=201)
def pay(it: Edits, part: Sum) -> BillView:
    """Of all that is due, or a part."""
    return it.do(lambda within, act, name: billing.pay(within, act, name, part.cents))


@router.post(
    "/{bill}/refunds", operation_id="refund_bill", summary="Give back what was paid", status_code=201
)
def refund(it: Edits, part: Sum) -> BillView:
    """With nothing left of it, the bill is unpaid again."""
    return it.do(lambda within, act, name: billing.refund(within, act, name, part.cents))


@router.delete("/{bill}/payments/{payment}", operation_id="remove_payment", summary="Take a payment back")
def remove_payment(it: Edits, payment: int) -> BillView:
    """One that was entered by mistake; the record of it stays."""
    return it.do(lambda within, act, name: billing.remove_payment(within, act, name, payment))


@router.post("/{bill}/cancel", operation_id="cancel_bill", summary="Cancel it")
def cancel(it: Edits) -> BillView:
    """Its sessions are unbilled again; refused while anything is paid."""
    return it.do(billing.cancel)
