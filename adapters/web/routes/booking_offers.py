"""What can be booked online: appointment types, and the reserved slots in which workers can be booked."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict

from adapters.diary import appointment_types, reserved_slots
from adapters.diary.appointment_types import AppointmentType
from adapters.diary.reserved_slots import WindowView
from adapters.web.desk import At
from adapters.web.wire import Body, Made, Minutes, Ref, Refs, Text, Until, When

router = APIRouter(tags=["online booking"])


class NewType(Body):
    """What clients read, how long it lasts, and how many minutes after it have to be free too."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "psychotherapy", "name": "Psychotherapy", "minutes": 50, "padding": 10}]
        }
    )

    id: Ref
    name: Text
    minutes: int
    padding: int = 0
    service: Ref | None = None


class NewWindow(Body):
    """When a worker can be booked: once, or repeating on the wall clock; without types all can be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "worker": "mia",
                    "start": "2026-03-10T09:00",
                    "end": "12:00",
                    "rule": "FREQ=WEEKLY",
                    "types": ["psychotherapy"],
                }
            ]
        }
    )

    worker: Ref
    start: When
    end: Until | None = None
    minutes: Minutes | None = None
    rule: Text | None = None
    types: Refs = ()
    site: Ref | None = None
    room: Ref | None = None
    asset: Ref | None = None


@router.get("/appointment-types", operation_id="list_appointment_types", summary="All appointment types")
def list_types(at: At) -> list[AppointmentType]:
    """Those not offered any more, too."""
    return appointment_types.list_types(at.sessions)


@router.post("/appointment-types", operation_id="add_appointment_type", summary="Add one", status_code=201)
def add_type(at: At, new: NewType) -> Made:
    """Clients are shown its name and its length."""
    appointment_types.add_type(
        at.sessions,
        at.act(),
        AppointmentType(
            ref=new.id, name=new.name, length_min=new.minutes, padding_min=new.padding, service=new.service
        ),
    )
    return Made(id=new.id)


@router.post(
    "/appointment-types/{appointment_type}/retire",
    operation_id="retire_appointment_type",
    summary="No longer offer one",
    status_code=204,
)
def retire_type(at: At, appointment_type: Ref) -> None:
    """What was booked keeps it."""
    appointment_types.retire_type(at.sessions, at.act(), appointment_type)


@router.get("/reserved-slots", operation_id="list_windows", summary="When workers can be booked")
def list_windows(at: At, worker: Ref | None = None) -> list[WindowView]:
    """Of everybody, or of oneself for who may see no more."""
    return reserved_slots.list_windows(at.sessions, at.worker(worker))


@router.post("/reserved-slots", operation_id="add_window", summary="Reserve slots", status_code=201)
def add_window(at: At, new: NewWindow) -> Made:
    """Only what lies inside a window can be booked."""
    wanted = reserved_slots.NewWindow(**new.model_dump())
    return Made(id=reserved_slots.add_window(at.sessions, at.act(), wanted))


@router.delete(
    "/reserved-slots/{window}", operation_id="remove_window", summary="Take them back", status_code=204
)
def remove_window(
    at: At,
    window: Ref,
    only: Annotated[When | None, Query(description="Of a repeating one, only what begins then.")] = None,
) -> None:
    """What is booked in it stays."""
    reserved_slots.remove_window(at.sessions, at.act(), window, only=only)
