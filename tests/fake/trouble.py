"""What happens to a request and its answer besides the server's own work: throttles, login pages, lost connections.

Each number in `switches` counts down as its trouble happens, so that a test says how often it does.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.fake.switches import Switches
from tests.fake.wire import Answer, Request

_LOGIN = Answer(
    200,
    b"<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>",
    {"Content-Type": "text/html; charset=utf-8"},
)
_GATEWAY = Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"})
_UNAUTHORISED = Answer(401, headers={"WWW-Authenticate": 'Basic realm="fake"'})
_LONG = timedelta(minutes=2)


class Trouble:
    """Stands between the wire and the methods."""

    def __init__(self, switches: Switches, now: Callable[[], datetime]) -> None:
        self.switches, self._now = switches, now
        self._throttled = False

    def around(self, request: Request, serve: Callable[[], Answer]) -> Answer:
        """The answer that arrives, if any."""
        if (instead := self._instead()) is not None:
            return instead
        if request.writes and self._takes("resets_before"):
            return Answer(never=True)
        answer = serve()
        if request.writes and answer.status < 300:
            if self._takes("resets_after"):
                return Answer(never=True)
            if self._takes("gateway_after"):
                return _GATEWAY
        return self._half(answer)

    def _instead(self) -> Answer | None:
        """Somebody else's answer: the server never sees the request."""
        if self.switches.unauthorised:
            return _UNAUTHORISED
        if self._takes("throttles"):
            self._throttled = True
            return Answer(self.switches.throttle_status, headers=self._retry_after())
        if self._throttled and self._takes("unauthorised_after_throttling"):
            return _UNAUTHORISED
        return _LOGIN if self._takes("html") else None

    def _half(self, answer: Answer) -> Answer:
        if not self._takes("halves"):
            return answer
        return Answer(answer.status, answer.body, answer.headers, half=True)

    def _retry_after(self) -> dict[str, str]:
        wanted = self.switches.retry_after
        if not wanted:
            return {}
        then = format_datetime(self._now() + _LONG, usegmt=True)
        return {"Retry-After": then if wanted == "date" else wanted}

    def _takes(self, name: str) -> bool:
        left = int(getattr(self.switches, name))
        setattr(self.switches, name, max(left - 1, 0))
        return left > 0
