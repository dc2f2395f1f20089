"""Online booking as clients do it, each for themselves: look, book, move, cancel, withdraw.

What is done bears an `Idempotency-Key`: whoever had no answer sends the same again, and it is done once. So none of it
asks for If-Match: the second attempt would find another state, its own.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary import booking as bookings
from adapters.diary import client_changes, requests
from adapters.diary.appointment_types import list_types
from adapters.diary.booking import Booked
from adapters.diary.client_acts import Caller
from adapters.diary.requests import Sought
from adapters.diary.slots import Search, Slot, find_slots
from adapters.web.desk import At, Desk
from adapters.web.wire import Body, Cursor, Limit, Page, Ref, When, page, position
from model.booking import RequestState

router = APIRouter(prefix="/my", tags=["my bookings"])
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="A new one for each attempt, like a UUID; sent again with the same body, it is done once.",
        examples=["6f1b0c52-5d7e-4a1c-9a57-0f4e7d1c2b3a"],
    ),
]


class OwnTerms(BaseModel):
    """What clients may do online, and the policy to be read first."""

    allowed: bool
    changes_allowed: bool = Field(description="Whether they may move and cancel.")
    asked_first: bool = Field(description="The practice answers each booking.")
    policy: str = Field(examples=["Tell us 24 hours before, or half the fee is charged."])
    hours_before: int = Field(description="Later only the practice moves and cancels; 0: never too late.")


class Offer(BaseModel):
    """What can be booked, as clients are told of it."""

    id: str = Field(examples=["psychotherapy"])
    name: str = Field(examples=["Psychotherapy"])
    minutes: int = Field(examples=[50])


class OwnRequest(BaseModel):
    """What was asked for, and what became of it."""

    id: str = Field(examples=["5b1f6c1e"])
    state: str = Field(examples=["PENDING"])
    worker: str = Field(examples=["mia"])
    type: str = Field(examples=["psychotherapy"])
    start: str = Field(examples=["2026-03-10T09:00:00+10:30"])
    message: str = Field(description="The practice's words.", examples=[""])


class OwnBooking(Body):
    """One of the slots; `acknowledged`: the policy was read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"type": "psychotherapy", "worker": "mia", "start": "2026-03-10T09:00", "acknowledged": True}
            ]
        }
    )

    type: Ref
    worker: Ref
    start: When
    acknowledged: bool = False


class NewStart(Body):
    """Another slot with the same worker."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"start": "2026-03-17T09:00", "acknowledged": True}]}
    )

    start: When
    acknowledged: bool = False


class Giving(Body):
    """Why, by one of the practice's reasons; without, the one it has for this."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"acknowledged": True}]})

    reason: Ref | None = None
    acknowledged: bool = False


@router.get("/booking", operation_id="show_my_terms", summary="What one may do online")
def terms(at: At) -> OwnTerms:
    """The policy is to be read and acknowledged by whoever books, moves or cancels."""
    own = at.config.booking
    return OwnTerms(
        allowed=own.allow,
        changes_allowed=own.allow and own.allow_resched_cancel,
        asked_first=own.mode == "request",
        policy=own.policy_text,
        hours_before=own.enforce_window_hours,
    )


@router.get("/appointment-types", operation_id="list_my_types", summary="What can be booked")
def types(at: At) -> list[Offer]:
    """By name."""
    found = list_types(at.sessions)
    return [Offer(id=one.ref, name=one.name, minutes=one.length_min) for one in found if one.active]


@router.get("/slots", operation_id="list_my_slots", summary="When it can be booked")
def slots(
    at: At,
    of_type: Annotated[
        Ref, Query(alias="type", description="What is to be booked.", examples=["psychotherapy"])
    ],
    worker: Ref | None = None,
    start: Annotated[When | None, Query(alias="from", description="Without: from now.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Itself not included.")] = None,
) -> list[Slot]:
    """In order of time; where one is booked oneself is not among them."""
    search = Search(type=of_type, worker=worker, start=start, end=end, client=at.client)
    return find_slots(at.sessions, at.act(), search, at.config.booking)


@router.post("/bookings", operation_id="book_my_slot", summary="Book one", status_code=201)
def book(at: At, new: OwnBooking, key: Key) -> Booked:
    """Booked at once, or asked for: `state` says which. Two who want the same time do not both get it."""
    what = bookings.Booking(worker=new.worker, type=new.type, start=new.start)
    caller = _caller(at, key, acknowledged=new.acknowledged)
    return bookings.book(at.sessions, at.act(), what, caller, at.config.settings)


@router.post("/bookings/{session}/move", operation_id="move_my_booking", summary="Take another time")
def move(at: At, session: UUID, to: NewStart, key: Key) -> Booked:
    """One of the slots with the same worker; where the practice answers first, it is asked for."""
    caller = _caller(at, key, acknowledged=to.acknowledged)
    return client_changes.move(at.sessions, at.act(), str(session), to.start, caller, at.config.settings)


@router.post("/bookings/{session}/cancel", operation_id="cancel_my_booking", summary="Cancel it")
def cancel(at: At, session: UUID, how: Giving, key: Key) -> Booked:
    """Advised now; the answer says what it costs."""
    caller = _caller(at, key, acknowledged=how.acknowledged)
    reason = how.reason or ""
    return client_changes.cancel(
        at.sessions, at.act(), str(session), caller, at.config.settings, reason=reason
    )


@router.get("/booking-requests", operation_id="list_my_requests", summary="What one asked for")
def list_(
    at: At, state: RequestState | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[OwnRequest]:
    """By the time that was asked for."""
    sought = Sought(client=at.client, state=state)
    found = requests.page_of_requests(at.sessions, sought, after=position(cursor), limit=limit)
    own = [
        OwnRequest(
            id=one.ref,
            state=one.state,
            worker=one.worker,
            type=one.type,
            start=one.start,
            message=one.message,
        )
        for one in found.rows
    ]
    return page(own, found.following)


@router.post(
    "/booking-requests/{asked}/withdraw",
    operation_id="withdraw_my_request",
    summary="Take it back",
    status_code=204,
)
def withdraw(at: At, asked: Ref) -> None:
    """While nobody has answered."""
    client_changes.withdraw(at.sessions, at.act(), asked, at.client, at.config.settings)


def _caller(at: Desk, key: str, *, acknowledged: bool) -> Caller:
    return Caller(client=at.client, acknowledged=acknowledged, key=key, address=at.address)
