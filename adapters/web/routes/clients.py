"""What the practice does about one client."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from adapters.diary.visits import invite
from adapters.web.desk import At
from adapters.web.wire import Ref

router = APIRouter(prefix="/clients/{client}", tags=["people and places"])


class Invited(BaseModel):
    """To whom a link is mailed, by internal id, and for how many minutes it opens, once."""

    client: str = Field(examples=["C-1077"])
    minutes: int


@router.post("/invite", operation_id="invite_client", summary="Mail a client a link to book with")
def invite_(at: At, client: Ref) -> Invited:
    """They book, move and cancel with it, on the pages for clients."""
    known = invite(at.sessions, at.act(), client, at.app.entrance)
    return Invited(client=known, minutes=at.config.booking.link_min)
