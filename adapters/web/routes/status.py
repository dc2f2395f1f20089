"""How every link is doing, what waits, how the jobs went; and what happened to whom."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from adapters.diary.history import history, page_of_history
from adapters.links.overview import Overview, overview
from adapters.web.desk import At
from adapters.web.shown import HappenedShown, happened_shown
from adapters.web.wire import Cursor, Limit, Page, Text, page, position

router = APIRouter(tags=["status"])


@router.get("/status", operation_id="show_status", summary="How every link is doing, and what waits")
def status(at: At) -> Overview:
    """Links, hosts that rest, notices, jobs."""
    sync = at.config.sync
    after = timedelta(minutes=sync.stale_after_min)
    return overview(at.sessions, now=at.app.clock(), item_writes=sync.item_writes, stale_after=after)


@router.get("/history", operation_id="show_latest", summary="The latest of all that happened")
def latest(at: At, limit: Limit = 50, cursor: Cursor = None) -> Page[HappenedShown]:
    """The latest first: ids, codes and times, and by whom."""
    found = page_of_history(at.sessions, after=position(cursor), limit=limit)
    return page([happened_shown(row) for row in found.rows], found.following)


@router.get(
    "/history/about", operation_id="show_history_about", summary="What happened to a session or an event"
)
def about(at: At, name: Annotated[Text, Query(description="Its id or UID.")]) -> list[HappenedShown]:
    """Oldest first; also what is deleted since."""
    return [happened_shown(row) for row in history(at.sessions, name)]


@router.get("/sessions/{session}/history", operation_id="show_history", summary="What happened to a session")
def of_session(at: At, session: UUID) -> list[HappenedShown]:
    """Oldest first: when, by whom, and why."""
    return [happened_shown(row) for row in history(at.sessions, str(session))]
