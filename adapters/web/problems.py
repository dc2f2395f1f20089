"""Say what went wrong as a problem document (RFC 9457): a code for machines, a sentence for people.

Never a stack trace, a value that was sent, or the words of a library.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from adapters.dav.problems import DiscoveryProblem
from adapters.secrets import SecretsError
from model.errors import DomainError
from sync.errors import SyncError

MEDIA_TYPE = "application/problem+json"
_CONFLICTS = (
    "E_LOCKED", "E_TRANSITION", "E_NOT_VALIDATED", "E_PERIOD_OVERLAP", "E_UNAVAILABLE", "E_SLOT_TAKEN", "E_BUSY",
)  # fmt: skip
_STATUS = {
    "E_NOT_FOUND": 404,
    "E_LEVEL_NOT_ALLOWED": 403,
    "E_TOO_MANY": 429,
    **dict.fromkeys(_CONFLICTS, 409),
}


_BEFORE = {
    404: ("E_NO_PAGE", "There is nothing at this address"),
    405: ("E_METHOD", "This address does not know that method"),
    413: ("E_TOO_LARGE", "More was sent than is taken at once"),
}


class Wrong(BaseModel):
    """One thing wrong with a request."""

    where: str = Field(description="Which parameter or member of the body.", examples=["body.start"])
    what: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is stable; `detail` is for people."""

    type: str = Field(examples=["urn:calendula:problem:e_not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such session"])
    code: str = Field(examples=["E_NOT_FOUND"])
    request_id: str = Field(examples=["0b9c1a7e5d3f4e21"])
    errors: list[Wrong] = Field(default=[], description="Of a request that does not fit: everything at once.")
    policy: str = Field(
        default="", description="With E_POLICY_ACK: what is to be read and acknowledged first."
    )


class Refused(Exception):
    """A request that is turned away here, before any rule of the domain is asked."""

    def __init__(
        self, status: int, code: str, sentence: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.headers = status, code, sentence, dict(headers or {})


def problem(
    status: int,
    code: str,
    sentence: str,
    *,
    request_id: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Wrong] = (),
    policy: str = "",
) -> JSONResponse:
    """The answer itself."""
    told = Problem(
        type=f"urn:calendula:problem:{code.lower()}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=sentence,
        code=code,
        request_id=request_id,
        errors=list(errors),
        policy=policy,
    )
    content = told.model_dump(exclude_defaults=True)
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def status_of(code: str) -> int:
    """What HTTP calls the domain's refusal: in conflict with how things are, or not to be done at all."""
    return _STATUS.get(code, 409 if code.endswith("_CONFLICT") else 422)


def install(web: FastAPI, *, policy: str = "") -> None:
    """Answer every error of ours, and of the framework's, in this form; `policy` is what clients have to read."""
    web.add_exception_handler(DomainError, partial(_domain, policy))
    web.add_exception_handler(Refused, _refused)
    web.add_exception_handler(RequestValidationError, _invalid)
    web.add_exception_handler(HTTPException, _http)
    web.add_exception_handler(SyncError, _calendar)
    web.add_exception_handler(DiscoveryProblem, _address)
    web.add_exception_handler(OperationalError, _database)
    web.add_exception_handler(SecretsError, _key)


def request_id(request: Request) -> str:
    """What the guard called this request."""
    return str(request.scope.get("calendula.request_id", ""))


def _domain(policy: str, request: Request, error: Exception) -> JSONResponse:
    """Who did not acknowledge the policy is shown it with the refusal (003-09)."""
    assert isinstance(error, DomainError)  # noqa: S101 - for the type checker
    return problem(
        status_of(error.code), error.code, error.message, request_id=request_id(request),
        policy=policy if error.code == "E_POLICY_ACK" else "",
    )  # fmt: skip


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101 - for the type checker
    return problem(
        error.status, error.code, error.sentence, request_id=request_id(request), headers=error.headers
    )


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Everything that does not fit, at once: where and what, never the value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    errors = [
        Wrong(where=".".join(str(part)[:40] for part in found["loc"]), what=_without_value(found))
        for found in error.errors()[:20]
    ]
    sentence = "The request does not fit; errors says where"
    return problem(422, "E_REQUEST", sentence, request_id=request_id(request), errors=errors)


def _without_value(found: Mapping[str, object]) -> str:
    """The sentence of the check; some of them quote what was sent."""
    quoting = {"json_invalid": "This is not JSON", "uuid_parsing": "This is not an id"}
    return quoting.get(str(found["type"]), str(found["msg"])[:200])


def _http(request: Request, error: Exception) -> JSONResponse:
    """What is said before a route is asked: no such page, another method, too much."""
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
    status = error.status_code
    code, sentence = _BEFORE.get(status, ("E_REQUEST", "The request cannot be understood"))
    return problem(status, code, sentence, request_id=request_id(request), headers=error.headers)


def _calendar(request: Request, error: Exception) -> JSONResponse:
    """A calendar server's trouble: its class, as `sync` reports it; its words may name what is private."""
    name = type(error).__name__
    sentence = f"The calendar's server did not do what it was asked ({name})"
    return problem(502, "E_CALENDAR", sentence, request_id=request_id(request))


def _address(request: Request, error: Exception) -> JSONResponse:
    """Why a calendar cannot be found or linked; its sentences are made for people, and name no secret."""
    assert isinstance(error, DiscoveryProblem)  # noqa: S101 - for the type checker
    return problem(502, "E_CALENDAR", error.sentence, request_id=request_id(request))


def _key(request: Request, _: Exception) -> JSONResponse:
    sentence = "The service cannot use its key; an administrator has to look"
    return problem(503, "E_KEY", sentence, request_id=request_id(request))


def _database(request: Request, _: Exception) -> JSONResponse:
    sentence = "The database is busy with another change; try again in a moment"
    return problem(503, "E_DATABASE", sentence, request_id=request_id(request), headers={"Retry-After": "2"})
