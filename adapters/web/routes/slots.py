"""What can be booked online, and to staff why other times cannot be."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from adapters.diary.slots import Explained, Search, Slot, explain_slots, find_slots
from adapters.web.desk import At
from adapters.web.wire import Ref, When

router = APIRouter(prefix="/slots", tags=["online booking"])
Type = Annotated[
    Ref, Query(alias="type", description="The appointment type's id.", examples=["psychotherapy"])
]
From = Annotated[When | None, Query(alias="from", description="Without: from now.", examples=["2026-03-10"])]
To = Annotated[When | None, Query(alias="to", description="Itself not included.", examples=["2026-03-14"])]


def _search(
    of_type: Type,
    worker: Ref | None = None,
    start: From = None,
    end: To = None,
    client: Ref | None = None,
) -> Search:
    return Search(type=of_type, worker=worker, start=start, end=end, client=client)


Sought = Annotated[Search, Depends(_search)]


@router.get("", operation_id="list_slots", summary="The times that clients can book")
def list_(at: At, search: Sought) -> list[Slot]:
    """With one worker or with all, for a client if one is named: who may be booked elsewhere."""
    return find_slots(at.sessions, at.act(), search, at.config.booking)


@router.get(
    "/why", operation_id="explain_slots", summary="Each start, free or not, and the rule that says so"
)
def why(at: At, search: Sought) -> list[Explained]:
    """The window, the rule, the calendar, room or asset: no title, and nobody's name."""
    theirs = replace(search, worker=at.worker(search.worker))
    return explain_slots(at.sessions, at.act(), theirs, at.config.booking)
