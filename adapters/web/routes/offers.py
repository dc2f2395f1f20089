"""Sessions offered to workers: list, send, answer, assign."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict

from adapters.diary import offering
from adapters.diary.offering import OfferView
from adapters.diary.views import Changed
from adapters.web.desk import At
from adapters.web.wire import Body, Ref
from model.offer import OfferState

router = APIRouter(prefix="/offers", tags=["offers"])


class OfferAnswer(Body):
    """Whether the worker is interested."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "ACCEPTED"}]})

    state: Literal["ACCEPTED", "DECLINED"]


@router.get("", operation_id="list_offers", summary="Offers, and what became of them")
def list_(at: At, session: UUID | None = None, worker: Ref | None = None) -> list[OfferView]:
    """Of everybody, or of oneself for who may see no more."""
    asked = str(session) if session else None
    return offering.list_offers(at.sessions, session=asked, worker=at.worker(worker))


@router.post("/{offer}/send", operation_id="send_offer", summary="Send one that was only prepared")
def send(at: At, offer: Ref) -> OfferView:
    """From now on it can be answered."""
    return offering.send(at.sessions, at.act(), offer)


@router.post("/{offer}/answer", operation_id="answer_offer", summary="Interested, or not")
def answer(at: At, offer: Ref, told: OfferAnswer) -> OfferView:
    """Nobody is assigned by that."""
    return offering.answer(at.sessions, at.act(), offer, OfferState(told.state))


@router.post("/{offer}/assign", operation_id="assign_offer", summary="Give the session to who accepted")
def assign(at: At, offer: Ref) -> Changed:
    """Other offers of it close."""
    return offering.pick(at.sessions, at.act(), offer, at.config.settings)
