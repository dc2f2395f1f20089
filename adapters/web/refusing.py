"""Say on a page, in one sentence, what could not be done: never a stack trace, and nothing that staff would be told."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from adapters.secrets import SecretsError
from adapters.web.pages.rendering import page
from adapters.web.problems import Refused, status_of
from adapters.web.visiting import COOKIE
from model.errors import DomainError

_STATUS = {"E_SLOT_TAKEN": 409, "E_TOO_MANY": 429, "E_BOOKING_OFF": 404, "E_KEY_REUSED": 409}
# Where the sentence of a rule speaks to staff, or tells what is theirs to know.
_FOR_CLIENTS = {
    "E_LOCKED": "This appointment cannot be changed online any more; ask the practice",
    "E_APPOINTMENT_TYPE": "That is not offered any more; choose something else",
    "E_NOT_FOUND": "There is no such appointment, or it is not yours; choose one from your list",
    "E_CLIENT_REQUIRED": "This cannot be done online; ask the practice",
    "E_REASON_TYPE": "Say why: choose one of the reasons",
}
_UNABLE = "This does not work at the moment; try again in a few minutes, or ask the practice"
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route of which a person in a browser reads the refusals."""

    def get_route_handler(self) -> _Handler:
        inner = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await inner(request)
            except (DomainError, Refused, HTTPException, OperationalError, SecretsError) as refused:
                return _page(request, refused)

        return answer


def _page(request: Request, refused: Exception) -> Response:
    status, code, sentence, headers = _told(refused)
    found = request.app.state.front
    known = COOKIE in request.cookies and code != "E_TOKEN"
    values = {
        "base": found.base,
        "visiting": False,
        "practice": "",
        "known": known,
        "code": code,
        "sentence": sentence,
    }
    answer = page("refused", values, status=status)
    answer.headers.update(headers)
    return answer


def _told(refused: Exception) -> tuple[int, str, str, dict[str, str]]:
    """Status, code, sentence, and what else the answer says."""
    if isinstance(refused, DomainError):
        code = refused.code
        status = _STATUS.get(code, status_of(code))
        return status, code, _FOR_CLIENTS.get(code, refused.message), {}
    if isinstance(refused, Refused):
        return refused.status, refused.code, refused.sentence, refused.headers
    if isinstance(refused, HTTPException):
        return refused.status_code, "E_REQUEST", "That cannot be taken; go back, and write less", {}
    return 503, "E_DATABASE", _UNABLE, {"Retry-After": "2"}
