"""A practice whose clock goes on, and its feeds: asked as a subscriber asks."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import delete

from adapters.app import App
from adapters.config import Config
from adapters.config.schema import WebSection
from adapters.database.engine import connect, sessions
from adapters.feeds.keeping import NewFeed, add_feed
from adapters.feeds.reading import Feeds
from adapters.ical.codec import ICalendar
from adapters.secrets import SecretBox
from model.feed import FeedPart
from sync.event import Component, Event
from sync.settings import DEFAULTS, PrivacySettings
from tests.served import running
from tests.unit.diary.conftest import Diary, template
from tests.unit.diary.test_assets import ASSETS
from tests.unit.diary.test_beds import HOUSE

__all__ = ["template"]
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ADELAIDE = ZoneInfo("Australia/Adelaide")
ALLOWED = 5


@dataclass
class Clock:
    """Stands still until it is told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Practice(Diary):
    """The diary under test, with a clock that stamps what is written."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.engine = connect(url)
        self.clock = clock
        self.settings = DEFAULTS
        super().__init__(sessions(self.engine, clock=clock))
        self.now = clock.now

    def later(self, **by: float) -> None:
        self.clock.now += timedelta(**by)
        self.now = self.clock.now

    def set(self, **privacy: object) -> None:
        """Other settings of privacy, as after a restart."""
        changed = replace(self.settings.privacy, **privacy)  # type: ignore[arg-type]
        self.settings = replace(self.settings, privacy=changed)

    @property
    def feeds(self) -> Feeds:
        return Feeds(sessions=self.sessions, settings=self.settings, clock=self.clock)

    @property
    def app(self) -> App:
        """What is served."""
        config = Config(web=WebSection(failed_logins=ALLOWED))
        return App(
            config=config,
            engine=self.engine,
            sessions=self.sessions,
            box=_no_box,
            clock=self.clock,
            new_id=uuid4,
        )

    def feed(self, of: str = "worker:priya", *, level: str | None = None, **other: object) -> str:
        """Make a feed; its secret."""
        kind, _, ref = of.partition(":")
        usual = {"level": level or ("reference" if kind == "worker" else "busy"), "past_days": 30}
        new = NewFeed(kind=kind, of=ref, **({"future_days": 365} | usual | other))  # type: ignore[arg-type]
        return add_feed(self.sessions, self.act, new, PrivacySettings(maximum="full_name")).secret

    def body(self, secret: str, feeds: Feeds | None = None) -> bytes:
        """What is read, from a service that was just started or from this one."""
        asked = feeds or self.feeds
        standing = asked.look(secret)
        assert standing is not None
        return asked.write(standing)

    def anew(self, secret: str) -> bytes:
        """What is read where nothing was ever written."""
        with self.sessions.begin() as database:
            database.execute(delete(FeedPart))
        return self.body(secret)

    def tag(self, secret: str) -> str:
        standing = self.feeds.look(secret)
        assert standing is not None
        return standing.tag


def _no_box() -> SecretBox:
    raise AssertionError("no secret is needed here")


@pytest.fixture
def practice(template: Path, tmp_path: Path) -> Iterator[Practice]:
    file = tmp_path / "calendula.sqlite3"
    file.write_bytes(template.read_bytes())
    made = Practice(f"sqlite:///{file}", Clock())
    for text in (ASSETS, HOUSE):
        made.bring(text)
    yield made
    made.engine.dispose()


def shown(body: bytes) -> list[Component]:
    """The masters of all events of a feed, by their starts."""
    return [event.master for event in events(body) if event.master is not None]


def events(body: bytes) -> list[Event]:
    """Each event of a feed, read by itself, as a file with one UID is."""
    head, _, rest = body.partition(b"BEGIN:VEVENT")
    found: dict[bytes, list[bytes]] = {}
    for text in rest.removesuffix(b"END:VCALENDAR\r\n").split(b"BEGIN:VEVENT"):
        uid = next(line for line in text.splitlines() if line.startswith(b"UID:"))
        found.setdefault(uid, []).append(b"BEGIN:VEVENT" + text)
    whole = [head + b"".join(texts) + b"END:VCALENDAR\r\n" for texts in found.values()]
    return [one.event for one in (ICalendar().read(text, tz=ADELAIDE) for text in whole) if one is not None]


@dataclass
class Site:
    """The feeds behind a real server on loopback."""

    url: str
    client: httpx2.Client = field(
        default_factory=lambda: httpx2.Client(headers={"Accept-Encoding": "identity"})
    )

    def get(self, secret: str, *, method: str = "GET", query: str = "", **headers: str) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, f"{self.url}/feeds/{secret}.ics{query}", headers=sent)


@pytest.fixture
def site(practice: Practice) -> Iterator[Site]:
    """Served by uvicorn, in a thread of this process."""
    with running(practice.app) as url:
        found = Site(url)
        yield found
        found.client.close()
