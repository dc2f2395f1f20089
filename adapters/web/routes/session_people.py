"""Who takes part in a session: workers assigned, their answers, clients, and whom it is offered to."""

from typing import Literal

from fastapi import APIRouter
from pydantic import ConfigDict

from adapters.diary import assigning, attending, knowing, offering
from adapters.diary.offering import OfferView
from adapters.diary.views import Changed
from adapters.web.etags import Edits
from adapters.web.wire import Body, Ref, Refs, ScopeAsked, Until
from model.attendance import Assignment

router = APIRouter(prefix="/sessions/{session}", tags=["sessions"])


class Part(Body):
    """When the worker is there, if not all the time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "10:30"}]})

    start: Until | None = None
    end: Until | None = None


class WorkersAnswer(Body):
    """Whether a worker takes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ACCEPTED"}]})

    status: Literal["ACCEPTED", "DECLINED"]


class NewClients(Body):
    """Who comes, and who not any more: of an appointment both together. No record is kept of who is removed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"add": ["eva"], "remove": ["noor"]}]})

    add: Refs = ()
    remove: Refs = ()


class Coming(Body):
    """Who will come; nobody named: the only client there is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"client": "noor"}]})

    client: Ref | None = None


class NewOffers(Body):
    """To whom; nobody named: to all who may take it and are free. Unsent ones are sent later."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"workers": ["tom", "lena"]}]})

    workers: Refs = ()
    send: bool = True


@router.put("/workers/{worker}", operation_id="assign_worker", summary="Put a worker on it")
def assign(it: Edits, worker: Ref, part: Part, scope: ScopeAsked = None) -> Changed:
    """It comes into the worker's calendar."""
    how = assigning.Assign(worker=worker, start=part.start, end=part.end)
    return it.do(lambda within, act, name: assigning.assign(within, act, name, how, scope, it.settings))


@router.delete("/workers/{worker}", operation_id="unassign_worker", summary="Take a worker off it")
def unassign(it: Edits, worker: Ref, scope: ScopeAsked = None) -> Changed:
    """No record is kept: a worker who cancels is not taken off, the session is cancelled by them."""
    return it.do(lambda within, act, name: assigning.unassign(within, act, name, worker, scope))


@router.post("/workers/{worker}/answer", operation_id="answer_session", summary="Accept or decline it")
def answer(it: Edits, worker: Ref, told: WorkersAnswer, scope: ScopeAsked = None) -> Changed:
    """Who declines is off it."""
    status = Assignment(told.status)
    return it.do(
        lambda within, act, name: assigning.answer(within, act, name, worker, status, scope, it.settings)
    )


@router.post("/clients", operation_id="change_clients", summary="Add clients, or take them out")
def clients(it: Edits, who: NewClients, scope: ScopeAsked = None) -> Changed:
    """A client who cancels is not taken out: the session is cancelled by them, which keeps a record."""
    wanted = attending.Clients(add=who.add, remove=who.remove)
    return it.do(lambda within, act, name: attending.change(within, act, name, wanted, scope))


@router.post("/confirm", operation_id="confirm_attendance", summary="A client will come")
def confirm(it: Edits, who: Coming) -> Changed:
    """Another start takes it back, as the client said yes to the time before."""
    return it.do(lambda within, act, name: knowing.confirm(within, act, name, who.client))


@router.post("/offers", operation_id="offer_session", summary="Offer it to workers", status_code=201)
def offer(it: Edits, to: NewOffers) -> list[OfferView]:
    """Whoever accepts is interested, and not assigned yet."""
    return it.do(lambda within, act, name: offering.offer(within, act, name, to.workers, send=to.send))
