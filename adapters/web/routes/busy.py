"""When a worker, a room, an asset or a bed is busy: merged, without a word about what or with whom."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from adapters.diary.busy import BusyTime, busy_time, stale_sources
from adapters.diary.resource_busy import Resource, resource_busy
from adapters.diary.sources import Stale
from adapters.web.desk import At
from adapters.web.wire import Ref, When

router = APIRouter(tags=["busy"])
From = Annotated[When, Query(alias="from", examples=["2026-03-02"])]
To = Annotated[When, Query(alias="to", description="Itself not included.", examples=["2026-03-09"])]


class WorkersTime(BaseModel):
    """A worker's busy time, and the calendars of theirs that were not read lately: more may be taken than is known."""

    time: BusyTime
    stale: list[Stale]


@router.get("/workers/{worker}/busy", operation_id="show_worker_busy", summary="When a worker is busy")
def of_worker(at: At, worker: Ref, start: From, end: To) -> WorkersTime:
    """What the practice has planned, what their own calendars say, and when they cannot be had."""
    found = busy_time(at.sessions, worker, start, end)
    after = timedelta(minutes=at.config.sync.stale_after_min)
    stale = stale_sources(at.sessions, worker, now=at.app.clock(), after=after)
    return WorkersTime(time=found, stale=stale)


@router.get(
    "/{kind}/{ref}/busy", operation_id="show_resource_busy", summary="When a room, asset or bed is taken"
)
def of_resource(at: At, kind: Literal["rooms", "assets", "beds"], ref: Ref, start: From, end: To) -> BusyTime:
    """A room or an asset is busy while none is left of it."""
    return resource_busy(at.sessions, Resource(kind.removesuffix("s").upper()), ref, start, end)
