"""Who one is here."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from adapters.web.desk import At

router = APIRouter(tags=["me"])


class Me(BaseModel):
    """The person a token is of."""

    token: str = Field(description="Its name, as token list shows it.", examples=["5b1f6c1e77aa"])
    actor: str = Field(description="Who everything done with it is done by.", examples=["mia"])
    role: str = Field(examples=["PRACTITIONER"])
    worker: str | None = Field(examples=["mia"])


@router.get("/me", operation_id="show_me", summary="Whose token this is")
def show_me(at: At) -> Me:
    """Try a token out."""
    who = at.caller
    return Me(token=who.token, actor=who.actor, role=who.role, worker=who.worker)
