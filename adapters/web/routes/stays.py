"""Stays in beds: list, book, edit, hold, check in and out, cancel."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict
from sqlalchemy.orm import Session as Database

from adapters.database.engine import reading
from adapters.diary import beds
from adapters.diary.beds import Stayed
from adapters.diary.lookup import find_booking
from adapters.diary.stays import Stay, Wanted, list_stays, told
from adapters.web.desk import At
from adapters.web.etags import Edit, IfMatch, digest
from adapters.web.wire import Body, Ref, Refs, Text, When
from model.stay import BookingState

router = APIRouter(prefix="/stays", tags=["beds"])


class NewStay(Body):
    """A bed for a client, by nights or with times; `respite:3` is three of a service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "bed": "b2",
                    "client": "eva",
                    "start": "2026-03-20",
                    "end": "2026-03-23",
                    "nightly": ["respite"],
                }
            ]
        }
    )

    bed: Ref
    client: Ref
    start: When
    end: When
    nightly: Refs = ()
    services: Refs = ()
    override: Text | None = None


class StayEdit(Body):
    """Another bed, other dates, or other services; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"end": "2026-03-24"}]})

    bed: Ref | None = None
    start: When | None = None
    end: When | None = None
    nightly: Refs | None = None
    services: Refs | None = None
    override: Text | None = None


class NewHold(Body):
    """The nights away, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"start": "2026-03-21", "end": "2026-03-22", "reason": "in hospital"}]
        }
    )

    start: When
    end: When
    reason: Text


class Back(Body):
    """The day the client was back, if another than said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2026-03-22"}]})

    on: When | None = None


class Departure(Body):
    """The day or time of departure, if another than booked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2026-03-22"}]})

    on: When | None = None
    override: Text | None = None


class Why(Body):
    """The reason; it never leaves the practice."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "family visit"}]})

    reason: Text


def _opened(at: At, stay: UUID, response: Response, if_match: IfMatch = None) -> Edit:
    return Edit(
        at=at,
        name=str(stay),
        if_match=if_match,
        response=response,
        tag=lambda database: _tag(database, stay),
    )


def _tag(database: Database, stay: UUID) -> str:
    return digest(told(find_booking(database, str(stay))))


Edits = Annotated[Edit, Depends(_opened)]


@router.get("", operation_id="list_stays", summary="Stays in order of time")
def list_(
    at: At,
    start: Annotated[When | None, Query(alias="from", description="Those that last beyond it.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Up to this, itself not included.")] = None,
    bed: Ref | None = None,
    site: Ref | None = None,
    client: Ref | None = None,
    state: BookingState | None = None,
) -> list[Stay]:
    """Clients appear by their internal ids."""
    wanted = Wanted(start=start, end=end, bed=bed, site=site, client=client, state=state)
    return list_stays(at.sessions, wanted)


@router.post("", operation_id="book_stay", summary="Book a bed", status_code=201)
def book(at: At, new: NewStay, response: Response) -> Stayed:
    """Refused where the bed is taken, or the client outside its limits of age and gender."""
    wanted = beds.NewStay(**new.model_dump(exclude={"override"}), override=at.waived(new.override))
    done = beds.book(at.sessions, at.act(), wanted, ad_hoc=at.config.rules.ad_hoc_services)
    response.headers["Location"] = f"/api/v1/stays/{done.booking_id}"
    return done


@router.get("/{stay}", operation_id="show_stay", summary="One stay")
def show(at: At, stay: UUID, response: Response) -> Stay:
    """Its ETag is what an edit has to name in If-Match."""
    with reading(at.sessions) as database:
        found = told(find_booking(database, str(stay)))
    response.headers["ETag"] = digest(found)
    return found


@router.patch("/{stay}", operation_id="edit_stay", summary="Another bed, other dates or services")
def edit(it: Edits, to: StayEdit) -> Stayed:
    """Services that are named replace all that there were."""
    wanted = beds.Edit(**to.model_dump(exclude={"override"}), override=it.at.waived(to.override))
    allowed = it.at.config.rules.ad_hoc_services
    return it.do(lambda within, act, name: beds.edit(within, act, name, wanted, ad_hoc=allowed))


@router.post("/{stay}/hold", operation_id="hold_stay", summary="Keep the bed while its client is away")
def hold(it: Edits, new: NewHold) -> Stayed:
    """Nobody else can have it, and these nights deliver no services."""
    return it.do(
        lambda within, act, name: beds.hold(
            within, act, name, start=new.start, end=new.end, reason=new.reason
        )
    )


@router.post("/{stay}/end-hold", operation_id="end_hold", summary="The client is back")
def end_hold(it: Edits, when: Back) -> Stayed:
    """From that night on services are delivered again."""
    return it.do(lambda within, act, name: beds.end_hold(within, act, name, when.on))


@router.post("/{stay}/check-in", operation_id="check_in", summary="The client has moved in")
def check_in(it: Edits) -> Stayed:
    """From now on it is in residence."""
    return it.do(beds.check_in)


@router.post(
    "/{stay}/check-out", operation_id="check_out", summary="End it, and write down what it delivered"
)
def check_out(it: Edits, when: Departure) -> Stayed:
    """Each nightly service gives a line for each night that was not on hold."""
    override = it.at.waived(when.override)
    return it.do(lambda within, act, name: beds.check_out(within, act, name, when.on, override=override))


@router.post("/{stay}/cancel", operation_id="cancel_stay", summary="Cancel one that never began")
def cancel(it: Edits, why: Why) -> Stayed:
    """The record stays."""
    return it.do(lambda within, act, name: beds.cancel(within, act, name, why.reason))
