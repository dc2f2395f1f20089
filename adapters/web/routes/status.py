"""How every link is doing, what waits, how the jobs went; and what happened to whom."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from adapters.diary.history import Happened, history
from adapters.links.overview import Overview, overview
from adapters.web.desk import At

router = APIRouter(tags=["status"])


@router.get("/status", operation_id="show_status", summary="How every link is doing, and what waits")
def status(at: At) -> Overview:
    """Links, hosts that rest, notices, jobs."""
    sync = at.config.sync
    after = timedelta(minutes=sync.stale_after_min)
    return overview(at.sessions, now=at.app.clock(), item_writes=sync.item_writes, stale_after=after)


@router.get("/history", operation_id="show_latest", summary="The latest of all that happened")
def latest(at: At) -> list[Happened]:
    """The last hundred lines, oldest first: ids, codes and times, and by whom."""
    return history(at.sessions, None)


@router.get("/sessions/{session}/history", operation_id="show_history", summary="What happened to a session")
def of_session(at: At, session: UUID) -> list[Happened]:
    """Oldest first: when, by whom, and why."""
    return history(at.sessions, str(session))
