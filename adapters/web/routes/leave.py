"""When workers are away: entered, asked for, approved, removed."""

from fastapi import APIRouter
from pydantic import ConfigDict

from adapters.diary import leave as diary
from adapters.diary.leave import LeaveView
from adapters.web.desk import At
from adapters.web.wire import Body, Minutes, Ref, When
from model.availability import LeaveType

router = APIRouter(tags=["availability"])


class NewLeave(Body):
    """Days, the last included, or from a time to a time. Who may only reach their own asks: the office approves."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"start": "2026-03-13", "end": "2026-03-14", "type": "ANNUAL"}]}
    )

    start: When
    end: When | None = None
    minutes: Minutes | None = None
    type: LeaveType = LeaveType.OTHER
    requested: bool = False


@router.get("/leave", operation_id="list_leave", summary="Leave in order of time")
def list_(at: At, worker: Ref | None = None) -> list[LeaveView]:
    """Of everybody, or of oneself for who may see no more; with the sessions that lie in it."""
    return diary.list_leave(at.sessions, at.worker(worker))


@router.post("/workers/{worker}/leave", operation_id="add_leave", summary="Enter leave", status_code=201)
def add(at: At, worker: Ref, new: NewLeave) -> LeaveView:
    """Sessions that lie in it are named, and stay as they are."""
    approved = at.only is None and not new.requested
    wanted = diary.NewLeave(**new.model_dump(exclude={"requested"}), worker=worker, approved=approved)
    return diary.add_leave(at.sessions, at.act(), wanted)


@router.post("/leave/{leave}/approve", operation_id="approve_leave", summary="Approve what was asked for")
def approve(at: At, leave: Ref) -> LeaveView:
    """Now it counts."""
    return diary.approve_leave(at.sessions, at.act(), leave)


@router.delete("/leave/{leave}", operation_id="remove_leave", summary="They are there after all")
def remove(at: At, leave: Ref) -> LeaveView:
    """The answer is what it was."""
    return diary.remove_leave(at.sessions, at.act(), leave)
