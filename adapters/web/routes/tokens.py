"""Who may come in over HTTP. A token is in the answer that issues it, and nowhere else."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from adapters.diary import tokens
from adapters.diary.tokens import Issued, TokenView
from adapters.web.desk import At
from adapters.web.wire import Body, Ref
from model.access import AccessRole

router = APIRouter(prefix="/tokens", tags=["tokens"])


class NewToken(Body):
    """For a worker or a client by id, or a scheduler or an administrator by name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"role": "PRACTITIONER", "person": "mia", "days": 365}]}
    )

    role: AccessRole
    person: Ref
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None


@router.get("", operation_id="list_tokens", summary="Whose, since when, when last used")
def list_(at: At) -> list[TokenView]:
    """The latest last; nothing of their secrets."""
    return tokens.list_tokens(at.sessions)


@router.post("", operation_id="issue_token", summary="Issue one", status_code=201)
def issue(at: At, new: NewToken) -> Issued:
    """It is shown this once; only its hash is kept."""
    return tokens.issue(at.sessions, at.act(), tokens.NewToken(**new.model_dump()))


@router.post("/{token}/revoke", operation_id="revoke_token", summary="Let one open nothing from now on")
def revoke(at: At, token: Ref) -> TokenView:
    """By its name, as the list shows it."""
    return tokens.revoke(at.sessions, at.act(), token)
