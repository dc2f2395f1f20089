"""When workers can be had: their weekly hours, single times beyond them, and all of it as a VAVAILABILITY."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary import availability
from adapters.diary.availability import AvailabilityView
from adapters.diary.opening import availability_text, bookable_text
from adapters.web.desk import At
from adapters.web.routes.busy import From, To
from adapters.web.texts import Calendar, described
from adapters.web.wire import Body, Day, Minutes, Ref, Text, Until, When

router = APIRouter(prefix="/workers/{worker}", tags=["availability"])


class Hours(Body):
    """Weekly hours from a day on, or for some days; on the clock of the worker's zone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"hours": "MO-FR 09:00-17:00", "first": "2026-03-02"}]}
    )

    hours: Text
    first: Day | None = None
    last: Day | None = None


class SingleTime(Body):
    """A time beyond the weekly hours."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2026-03-14T09:00", "end": "12:00"}]})

    start: When
    end: Until | None = None
    minutes: Minutes | None = None


class Cleared(BaseModel):
    """How many entries were forgotten."""

    count: int = Field(examples=[2])


@router.get("/availability", operation_id="list_availability", summary="Hours and single times")
def list_(at: At, worker: Ref) -> list[AvailabilityView]:
    """None at all: they can always be had."""
    return availability.list_availability(at.sessions, worker)


@router.put("/availability/hours", operation_id="set_hours", summary="Give them weekly hours")
def set_hours(at: At, worker: Ref, to: Hours) -> AvailabilityView:
    """Days before and after keep what was said of them."""
    return availability.set_hours(at.sessions, at.act(), worker, to.hours, first=to.first, last=to.last)


@router.post("/availability/times", operation_id="offer_time", summary="Offer a single time", status_code=201)
def offer_time(at: At, worker: Ref, new: SingleTime) -> AvailabilityView:
    """Beyond the weekly hours."""
    return availability.offer_time(at.sessions, at.act(), worker, new.start, end=new.end, minutes=new.minutes)


@router.delete("/availability", operation_id="clear_availability", summary="Forget all of it")
def clear(at: At, worker: Ref) -> Cleared:
    """Then they can always be had."""
    return Cleared(count=availability.clear_availability(at.sessions, at.act(), worker, None))


@router.delete("/availability/{entry}", operation_id="remove_availability", summary="Forget one entry")
def remove(at: At, worker: Ref, entry: Ref) -> Cleared:
    """As the list shows it."""
    return Cleared(count=availability.clear_availability(at.sessions, at.act(), worker, entry))


@router.get(
    "/availability.ics",
    operation_id="read_availability",
    summary="The same as a VAVAILABILITY (RFC 7953)",
    response_class=Calendar,
    responses=described(Calendar, "Hours, single times and leave."),
)
def read(at: At, worker: Ref, start: From, end: To) -> Calendar:
    """Leave takes away what hours give; what comes after the end is in it too."""
    return Calendar(availability_text(at.sessions, at.act(), worker, start, end))


@router.get(
    "/bookable.ics",
    operation_id="read_bookable",
    summary="When clients can book, as a VAVAILABILITY",
    response_class=Calendar,
    responses=described(Calendar, "Windows of online booking, narrowed by what can be booked now."),
)
def read_bookable(at: At, worker: Ref, start: From, end: To) -> Calendar:
    """Whatever is taken in them."""
    return Calendar(bookable_text(at.sessions, at.act(), worker, start, end, at.config.booking))
