"""What the practice chooses from: reasons for cancellations, and session types."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from adapters.diary import reasons, session_types
from adapters.diary.reasons import Reason
from adapters.diary.session_types import SessionType
from adapters.web.desk import At
from adapters.web.wire import Body, Made, Minutes, Ref, Text
from model.cancellation import Billing, CancelledBy, NdisCode

router = APIRouter(tags=["people and places"])


class NewReason(Body):
    """Whose reason it is, what people read, and what it charges; the text never leaves the practice."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "client-overslept",
                    "type": "CLIENT",
                    "text": "Client overslept",
                    "billing": "PRACTICE_FEE",
                    "threshold_hours": 24,
                }
            ]
        }
    )

    id: Ref
    type: CancelledBy
    text: Text
    billing: Billing = Billing.NON_BILLABLE
    threshold_hours: Annotated[int, Field(ge=0, le=100_000)] | None = None
    billable_percent: Annotated[int, Field(ge=0, le=1_000)] = 100
    ndis_code: NdisCode | None = None


class NewSessionType(Body):
    """What sessions usually are; the name never leaves the practice, the colour is one of CSS."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "intake-long", "name": "Intake", "minutes": 90, "colour": "teal"}]
        }
    )

    id: Ref
    name: Text
    minutes: Minutes | None = None
    billable: bool = True
    colour: Text = ""


@router.post("/reasons", operation_id="add_reason", summary="Add a reason", status_code=201)
def add_reason(at: At, new: NewReason) -> Made:
    """What it bills only counts for those of clients."""
    reasons.add_reason(at.sessions, at.act(), Reason(ref=new.id, **new.model_dump(exclude={"id"})))
    return Made(id=new.id)


@router.post(
    "/reasons/{reason}/retire", operation_id="retire_reason", summary="No longer offer one", status_code=204
)
def retire_reason(at: At, reason: Ref) -> None:
    """What was cancelled for it keeps it."""
    reasons.retire_reason(at.sessions, at.act(), reason)


@router.post("/session-types", operation_id="add_session_type", summary="Add a session type", status_code=201)
def add_type(at: At, new: NewSessionType) -> Made:
    """How long, billable or not, and its colour."""
    wanted = SessionType(
        ref=new.id, name=new.name, billable=new.billable, duration_min=new.minutes, colour=new.colour
    )
    session_types.add_session_type(at.sessions, at.act(), wanted)
    return Made(id=new.id)


@router.post(
    "/session-types/{session_type}/retire",
    operation_id="retire_session_type",
    summary="No longer offer one",
    status_code=204,
)
def retire_type(at: At, session_type: Ref) -> None:
    """Sessions that have it keep it."""
    session_types.retire_session_type(at.sessions, at.act(), session_type)
