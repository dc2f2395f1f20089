"""Sessions: list, add, show, edit, delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from adapters.database.engine import reading
from adapters.diary import adding, cancelling, editing
from adapters.diary.listing import Window, show_session
from adapters.diary.paging import page_of_sessions
from adapters.diary.views import Changed, SessionView, view
from adapters.web.desk import At
from adapters.web.etags import Edits, tag_of
from adapters.web.owning import mine
from adapters.web.shown import SessionShown, session_shown
from adapters.web.wire import (
    Body,
    Cursor,
    Limit,
    Minutes,
    Page,
    Ref,
    Refs,
    ScopeAsked,
    Text,
    Texts,
    Until,
    When,
    page,
    position,
)
from model.details import Kind, LocationType, Status, WorkType

router = APIRouter(prefix="/sessions", tags=["sessions"])


class NewSession(Body):
    """A session to be, or with a rule a series. Ids are the practice's own; without `rostered` it is a draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "start": "2026-03-03T10:00",
                    "minutes": 60,
                    "workers": ["priya"],
                    "clients": ["noor"],
                    "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=8",
                    "rostered": True,
                }
            ]
        }
    )

    start: When
    end: Until | None = None
    minutes: Minutes | None = None
    tz: Ref | None = None
    rule: Text | None = None
    kind: Kind = Kind.CLIENT_SESSION
    work_type: WorkType = WorkType.APPOINTMENT
    workers: Refs = ()
    clients: Refs = ()
    new_clients: Refs = ()
    session_type: Ref | None = None
    service_types: Texts = ()
    site: Ref | None = None
    room: Ref | None = None
    region: Ref | None = None
    assets: Refs = ()
    activities: Texts = ()
    location_type: LocationType | None = None
    address: Text = ""
    url: Text = ""
    subject: Text = ""
    employee_message: Text = ""
    comments: Text = ""
    instructions: Text = Field(default="", description="For the clients' messages.")
    reminders: Texts = Field(default=(), description="Like `5`, days before, or `2:email,text`.")
    session_bridge: bool = Field(default=False, description="The clients are asked afterwards how it was.")
    medium: Text | None = None
    contact_with: Text | None = None
    rostered: bool = False
    live: bool = False
    override: Text | None = None
    acknowledge: bool = Field(default=False, description="It is known that a worker is busy then.")
    billable: bool | None = None


class SessionEdit(Body):
    """What is said of a session; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject": "PHY review", "comments": "bring the file"}]}
    )

    subject: Text | None = None
    employee_message: Text | None = None
    url: Text | None = None
    session_type: Text | None = None
    comments: Text | None = None
    service_types: Texts | None = None
    instructions: Text | None = None
    reminders: Texts | None = None
    session_bridge: bool | None = None


@router.get("", operation_id="list_sessions", summary="List sessions in order of time")
def list_sessions(
    at: At,
    start: Annotated[
        When | None, Query(alias="from", description="Those that touch it or come later.")
    ] = None,
    end: Annotated[When | None, Query(alias="to", description="Up to this, itself not included.")] = None,
    worker: Ref | None = None,
    client: Ref | None = None,
    site: Ref | None = None,
    status: Status | None = None,
    needs_reschedule: bool = False,
    unassigned: bool = False,
    overlapping: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SessionView]:
    """Of everybody, or of oneself for who may see no more. Clients appear by their internal ids."""
    window = Window(
        start=start,
        end=end,
        worker=at.worker(worker),
        client=client,
        site=site,
        status=status,
        needs_reschedule=needs_reschedule,
        unassigned=unassigned,
        overlapping=overlapping,
    )
    only = mine(at.only) if at.only else None
    found = page_of_sessions(at.sessions, window, after=position(cursor), limit=limit, only=only)
    return page([view(row) for row in found.rows], found.following)


@router.post("", operation_id="add_session", summary="Add a session or a series", status_code=201)
def add_session(at: At, new: NewSession, response: Response) -> Changed:
    """The answer names the session, its series, and what is warned of."""
    wanted = adding.New(**new.model_dump(exclude={"override"}), override=at.waived(new.override))
    done = adding.add(at.sessions, at.act(), wanted, at.config.settings)
    response.headers["Location"] = f"/api/v1/sessions/{done.session_id}"
    return done


@router.get("/{session}", operation_id="show_session", summary="All of one session")
def show(at: At, session: UUID, response: Response) -> SessionShown:
    """Its ETag is what an edit has to name in If-Match."""
    with reading(at.sessions) as database:
        tag = tag_of(database, session)
    if tag is not None:  # read before what it stands for: it is never newer
        response.headers["ETag"] = tag
    return session_shown(show_session(at.sessions, str(session)))


@router.patch("/{session}", operation_id="edit_session", summary="Edit what is said of it")
def edit(it: Edits, what: SessionEdit, scope: ScopeAsked = None) -> Changed:
    """A new type changes the colour, not the length; an empty text takes away what was said."""
    wanted = editing.Edit(**what.model_dump())
    return it.do(lambda within, act, name: editing.edit(within, act, name, wanted, scope, it.settings))


@router.delete("/{session}", operation_id="delete_session", summary="Delete a draft")
def delete(
    it: Edits,
    scope: ScopeAsked = None,
    confirmed: Annotated[bool, Query(description="Booked sessions too, where the rules allow it.")] = False,
) -> Changed:
    """Nothing is kept of it. What was rostered is cancelled instead, unless `rules.allow_delete_rostered`."""
    may = it.at.config.rules.allow_delete_rostered
    return it.do(
        lambda within, act, name: cancelling.delete(
            within, act, name, scope, rostered=may, confirmed=confirmed
        )
    )
