"""Online booking as staff do it: book for a client, and answer what clients asked for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary import booking as bookings
from adapters.diary import client_changes, requests
from adapters.diary.booking import Booked
from adapters.diary.changing import Move
from adapters.diary.client_acts import Caller
from adapters.diary.requests import RequestView, Sought
from adapters.diary.views import Changed
from adapters.web.desk import At
from adapters.web.wire import Body, Cursor, Limit, Minutes, Page, Ref, Text, When, page, position
from model.booking import RequestState
from sync.settings import BookingSettings

router = APIRouter(tags=["online booking"])
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Names this attempt: sent twice, it is done once.",
    ),
]


class ForClient(Body):
    """For whom, and whether the policy was read to them."""

    client: Ref = Field(examples=["eva"])
    acknowledged: bool = False

    def caller(self, key: str | None) -> Caller:
        return Caller(client=self.client, acknowledged=self.acknowledged, key=key or "")


class BookFor(ForClient):
    """A slot, for a client."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "client": "eva",
                    "acknowledged": True,
                    "type": "psychotherapy",
                    "worker": "mia",
                    "start": "2026-03-10T09:00",
                }
            ]
        }
    )

    type: Ref
    worker: Ref
    start: When


class MoveFor(ForClient):
    """Another slot with the same worker."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"client": "eva", "acknowledged": True, "start": "2026-03-17T09:00"}]}
    )

    start: When


class CancelFor(ForClient):
    """Why; without a reason `booking.cancel_reason`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"client": "eva", "acknowledged": True, "reason": "client-late"}]}
    )

    reason: Ref | None = None


class Withdrawal(Body):
    """Whose request it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"client": "eva"}]})

    client: Ref


class Acceptance(Body):
    """At the time that was asked for, or at another."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2026-03-10T10:05"}]})

    start: When | None = None
    minutes: Minutes | None = None
    override: Text | None = None


class Refusal(Body):
    """Words for the client."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "Please try Thursday"}]})

    message: Text = ""


class BookingTerms(BaseModel):
    """What clients may do online; `settings` is null where that is nothing."""

    allowed: bool
    settings: BookingSettings | None


@router.get("/booking-settings", operation_id="show_booking_settings", summary="What clients may do online")
def settings(at: At) -> BookingTerms:
    """As the configuration says."""
    own = at.config.booking
    return BookingTerms(allowed=own.allow, settings=own if own.allow else None)


@router.post("/bookings", operation_id="book_slot", summary="Book a slot for a client", status_code=201)
def book(at: At, new: BookFor, key: Key = None) -> Booked:
    """As the client would online: at once, or asked for where the practice answers first."""
    what = bookings.Booking(worker=new.worker, type=new.type, start=new.start)
    return bookings.book(at.sessions, at.act(), what, new.caller(key), at.config.settings)


@router.post("/bookings/{session}/move", operation_id="move_booking", summary="Move it as its client would")
def move(at: At, session: UUID, to: MoveFor, key: Key = None) -> Booked:
    """To another time that is offered."""
    return client_changes.move(
        at.sessions, at.act(), str(session), to.start, to.caller(key), at.config.settings
    )


@router.post(
    "/bookings/{session}/cancel", operation_id="cancel_booking", summary="Cancel it as its client would"
)
def cancel(at: At, session: UUID, how: CancelFor, key: Key = None) -> Booked:
    """Advised now; the answer says what it costs."""
    return client_changes.cancel(
        at.sessions, at.act(), str(session), how.caller(key), at.config.settings, reason=how.reason or ""
    )


@router.get("/booking-requests", operation_id="list_requests", summary="What clients asked for")
def list_(
    at: At,
    worker: Ref | None = None,
    client: Ref | None = None,
    state: RequestState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RequestView]:
    """By the time that was asked for; to everybody, or to oneself for who may see no more."""
    sought = Sought(worker=at.worker(worker), client=client, state=state)
    found = requests.page_of_requests(at.sessions, sought, after=position(cursor), limit=limit)
    return page(found.rows, found.following)


@router.post("/booking-requests/{asked}/accept", operation_id="accept_request", summary="Say yes")
def accept(at: At, asked: Ref, to: Acceptance) -> Changed:
    """Also at another time; the client is told."""
    where = Move(start=to.start, minutes=to.minutes, override=at.waived(to.override))
    return requests.accept(at.sessions, at.act(), asked, where, at.config.settings)


@router.post("/booking-requests/{asked}/decline", operation_id="decline_request", summary="Say no")
def decline(at: At, asked: Ref, why: Refusal) -> RequestView:
    """The client is told, with the message."""
    return requests.decline(at.sessions, at.act(), asked, why.message)


@router.post(
    "/booking-requests/{asked}/withdraw",
    operation_id="withdraw_request",
    summary="Take back what a client asked for",
    status_code=204,
)
def withdraw(at: At, asked: Ref, who: Withdrawal) -> None:
    """As the client would, while nobody has answered."""
    client_changes.withdraw(at.sessions, at.act(), asked, who.client, at.config.settings)
