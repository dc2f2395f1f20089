"""Calendar links: how each is doing, pause, resume, check, run. Passwords neither come in here nor go out."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.database.engine import reading
from adapters.links import changing
from adapters.links.changing import Shown
from adapters.links.lookup import link_named
from adapters.links.overview import LinkView, list_links
from adapters.links.runs import RunView, list_runs
from adapters.runner import Busy
from adapters.web.desk import At
from adapters.web.problems import Refused
from adapters.web.wire import Body, Limit, Ref
from model.errors import DomainError

router = APIRouter(prefix="/links", tags=["links"])


class Resumption(Body):
    """After a suspension: who is right. RESTORE puts back what is missing there, ACCEPT takes it as meant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "RESTORE"}]})

    answer: Literal["", "RESTORE", "ACCEPT"] = ""


class Fitness(BaseModel):
    """What trying the calendar out found."""

    link: str = Field(examples=["mia"])
    state: str = Field(examples=["ACTIVE"])
    server: str = Field(description="A server like that; empty: of no known kind.", examples=["radicale"])
    fit: bool
    requests: int
    sentences: list[str]


class Outcome(BaseModel):
    """How a run went; `reason` is the class of what ended it, if something did."""

    link: str = Field(examples=["mia"])
    ok: bool
    reason: str
    counts: dict[str, int] = Field(examples=[{"create": 3}])


@router.get("", operation_id="list_links", summary="Whose, which calendar, how shown")
def list_(at: At) -> list[LinkView]:
    """Of everybody, or of oneself for who may see no more."""
    worker = at.worker(None)
    return [row for row in list_links(at.sessions) if worker in (None, row.worker)]


@router.get("/{link}", operation_id="show_link", summary="One link")
def show(at: At, link: Ref) -> LinkView:
    """The calendar it leads to, and how it stands."""
    for row in list_links(at.sessions):
        if row.ref == link:
            return row
    raise DomainError("E_NOT_FOUND", "There is no such link")


@router.post("/{link}/pause", operation_id="pause_link", summary="Let it rest")
def pause(at: At, link: Ref) -> Shown:
    """Nothing is sent or read until it is resumed."""
    return changing.pause(at.sessions, at.act(), link)


@router.post("/{link}/resume", operation_id="resume_link", summary="Go on")
def resume(at: At, link: Ref, how: Resumption) -> Shown:
    """Paused or suspended; a link that needs another password is given one on the command line."""
    return changing.resume(at.sessions, at.act(), link, how.answer)


@router.post("/{link}/check", operation_id="check_link", summary="Try its calendar out")
def check(at: At, link: Ref) -> Fitness:
    """Test events are written, read and deleted again; a busy source is only read."""
    done = changing.check(at.app, at.act(), link)
    return Fitness(
        link=done.ref,
        state=done.state,
        server=done.card.server,
        fit=not done.card.failed,
        requests=done.card.requests,
        sentences=list(done.card.sentences),
    )


@router.post("/{link}/sync", operation_id="sync_link", summary="Run it once and now")
def sync(at: At, link: Ref) -> Outcome:
    """The answer comes when the run has ended. One that is being run already is refused (409)."""
    with reading(at.sessions) as database:
        link_id = link_named(database, link).id
    report = at.app.runner.sync(link_id)
    if isinstance(report, Busy):
        raise Refused(409, "E_NOT_RUN", f"The link was not run: {report.reason}")
    reason = type(report.error).__name__ if report.error else ""
    return Outcome(link=link, ok=report.ok, reason=reason, counts=report.counts)


@router.get("/{link}/runs", operation_id="list_runs", summary="How its runs went")
def runs(at: At, link: Ref, limit: Limit = 50) -> list[RunView]:
    """Latest first."""
    return list_runs(at.sessions, link, limit=limit)
