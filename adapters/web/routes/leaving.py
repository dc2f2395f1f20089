"""A worker leaves: see what is open to them, then end all of it."""

from dataclasses import asdict

from fastapi import APIRouter, Response
from pydantic import ConfigDict

from adapters.diary.times import read_day
from adapters.links.leaving import Access, Left, access_of, leave
from adapters.web.desk import At
from adapters.web.etags import IfMatch, confirmed, digest
from adapters.web.wire import Body, Day, Ref

router = APIRouter(prefix="/workers/{worker}/leaving", tags=["people and places"])


class LastDay(Body):
    """The last day; without, today and at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2026-03-31"}]})

    on: Day | None = None


@router.get("", operation_id="preview_leaving", summary="What would end for a worker")
def preview(at: At, worker: Ref, response: Response, on: Day | None = None) -> Access:
    """Links, feeds, tokens, and how many sessions are still theirs. Its ETag confirms it."""
    found = access_of(at.sessions, worker, read_day(on) if on else None, at.app.clock())
    response.headers["ETag"] = digest(asdict(found))
    return found


@router.post("", operation_id="end_access", summary="End all of it")
def end(at: At, worker: Ref, last: LastDay, if_match: IfMatch = None) -> Left:
    """Calendars are emptied of what the practice put there, passwords forgotten; with a day to come when it is over."""
    day = read_day(last.on) if last.on else None
    confirmed(if_match, digest(asdict(access_of(at.sessions, worker, day, at.app.clock()))))
    return leave(at.app, at.act(), worker, day)
