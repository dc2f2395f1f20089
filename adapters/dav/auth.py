"""Decide which credentials a request carries: Basic unasked, Digest where asked for, or a bearer token."""

import base64
from collections.abc import Callable, Generator

import httpx2

_Flow = Generator[httpx2.Request, httpx2.Response, None]


class PasswordAuth(httpx2.Auth):
    """A user name and password.

    Basic is sent unasked, as some servers answer strangers without ever asking (MATRIX 18). Where the server
    offers Digest and no Basic, Digest is used from then on.
    """

    def __init__(self, user: str, password: str) -> None:
        packed = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._basic = f"Basic {packed}"
        self._digest = httpx2.DigestAuth(user, password)
        self._insists = False

    def auth_flow(self, request: httpx2.Request) -> _Flow:
        if not self._insists:
            request.headers["Authorization"] = self._basic
            answer = yield request
            if answer.status_code != 401 or not _wants_digest(answer):
                return
            self._insists = True
            del request.headers["Authorization"]
        yield from self._digest.auth_flow(request)


def _wants_digest(answer: httpx2.Response) -> bool:
    schemes = [value.split(" ", 1)[0].lower() for value in answer.headers.get_list("WWW-Authenticate")]
    return "digest" in schemes and "basic" not in schemes


class BearerAuth(httpx2.Auth):
    """An OAuth access token. `token(stale)` returns a usable one; `stale` is what the server just refused."""

    def __init__(self, token: Callable[[str | None], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> _Flow:
        access = self._token(None)
        request.headers["Authorization"] = f"Bearer {access}"
        answer = yield request
        if answer.status_code == 401:  # expired: refreshed once, never twice (FAILURES A5)
            request.headers["Authorization"] = f"Bearer {self._token(access)}"
            yield request
