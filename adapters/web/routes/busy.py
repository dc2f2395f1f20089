"""When a worker, a room, an asset or a bed is busy: merged, without a word about what or with whom; and why."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary.busy import BusyTime, busy_time, stale_sources, vfreebusy
from adapters.diary.resource_busy import Resource, resource_busy
from adapters.diary.sources import Stale
from adapters.diary.why import why
from adapters.web.desk import At, Desk
from adapters.web.texts import Calendar, described
from adapters.web.wire import Ref, When
from model.busy import Fbtype
from model.why import Explained

router = APIRouter(tags=["busy"])
From = Annotated[When, Query(alias="from", examples=["2026-03-02"])]
To = Annotated[When, Query(alias="to", description="Itself not included.", examples=["2026-03-09"])]
Kind = Literal["rooms", "assets", "beds"]
Grid = Annotated[
    int | None, Query(alias="round", ge=1, le=1440, description="Widen all to a grid of so many minutes.")
]
_VFREEBUSY = described(Calendar, "Busy times in UTC, and nobody's name.")


class Stretch(BaseModel):
    """A stretch of time that is taken, in UTC."""

    model_config = ConfigDict(from_attributes=True)

    start: datetime
    end: datetime
    fbtype: Fbtype


class Taken(BaseModel):
    """When somebody or something is busy in [start, end); `tz` is where its days begin."""

    model_config = ConfigDict(from_attributes=True)

    who: str
    start: datetime
    end: datetime
    tz: ZoneInfo
    blocks: tuple[Stretch, ...]
    taken: str = Field(description="Which room, asset or bed it is, as a URN; empty for a worker.")


class WorkersTime(BaseModel):
    """A worker's busy time, and the calendars of theirs that were not read lately: more may be taken than is known."""

    time: Taken
    stale: list[Stale]


class Because(BaseModel):
    """A stretch of time, what it is, and by which sessions, links, hours or leave: their ids."""

    start: str = Field(examples=["2026-03-03T00:30:00+00:00"])
    end: str = Field(examples=["2026-03-03T01:30:00+00:00"])
    type: str = Field(examples=["BUSY"])
    because: tuple[str, ...]


@router.get("/workers/{worker}/busy", operation_id="show_worker_busy", summary="When a worker is busy")
def of_worker(at: At, worker: Ref, start: From, end: To, grid: Grid = None) -> WorkersTime:
    """What the practice has planned, what their own calendars say, and when they cannot be had."""
    found = _coarse(busy_time(at.sessions, worker, start, end), grid)
    return WorkersTime(time=Taken.model_validate(found), stale=_stale(at, worker))


@router.get(
    "/workers/{worker}/busy/why", operation_id="explain_busy", summary="Why a worker is free or taken"
)
def explain(at: At, worker: Ref, start: From, end: To) -> list[Because]:
    """The whole time, in order."""
    return [_because(one) for one in why(at.sessions, worker, start, end)]


@router.get(
    "/workers/{worker}/busy.ics",
    operation_id="read_worker_busy",
    summary="The same as a VFREEBUSY (RFC 5545)",
    response_class=Calendar,
    responses=_VFREEBUSY,
)
def worker_file(at: At, worker: Ref, start: From, end: To, grid: Grid = None) -> Calendar:
    """Merged, and without a name."""
    found = _coarse(busy_time(at.sessions, worker, start, end), grid)
    return Calendar(vfreebusy(found, at.act()))


@router.get(
    "/workers/{worker}/stale-sources",
    operation_id="list_stale",
    summary="Calendars that were not read lately",
)
def stale(at: At, worker: Ref) -> list[Stale]:
    """While there is one, what clients book online with this worker is asked for, and not booked at once."""
    return _stale(at, worker)


@router.get(
    "/{kind}/{ref}/busy", operation_id="show_resource_busy", summary="When a room, asset or bed is taken"
)
def of_resource(at: At, kind: Kind, ref: Ref, start: From, end: To, grid: Grid = None) -> Taken:
    """A room or an asset is busy while none is left of it."""
    return Taken.model_validate(_coarse(resource_busy(at.sessions, _resource(kind), ref, start, end), grid))


@router.get(
    "/{kind}/{ref}/busy.ics",
    operation_id="read_resource_busy",
    summary="The same as a VFREEBUSY (RFC 5545)",
    response_class=Calendar,
    responses=_VFREEBUSY,
)
def resource_file(at: At, kind: Kind, ref: Ref, start: From, end: To, grid: Grid = None) -> Calendar:
    """Merged, and without a name."""
    found = _coarse(resource_busy(at.sessions, _resource(kind), ref, start, end), grid)
    return Calendar(vfreebusy(found, at.act()))


def _stale(at: Desk, worker: str) -> list[Stale]:
    after = timedelta(minutes=at.config.sync.stale_after_min)
    return stale_sources(at.sessions, worker, now=at.app.clock(), after=after)


def _coarse(found: BusyTime, grid: int | None) -> BusyTime:
    return found if grid is None else found.on_grid(grid)


def _resource(kind: Kind) -> Resource:
    return Resource(kind.removesuffix("s").upper())


def _because(one: Explained) -> Because:
    return Because(start=one.start.isoformat(), end=one.end.isoformat(), type=one.fbtype, because=one.because)
