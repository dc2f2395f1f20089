"""The fake server as a whole: who may ask, in which order requests are served, and what was asked.

One request is served at a time, so that one seed gives one history; only `latency` is waited out side by side.
"""

import base64
import contextlib
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from adapters.demo.radicale import Server
from tests.fake.methods import Methods
from tests.fake.store import Calendar
from tests.fake.switches import Switches
from tests.fake.trouble import Trouble
from tests.fake.wire import Answer, Request, listening

PASSWORD = "sesame"
_KEPT = 10_000


def unwatched(_: str, __: Request) -> None:
    """Nobody looks at the requests."""


def _today() -> datetime:
    return datetime.now(UTC)


@dataclass
class FakeServer:
    """Any user may come with the one password. `switches` may be set at any time.

    `watch` is told "before" and "after" each request, in the second case once it is done and not yet answered. It
    may end the process that asked, or raise ConnectionError to drop the connection. `requests` counts by method,
    `heard` keeps the last ones.
    """

    switches: Switches = field(default_factory=Switches)
    seed: int = 1
    latency: float = 0.0
    clock: Callable[[], datetime] = _today
    watch: Callable[[str, Request], None] = unwatched
    calendars: dict[str, Calendar] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    heard: deque[Request] = field(default_factory=lambda: deque(maxlen=_KEPT))
    port: int = 0
    tick: int = 0

    def __post_init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._dice = random.Random(self.seed)
        self._methods = Methods(self.switches, self.calendars, self.make)
        self._trouble = Trouble(self.switches, self._now)

    def _now(self) -> datetime:
        return self.clock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def mails(self) -> int:
        """Mails to guests so far; it must stay 0 (FAILURES B32)."""
        return sum(calendar.mails for calendar in self.calendars.values())

    def make(self, path: str, name: str = "") -> Calendar:
        """A new calendar at a path that ends with a slash."""
        calendar = Calendar(
            path=path, name=name, switches=self.switches, dice=self._dice,
            tick=lambda: self.tick, today=self._now,
        )  # fmt: skip
        self.calendars[path] = calendar
        return calendar

    def as_server(self, user: str = "anna") -> Server:
        """This server as tests know servers."""
        return Server(
            name="fake", url=self.url, user=user, password=PASSWORD, home=f"{self.url}calendars/{user}/"
        )

    def respond(self, request: Request) -> Answer:
        if self.latency:
            time.sleep(self.latency)
        with self._one_at_a_time:
            self.tick += 1
            self.requests[request.method] += 1
            self.heard.append(request)
            try:
                self.watch("before", request)
                answer = self._trouble.around(request, lambda: self._serve(request))
                self.watch("after", request)
            except ConnectionError:
                return Answer(never=True)
            date = {"Date": format_datetime(self._now().astimezone(UTC), usegmt=True)}
            return replace(answer, headers={**date, **answer.headers})

    def _serve(self, request: Request) -> Answer:
        user = _user(request.headers.get("authorization", ""))
        if user is None:
            return Answer(401, headers={"WWW-Authenticate": 'Basic realm="fake"'})
        return self._methods.answer(request, user)

    @contextlib.contextmanager
    def running(self, *, host: str = "127.0.0.1", port: int = 0) -> Iterator["FakeServer"]:
        """Listen until the block ends."""
        with listening(self.respond, host=host, port=port) as self.port:
            yield self


def _user(authorization: str) -> str | None:
    """Who asks, by Basic authentication; None for a wrong password."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    user, _, password = base64.b64decode(encoded).decode().partition(":")
    return user if password == PASSWORD else None
