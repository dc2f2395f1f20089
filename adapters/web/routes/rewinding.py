"""What a run of a link would do, and undoing what runs did: first shown, then done."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from adapters.database.engine import reading
from adapters.links.lookup import link_named
from adapters.links.rewinding import Undoable, chosen, rewind, undoable
from adapters.web.desk import At
from adapters.web.etags import IfMatch, confirmed, digest
from adapters.web.wire import Ref
from sync.context import Line
from sync.run import Report

router = APIRouter(prefix="/links/{link}", tags=["links"])
Only = Annotated[bool, Query(description="Undo that run alone, not all since.")]


class Planned(BaseModel):
    """What a run would do, in its lines; `reason` is the class of what would end it."""

    link: str = Field(examples=["mia"])
    ok: bool
    reason: str
    lines: list[Line]


class Rewound(Planned):
    """Which runs are undone, and whether that was done or only shown."""

    done: bool
    runs: list[Undoable]


@router.get("/plan", operation_id="plan_link", summary="What a run would do")
def plan(at: At, link: Ref) -> Planned:
    """Nothing is written anywhere. What would be sent, applied, held and refused, and why."""
    with reading(at.sessions) as database:
        link_id = link_named(database, link).id
    report = at.app.runner.plan(link_id)
    return Planned(link=link, ok=report.ok, reason=_reason(report), lines=list(report.lines))


@router.get("/rewind", operation_id="list_undoable", summary="The runs that can be undone")
def list_(at: At, link: Ref) -> list[Undoable]:
    """Those of the last 30 days that changed something, oldest first."""
    return undoable(at.sessions, link)


@router.get("/rewind/{run}", operation_id="preview_rewind", summary="What undoing a run would do")
def preview(at: At, link: Ref, run: Ref, response: Response, only: Only = False) -> Rewound:
    """That run and all since. Its ETag confirms it."""
    what = chosen(at.sessions, link, to=run, only=only)
    response.headers["ETag"] = digest(what)
    report = at.app.runner.rehearse(what.link_id, what.ids)
    return Rewound(
        link=link,
        ok=report.ok,
        reason=_reason(report),
        lines=list(report.lines),
        done=False,
        runs=list(what.runs),
    )


@router.post("/rewind/{run}", operation_id="rewind_link", summary="Undo it, in the calendar and here")
def undo(at: At, link: Ref, run: Ref, only: Only = False, if_match: IfMatch = None) -> Rewound:
    """What changed since is left as it is. The link rests then: look, and resume it."""
    what = chosen(at.sessions, link, to=run, only=only)
    confirmed(if_match, digest(what))
    report = rewind(at.app, at.act(), what)
    return Rewound(
        link=link,
        ok=report.ok,
        reason=_reason(report),
        lines=list(report.lines),
        done=True,
        runs=list(what.runs),
    )


def _reason(report: Report) -> str:
    return type(report.error).__name__ if report.error else ""
