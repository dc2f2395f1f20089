"""Send one request and read its whole answer, guarded: the only place where CalDAV meets the wire.

Decides nothing about calendars. It refuses forbidden addresses, binds credentials to their origin, follows
redirects only inside it, caps time and size, and answers with a complete body or an error of `sync.errors`.
It never logs, and no error message carries a body, a header or a credential (FAILURES A1-A28, G1-G6).
One client serves one account; it may be used by one thread at a time.
"""

import random
import ssl
import time
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from adapters.dav.network import Exchange, PinnedTransport, exchange
from adapters.dav.policy import Policy, may_share_credentials, origin
from adapters.dav.throttle import Throttle
from sync.errors import NotAuthorised, Unreachable

_NULLIPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "Calendula",
    "Accept": "*/*",
    "Accept-Encoding": "identity",  # compression weakens ETags (FAILURES A26)
    "Cache-Control": "no-cache",
}
_HOPS = 3
_NOBODY = httpx2.Auth()
Watch = Callable[[str, str, str, float], None]  # host, method, "2xx" … "5xx" or "lost", seconds
_FAILURE = (
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    OSError,  # TLS errors among them
)


class AnswerLost(Unreachable):
    """The request was sent, or may have been, and no complete answer came back: a write may have happened."""


class CertificateRefused(Unreachable):
    """The server's certificate is not trusted; nothing was sent."""


class TimedOut(Unreachable):
    """The server was not reached in time; nothing was sent."""


class TooLarge(AnswerLost):
    """The answer is larger than we are willing to read; `etag` is what it would have been."""

    def __init__(self, message: str, *, etag: str | None) -> None:
        super().__init__(message)
        self.etag = etag


class RedirectRefused(Unreachable):
    """The server sends us somewhere we do not follow; `location` is where."""

    def __init__(self, message: str, *, location: str) -> None:
        super().__init__(message)
        self.location = location


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A complete answer; `url` is where it came from. `repeated`: the request was sent twice (MATRIX 14)."""

    status: int
    url: str
    headers: httpx2.Headers
    body: bytes
    repeated: bool = False

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class GuardedClient:
    """HTTP for one account. `requests` counts by method what really went out, repetitions included.

    `received` counts bytes of answers. `before_write` is asked before each request that may change something,
    with the seconds it may take at most; it raises where we must not write (any more). `watch` is told of each
    request how it ended and how long it took.
    """

    def __init__(
        self, *, home: str, auth: httpx2.Auth | None, policy: Policy, watch: Watch | None = None
    ) -> None:
        policy.check_url(home)
        self.policy = policy
        self.requests: Counter[str] = Counter()
        self.received = 0
        self.before_write: Callable[[float], None] = _always
        self._watch = watch or _unwatched
        self._home, self._auth = origin(home), auth or _NOBODY
        self._throttle = Throttle()
        self._transport = PinnedTransport(policy, self.requests)
        patience = httpx2.Timeout(policy.read_seconds, connect=policy.connect_seconds)
        self._extensions = {"timeout": patience.as_dict()}

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        limit: int | None = None,
        follow: bool = True,
    ) -> Reply:
        """Send a request, follow redirects inside its origin, and return whatever the server then says.

        Raises NotAuthorised, Throttled and Unreachable; every other status is the caller's to judge.
        """
        ask = _Ask(method, url, headers or {}, body, limit or self.policy.multistatus_bytes)
        for _ in range(_HOPS + 1):
            reply = self._persist(ask)
            if not follow or reply.status not in _REDIRECTS or "Location" not in reply.headers:
                return self._accepted(reply)
            ask = replace(ask, url=_next_hop(ask.url, reply))
        raise RedirectRefused("The server redirects in circles.", location=ask.url)

    def _accepted(self, reply: Reply) -> Reply:
        self._throttle.check(reply.status, reply.headers, reply.body)
        if reply.status == 401:
            raise NotAuthorised("The server refuses the user name or password.")
        return reply

    def _persist(self, ask: "_Ask") -> Reply:
        """Ask again where that is safe: a read twice more, a write once if its reused connection was dead."""
        for attempt in range(3 if ask.method in _NULLIPOTENT else 2):
            with exchange(self._seconds(ask)) as this:
                try:
                    return self._timed(ask, repeated=attempt > 0)
                except _FAILURE as error:
                    lost = _explained(error, sent=this.sent)
                    if not _worth_repeating(ask, this, error):
                        break
            time.sleep(random.uniform(0.05, 0.2) * (attempt + 1))  # noqa: S311 - spreading, not secrecy
        raise lost

    def _seconds(self, ask: "_Ask") -> float:
        """How long this request may take; a write is only sent while we may write for so long (FAILURES E12)."""
        if ask.method in _NULLIPOTENT:
            return self.policy.total_seconds
        seconds = min(self.policy.write_seconds, self.policy.total_seconds)
        self.before_write(seconds)
        return seconds

    def _timed(self, ask: "_Ask", *, repeated: bool) -> Reply:
        began, outcome = time.monotonic(), "lost"
        try:
            reply = self._once(ask, repeated=repeated)
            outcome = f"{reply.status // 100}xx"
        finally:
            self._watch(urlsplit(ask.url).netloc.lower(), ask.method, outcome, time.monotonic() - began)
        return reply

    def _once(self, ask: "_Ask", *, repeated: bool) -> Reply:
        """The answer to what the credentials make of the request: some have it asked twice."""
        self.policy.check_url(ask.url)
        auth = self._auth if may_share_credentials(self._home, origin(ask.url)) else _NOBODY
        with closing(auth.sync_auth_flow(self._request(ask))) as flow:
            request: httpx2.Request | None = next(flow)
            while request is not None:
                answer, whole = self._asked(request, ask.limit)
                request = _following(flow, answer)
        return Reply(
            status=answer.status_code, url=ask.url, headers=answer.headers, body=whole, repeated=repeated
        )

    def _request(self, ask: "_Ask") -> httpx2.Request:
        """Made by itself: a client of httpx2 would be built anew for each run, and brings cookies, which outlive
        passwords."""
        headers = _HEADERS | ask.headers
        return httpx2.Request(
            ask.method, _parsed(ask.url), headers=headers, content=ask.body, extensions=self._extensions
        )

    def _asked(self, request: httpx2.Request, limit: int) -> tuple[httpx2.Response, bytes]:
        answer = self._transport.handle_request(request)
        answer.request = request
        try:
            whole = b"".join(_decoded(answer, limit))
        finally:
            answer.close()
        self.received += len(whole)
        return answer, whole


@dataclass(frozen=True)
class _Ask:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    limit: int


def _next_hop(at: str, reply: Reply) -> str:
    there = urljoin(at, reply.headers["Location"])
    if origin(there) != origin(at):
        raise RedirectRefused("The server redirects to another server.", location=there)
    return there


def _worth_repeating(ask: _Ask, this: Exchange, error: Exception) -> bool:
    """A time-out is not asked again; a reused connection that died unanswered always is (SOGo, MATRIX 14)."""
    if isinstance(error, httpx2.TimeoutException | httpcore2.TimeoutException):
        return False
    died_unanswered = not this.connected and not this.answered
    return died_unanswered or (ask.method in _NULLIPOTENT and this.sent)


@lru_cache(maxsize=1024)
def _parsed(url: str) -> httpx2.URL:
    """Remembered, as each calendar is asked for news again and again."""
    return httpx2.URL(url)


def _always(_: float) -> None:
    """Nobody else may write what we write."""


def _unwatched(host: str, method: str, outcome: str, seconds: float) -> None:
    """Nobody counts."""


def _following(
    flow: Generator[httpx2.Request, httpx2.Response, None], answer: httpx2.Response
) -> httpx2.Request | None:
    """What is to be asked after this answer; None: it is the one."""
    try:
        return flow.send(answer)
    except StopIteration:
        return None


def _decoded(answer: httpx2.Response, limit: int) -> Iterator[bytes]:
    """The body as it was meant, never more than `limit` bytes of it (FAILURES G6)."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise AnswerLost(f"The server compresses its answer in a way nobody asked for ({coding}).")
    unpack = zlib.decompressobj(wbits=47) if coding not in {"", "identity"} else None
    left = limit
    for chunk in answer.iter_raw():
        data = _unpacked(unpack, chunk, left + 1) if unpack else chunk
        left -= len(data)
        if left < 0:
            etag = answer.headers.get("ETag")
            raise TooLarge(f"The server's answer is larger than {limit // 1024} KiB.", etag=etag)
        yield data
    if unpack and not unpack.eof:
        raise AnswerLost("The server's answer is cut short.")


def _unpacked(unpack: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(chunk, room)
    except zlib.error as error:
        raise AnswerLost("The server's answer is damaged (compression).") from error


def _explained(error: Exception, *, sent: bool) -> Unreachable:
    """Say in plain words what went wrong, without the library's own words."""
    if sent:
        return AnswerLost("The connection broke, or no complete answer came in time.")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateRefused(f"The server's certificate is not trusted: {cause.verify_message}.")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.TimeoutException | httpcore2.TimeoutException):
        return TimedOut("The server cannot be reached: it did not answer in time.")
    return Unreachable("The server cannot be reached.")
