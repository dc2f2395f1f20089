"""Get a person's consent for calendar access (OAuth 2), and keep an access token fresh.

Two ways to ask: a code typed on another device (RFC 8628), or the browser of this machine with a loopback
redirect and PKCE (RFC 8252, RFC 7636). What comes out is a refresh token, which the caller keeps encrypted.
Every token request goes through the guarded client; authlib (extra `oauth`) makes and checks the parameters.
"""

import importlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlencode

from adapters.dav.http import GuardedClient
from adapters.dav.policy import Policy
from adapters.dav.problems import DiscoveryProblem
from sync.errors import NotAuthorised, Unreachable

_GRANT_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_EARLY_SECONDS = 60  # a token is renewed this long before it ends
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_POLLS = 180
_DONE_PAGE = b"<!doctype html><title>Calendula</title><p>Done. You can close this window."


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider's endpoints and our registration there; without device flow `device_url` is None."""

    token_url: str
    authorise_url: str
    device_url: str | None
    client_id: str
    client_secret: str = field(repr=False)
    scope: str


class TokenKeeper:
    """Hands out access tokens and renews them; what `BearerAuth` asks.

    `store` is called with a new refresh token where the provider rotates them: the old one is void by then.
    """

    def __init__(
        self, provider: Provider, refresh: str, *, policy: Policy, store: Callable[[str], None]
    ) -> None:
        self._provider, self._refresh, self._policy, self._store = provider, refresh, policy, store
        self._access, self._until = "", 0.0
        self._lock = threading.Lock()

    def __call__(self, stale: str | None) -> str:
        with self._lock:
            if not self._access or stale == self._access or time.monotonic() >= self._until:
                self._renew()
            return self._access

    def _renew(self) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh}
        told = _ask_token(self._provider, self._policy, form)
        if "access_token" not in told:
            raise NotAuthorised("The provider no longer accepts our consent; log in again.")
        self._access = told["access_token"]
        self._until = time.monotonic() + float(told.get("expires_in", "300")) - _EARLY_SECONDS
        rotated = told.get("refresh_token", self._refresh)
        if rotated != self._refresh:
            self._refresh = rotated
            self._store(rotated)


def device_consent(
    provider: Provider,
    *,
    policy: Policy,
    show: Callable[[str, str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Show a web address and a code, wait until the person has typed it there, return the refresh token."""
    if provider.device_url is None:
        raise DiscoveryProblem("no_device_flow", "This provider has no consent by code; use the browser.")
    asked = _post(provider.device_url, policy, {"client_id": provider.client_id, "scope": provider.scope})
    code = asked.get("device_code")
    if code is None:
        raise _refused(asked)
    show(asked.get("verification_uri", asked.get("verification_url", "")), asked.get("user_code", ""))
    pause = float(asked.get("interval", "5"))
    for _ in range(_POLLS):
        sleep(pause)
        told = _ask_token(provider, policy, {"grant_type": _GRANT_DEVICE, "device_code": code})
        if "refresh_token" in told:
            return told["refresh_token"]
        if told.get("error") == "slow_down":
            pause += 5
        elif told.get("error") != "authorization_pending":
            raise _refused(told)
    raise DiscoveryProblem("no_consent", "No consent came in time. Start again.")


def browser_consent(
    provider: Provider, *, policy: Policy, open_page: Callable[[str], None], seconds: float = 300
) -> str:
    """Send the person's browser to the provider and take the answer on a loopback port (RFC 8252, 7.3)."""
    security, pkce, parameters = (
        importlib.import_module(f"authlib.{name}")
        for name in ("common.security", "oauth2.rfc7636", "oauth2.rfc6749.parameters")
    )
    verifier, state = security.generate_token(64), security.generate_token(32)
    with _Catcher() as catcher:
        page = parameters.prepare_grant_uri(
            provider.authorise_url,
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=catcher.url,
            scope=provider.scope,
            state=state,
            code_challenge=pkce.create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            access_type="offline",
            prompt="consent",
        )
        open_page(page)
        answer = catcher.wait(seconds)
        redirect = catcher.url
    try:
        code = str(parameters.parse_authorization_code_response(answer, state=state)["code"])
    except Exception as error:  # authlib has one class per OAuth error; all mean that there is no consent
        raise DiscoveryProblem("no_consent", "The provider reports no consent. Start again.") from error
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    told = _ask_token(provider, policy, {**form, "code_verifier": verifier})
    if "refresh_token" not in told:
        raise _refused(told)
    return told["refresh_token"]


class _Catcher(HTTPServer):
    """Takes one redirect on a loopback port."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Catch)
        self.answer = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def wait(self, seconds: float) -> str:
        until = time.monotonic() + seconds
        while not self.answer and (left := until - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if not self.answer:
            raise DiscoveryProblem("no_consent", "No consent came in time. Start again.")
        return self.answer


class _Catch(BaseHTTPRequestHandler):
    """Keeps the query of a redirect and logs nothing: it holds a code."""

    server: _Catcher
    timeout = 5

    def do_GET(self) -> None:
        if "state=" in self.path:
            self.server.answer = self.server.url.rstrip("/") + self.path
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(_DONE_PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


def _ask_token(provider: Provider, policy: Policy, form: Mapping[str, str]) -> dict[str, str]:
    ours = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return _post(provider.token_url, policy, {**form, **{k: v for k, v in ours.items() if v}})


def _post(url: str, policy: Policy, form: Mapping[str, str]) -> dict[str, str]:
    try:
        with GuardedClient(home=url, auth=None, policy=policy) as client:
            reply = client.send("POST", url, headers=_FORM, body=urlencode(form).encode(), limit=100_000)
        told = json.loads(reply.body)
    except ValueError as error:
        raise Unreachable("The provider's answer to a token request is no JSON.") from error
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def _refused(told: Mapping[str, str]) -> DiscoveryProblem:
    word = told.get("error", "no reason")[:60]
    return DiscoveryProblem("no_consent", f"The provider did not give its consent ({word}).")
