"""What every request meets first: an id, a limit of its body, headers of its answer, and an end of every error.

Plain ASGI, so that nothing of an answer is held back. Of a request the log gets method, status, id and duration:
neither its address, which may hold an id of somebody, nor anything that was sent.
"""

import re
from collections.abc import Callable
from time import perf_counter
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.logs import get_log
from adapters.web.problems import problem

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_UNFRAMED = {
    "X-Frame-Options": "DENY"
}  # for browsers that know no frame-ancestors, where a page says nothing of it
_PRIVATE = {"Cache-Control": "no-store"}
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class TooLarge(HTTPException):
    """More was sent than is taken; the framework lets this class of error through while it reads a body."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    """The outermost layer; `new_id` names requests that do not bring an id."""

    def __init__(self, inner: ASGIApp, *, new_id: Callable[[], UUID], most: int) -> None:
        self._inner, self._new_id, self._most = inner, new_id, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun = perf_counter()
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _GIVEN_ID.fullmatch(given) else self._new_id().hex[:16]
        scope["calendula.request_id"] = name
        answer = _Answer(send, name)
        try:
            await self._inner(scope, _limited(scope, receive, self._most), answer)
        except Exception as error:  # noqa: BLE001 - the last place where an error can become a document
            get_log().error("request_failed", request=name, error=error)
            await self._end(scope, answer)
        finally:
            passed = round((perf_counter() - begun) * 1000)
            get_log().info(
                "request", request=name, method=scope["method"], status=answer.status, duration_ms=passed,
                **_told(scope),
            )  # fmt: skip

    async def _end(self, scope: Scope, answer: "_Answer") -> None:
        """Answer with a problem, unless an answer has begun already: then it is cut off."""
        if answer.status:
            return
        sentence = "Something unexpected happened; it was logged"
        told = problem(500, "E_INTERNAL", sentence, request_id=str(scope["calendula.request_id"]))
        await told(scope, Request(scope).receive, answer)


class _Answer:
    """The way out: puts on the headers, and remembers the status."""

    def __init__(self, send: Send, name: str) -> None:
        self._send, self._name, self.status = send, name, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            framing = {} if "Content-Security-Policy" in headers else _UNFRAMED
            for header, value in (HEADERS | _PRIVATE | framing).items():
                headers.setdefault(header, value)
            headers["X-Request-Id"] = self._name
        await self._send(message)


def _limited(scope: Scope, receive: Receive, most: int) -> Receive:
    """The body as it comes, up to `most` bytes, whatever its length was said to be."""
    said = Headers(scope=scope).get("content-length", "")
    too_long = said.isdecimal() and int(said) > most
    got = 0

    async def some() -> Message:
        nonlocal got
        if too_long:
            raise TooLarge
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise TooLarge
        return message

    return some


def _told(scope: Scope) -> dict[str, str]:
    """Who did what with which session: so the log says who saw what (FAILURES H8)."""
    route, path = scope.get("route"), scope.get("path_params", {})
    return {
        "operation": str(getattr(route, "operation_id", None) or ""),
        "token": str(scope.get("calendula.token", "")),
        "session": str(path.get("session", "")),
    }
