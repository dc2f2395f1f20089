"""The HTTP API on a practice of its own: a real server on a free loopback port, and clients with tokens.

The practice is the sample's (DOMAIN 6), at a time that stands still unless the test says otherwise.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import Engine

import adapters.demo
from adapters.app import App
from adapters.config import Config
from adapters.config.schema import DatabaseSection, WebSection
from adapters.database import migrations
from adapters.database.engine import connect, sessions
from adapters.diary.importing import import_practice
from adapters.diary.tokens import NewToken, issue
from adapters.secrets import SecretBox, SecretsError
from adapters.web.serving import address, bound, server
from model.access import AccessRole
from model.act import Act
from sync.settings import BookingSettings

NOW = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
SAMPLE = Path(adapters.demo.__path__[0]) / "practice.toml"
PEOPLE = {
    AccessRole.ADMIN: "ada",
    AccessRole.SCHEDULER: "sam",
    AccessRole.PRACTITIONER: "priya",
    AccessRole.CLIENT: "noor",
}


@dataclass
class Served:
    """A running API. `url` ends before the version; `now` is the practice's clock."""

    app: App
    url: str
    random: Random
    now: datetime = NOW
    tokens: dict[tuple[AccessRole, str], str] = field(default_factory=dict)
    clients: list[httpx2.Client] = field(default_factory=list)
    _theirs: dict[str, httpx2.Client] = field(default_factory=dict)

    @property
    def act(self) -> Act:
        return Act(actor="sam", now=self.now, new_id=self.new_id)

    def new_id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def token(self, role: AccessRole, person: str = "") -> str:
        """A token of this person, issued when first asked for."""
        who = role, person or PEOPLE[role]
        if who not in self.tokens:
            new = NewToken(role=who[0], person=who[1])
            self.tokens[who] = issue(self.app.sessions, self.act, new).token
        return self.tokens[who]

    def client(self, token: str | None = None, **headers: str) -> httpx2.Client:
        """Somebody who asks, with this token or with none."""
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        made = httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
        self.clients.append(made)
        return made

    @cached_property
    def client_for_all(self) -> httpx2.Client:
        """One without a token: to make a client takes longer than to ask."""
        return self.client()

    def as_(self, role: AccessRole, person: str = "") -> httpx2.Client:
        """The client of this person, made when first asked for."""
        token = self.token(role, person)
        if token not in self._theirs:
            self._theirs[token] = self.client(token)
        return self._theirs[token]

    @property
    def ada(self) -> httpx2.Client:
        return self.as_(AccessRole.ADMIN)

    @property
    def sam(self) -> httpx2.Client:
        return self.as_(AccessRole.SCHEDULER)

    @property
    def priya(self) -> httpx2.Client:
        return self.as_(AccessRole.PRACTITIONER)

    @property
    def noor(self) -> httpx2.Client:
        return self.as_(AccessRole.CLIENT)

    def session(self, start: str = "2026-03-03 10:00", **other: Any) -> dict[str, Any]:
        """Priya with Noor for an hour, rostered, unless told otherwise; as the API shows it."""
        usual = {"minutes": 60, "workers": ["priya"], "clients": ["noor"], "rostered": True}
        made = self.sam.post("/sessions", json={"start": start, **usual, **other})
        assert made.status_code == 201, made.text
        shown = self.sam.get(f"/sessions/{made.json()['session_id']}")
        return {**shown.json()["session"], "etag": shown.headers["ETag"]}


@contextlib.contextmanager
def served(
    database: str,
    web: WebSection | None = None,
    *,
    empty: bool = True,
    booking: BookingSettings | None = None,
) -> Iterator[Served]:
    """Serve the sample practice; into an empty database it is brought first."""
    engine = connect(database)
    config = Config(
        database=DatabaseSection(url=database),
        web=web or WebSection(),
        booking=booking or BookingSettings(),
    )
    made = practice(engine, config)
    if empty:
        fill(made)
    with running(made.app) as made.url:
        try:
            yield made
        finally:
            for client in made.clients:
                client.close()
    engine.dispose()


def practice(
    engine: Engine, config: Config, *, seed: int = 7, box: Callable[[], SecretBox] | None = None
) -> Served:
    """The product on a database, with a clock and ids of the test's; not served yet."""

    def now() -> datetime:
        return made.now

    def new_id() -> UUID:
        return made.new_id()

    factory = sessions(engine, clock=now)
    app = App(config=config, engine=engine, sessions=factory, box=box or _no_box, clock=now, new_id=new_id)
    made = Served(app=app, url="", random=Random(seed))
    return made


def fill(made: Served) -> None:
    """Make the tables, and bring the sample practice."""
    migrations.migrate(made.app.engine)
    import_practice(made.app.sessions, made.act, SAMPLE)


@contextlib.contextmanager
def running(app: App, listener: socket.socket | None = None) -> Iterator[str]:
    """A real server in a thread, on a port that was free, or on one that was bound before."""
    listener = listener or bound("127.0.0.1", 0)
    serving = server(app)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    eventually(lambda: serving.started)
    try:
        yield address(listener)
    finally:
        serving.should_exit = True
        thread.join(20)
        listener.close()


def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what happens in another thread."""
    until = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def _no_box() -> SecretBox:
    """There is no key here: what needs a password of a calendar fails as with a lost key file."""
    raise SecretsError("there is no key")
