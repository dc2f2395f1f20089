"""Mail and texts: what is queued and what became of it; send now, and try the settings out."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary.outbox_listing import MessageView, page_of_messages
from adapters.jobs import JOBS, once
from adapters.messages.trying import try_mail
from adapters.web.desk import At
from adapters.web.wire import Body, Cursor, Limit, Page, Text, page, position
from model.message import MessageState

router = APIRouter(prefix="/messages", tags=["messages"])
_SENDING = ("reminders", "notices", "messages")


class Address(Body):
    """Where it goes: one's own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"address": "ada@example.org"}]})

    address: Text


class Sent(BaseModel):
    """How many were queued, and how many sent."""

    reminders: int = Field(examples=[2])
    notices: int = Field(examples=[0])
    messages: int = Field(examples=[3])


@router.get("", operation_id="list_messages", summary="Of what kind, for whom, and what became of them")
def list_(
    at: At, state: MessageState | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[MessageView]:
    """The latest first. What is said is made when it is sent, and is not kept."""
    found = page_of_messages(at.sessions, state, after=position(cursor), limit=limit)
    return page(found.rows, found.following)


@router.post("/send", operation_id="send_messages", summary="Send what is due, now")
def send(at: At) -> Sent:
    """`calendula run` does so by itself, every minute."""
    due = {job.name: job for job in JOBS if job.name in _SENDING}
    return Sent(**{name: once(due[name], at.app.jobs.means, at.act()) for name in _SENDING})


@router.post("/try", operation_id="try_mail", summary="Send a mail to try the settings out", status_code=204)
def try_(at: At, to: Address) -> None:
    """Its answer says whether somebody took it."""
    try_mail(at.app.jobs.means.post, at.app.new_id(), to.address)
