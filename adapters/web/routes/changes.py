"""Changes that came from calendars: list, show, answer."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict

from adapters.diary import answering
from adapters.diary.answering import Answered
from adapters.diary.waiting import page_of_changes, show_change
from adapters.web.desk import At
from adapters.web.shown import ChangeShown, change_shown
from adapters.web.wire import Body, Cursor, Limit, Minutes, Page, Ref, Refs, Text, When, page, position
from model.cancellation import CancelledBy

router = APIRouter(prefix="/changes", tags=["changes"])


class Confirmation(Body):
    """Move it as was asked for (with `start` to another time), or say who cancels, when that was advised, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"move": True},
                {"by": "WORKER", "advised": "2026-03-20T08:00", "reason": "worker-training"},
            ]
        }
    )

    move: bool = False
    start: When | None = None
    minutes: Minutes | None = None
    by: CancelledBy | None = None
    clients: Refs = ()
    advised: When | None = None
    reason: Ref | None = None
    note: Text = ""

    def answer(self) -> answering.Answer:
        return answering.Answer(**{**self.model_dump(), "reason": self.reason or ""})


@router.get(
    "",
    operation_id="list_changes",
    summary="What waits for an answer, or was refused",
)
def list_(
    at: At,
    every: Annotated[bool, Query(description="Applied and answered ones too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ChangeShown]:
    """Oldest first; of everybody, or of oneself for who may see no more."""
    found = page_of_changes(
        at.sessions, every=every, worker=at.worker(None), after=position(cursor), limit=limit
    )
    return page([change_shown(row) for row in found.rows], found.following)


@router.get(
    "/{change}",
    operation_id="show_change",
    summary="One change, in codes and in words",
)
def show(at: At, change: Ref) -> ChangeShown:
    """What came, how it was judged, and why."""
    return change_shown(show_change(at.sessions, change))


@router.post("/{change}/confirm", operation_id="confirm_change", summary="Do what was asked for")
def confirm(at: At, change: Ref, how: Confirmation) -> Answered:
    """Or what was agreed on since. The next run shows it in the calendar."""
    return answering.confirm(at.sessions, at.act(), change, how.answer(), at.config.settings)


@router.post("/{change}/dismiss", operation_id="dismiss_change", summary="Leave everything as it is")
def dismiss(at: At, change: Ref) -> Answered:
    """The "Change waiting" line disappears from the event with the next run."""
    return answering.dismiss(at.sessions, at.act(), change)
