"""Other Events: a worker's own time, busy or free, without a client."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict

from adapters.diary import adding, cancelling, changing
from adapters.diary.listing import Occurrence, list_events
from adapters.diary.views import Changed
from adapters.web.desk import At
from adapters.web.etags import Edit, IfMatch, of_session
from adapters.web.wire import Body, Minutes, Ref, ScopeAsked, Text, Until, When
from model.details import Kind, ShowAs

router = APIRouter(tags=["events"])


class NewEvent(Body):
    """Single or repeating, timed or of whole days; what is free blocks nothing."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject": "Dentist", "start": "2026-03-11T13:00", "minutes": 60}]}
    )

    subject: Text
    start: When
    end: Until | None = None
    minutes: Minutes | None = None
    rule: Text | None = None
    tz: Ref | None = None
    show_as: ShowAs = ShowAs.BUSY
    location: Text = ""
    description: Text = ""


class Showing(Body):
    """Whether it blocks time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"show_as": "FREE"}]})

    show_as: Literal["BUSY", "FREE"]


def _opened(at: At, event: UUID, response: Response, if_match: IfMatch = None) -> Edit:
    return of_session(at, event, response, if_match)


Edits = Annotated[Edit, Depends(_opened)]


@router.get("/workers/{worker}/events", operation_id="list_events", summary="A worker's Other Events")
def list_(
    at: At,
    worker: Ref,
    start: Annotated[When, Query(alias="from", examples=["2026-03-01"])],
    end: Annotated[When, Query(alias="to", description="Itself not included.", examples=["2026-04-01"])],
) -> list[Occurrence]:
    """Occurrence by occurrence; known 13 months ahead."""
    return list_events(at.sessions, worker, start, end)


@router.post("/workers/{worker}/events", operation_id="add_event", summary="Add one", status_code=201)
def add(at: At, worker: Ref, new: NewEvent) -> Changed:
    """It comes into the worker's calendar with the next run; `GET /sessions/{session}` shows it."""
    wanted = adding.New(**new.model_dump(), kind=Kind.OTHER_EVENT, workers=[worker], rostered=True)
    return adding.add(at.sessions, at.act(), wanted, at.config.settings)


@router.put("/events/{event}/show-as", operation_id="show_event_as", summary="Set it busy or free")
def show_as(it: Edits, to: Showing, scope: ScopeAsked = None) -> Changed:
    """Only an Other Event can be free."""
    wanted = ShowAs(to.show_as)
    return it.do(lambda within, act, name: changing.show_as(within, act, name, wanted, scope))


@router.delete("/events/{event}", operation_id="delete_event", summary="Delete one")
def delete(it: Edits, scope: ScopeAsked = None) -> Changed:
    """It leaves the worker's calendar with the next run."""
    return it.do(lambda within, act, name: cancelling.delete(within, act, name, scope))
