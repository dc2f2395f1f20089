"""Play a history on a world: one named step after another, each with small numbers that choose what it means.

A step is plain data, so a history can be shrunk, printed, replayed and kept as a regression. A step that makes
no sense where it comes (nothing to move yet) does nothing. What must hold is `oracle`'s.
"""

import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from adapters.database.engine import connect
from model.link import Mode
from sync.event import Event
from sync.settings import Settings, SyncSettings
from tests.doubles.remote import InMemoryServer, as_sent
from tests.fake.personalities import LOSSY
from tests.world import ADELAIDE, CHICAGO, START, World

Step = tuple[str, int, int, int]
Gesture = Callable[["Play", int, int, int], None]
# a history deletes more at once than a person would; the guard has its own tests
UNGUARDED = Settings(sync=SyncSettings(mass_delete_count=1000, mass_delete_percent=100, mass_delete_min=1000))


@cache
def _engine(url: str) -> Engine:
    """One engine for all histories of a process: it compiles each statement once."""
    return connect(url)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a history is played: zone, kind of link, and what kind of server."""

    tz: ZoneInfo = ADELAIDE
    mode: Mode = Mode.TWO_WAY
    level: str = "reference"
    display: str = "mark"
    rewriting: bool = False
    etag_on_put: bool = True
    personality: str = ""  # over HTTP: a name of `wire.PERSONALITIES`

    @property
    def options(self) -> dict[str, object]:
        """What a world is told of it."""
        return {
            "tz": self.tz, "mode": self.mode, "level": self.level, "display": self.display, "settings": UNGUARDED
        }  # fmt: skip

    @property
    def job(self) -> str:
        """The run that finds whatever there is: where tokens lose something, only a full listing does."""
        return "reconcile" if self.personality in LOSSY else "sync"

    @classmethod
    def numbered(cls, number: int) -> "Stage":
        """Every second one is plain; the others differ in one way each, or in several."""
        bits = number if number % 2 else 0
        return cls(
            tz=CHICAGO if number & 2 else ADELAIDE,
            mode=Mode.ONE_WAY if bits % 16 == 15 else Mode.TWO_WAY,
            level=("reference", "busy", "initials")[bits % 3],
            display="remove" if bits & 4 else "mark",
            rewriting=bool(bits & 8),
            etag_on_put=bits % 5 != 0,
        )


def rewritten(body: bytes) -> bytes:
    """A server that stamps what it stores, forgets our marks, and writes lines in an order of its own."""
    lines = [line for line in body.split(b"\r\n") if not line.startswith(b"X-CALENDULA-")]
    text = b"\r\n".join(lines)
    return text.replace(b"END:VEVENT", b"X-SERVER-STAMP:1\r\nEND:VEVENT").replace(
        b"Calendula//EN", b"Server//EN"
    )


# The other side of a history: it makes the world on the database of an engine.
Side = Callable[[Stage, Engine], World]


def in_memory(stage: Stage, engine: Engine) -> World:
    """A server that knows no HTTP."""
    rewrites = rewritten if stage.rewriting else as_sent
    server = InMemoryServer(rewrites=rewrites, etag_on_put=stage.etag_on_put)
    return World("", server=server, engine=engine, **stage.options)  # type: ignore[arg-type]


@dataclass(kw_only=True)
class Play:
    """A world with its history so far, and what has to be remembered of it to judge the end."""

    world: World
    stage: Stage
    side: Side | None = None
    steps: list[Step] = field(default_factory=list)
    seen_clients: dict[UUID, str] = field(default_factory=dict)
    foreign: dict[tuple[str, str], set[bytes]] = field(default_factory=dict)
    thrown_away: list[Event] = field(default_factory=list)
    made: int = 0
    acted: bool = False  # whether the practitioner did anything since all was last quiet
    judged: int = 0

    @classmethod
    def on(cls, stage: Stage, *, template: Path, folder: Path, side: Side | None = None) -> "Play":
        """Begin on a copy of a prepared database, with a server in memory if no other `side` is named."""
        copy = folder / "history.sqlite3"
        for old in folder.glob("history.sqlite3*"):
            old.unlink()
        shutil.copyfile(template, copy)
        side = side or in_memory
        return cls(world=side(stage, _engine(f"sqlite:///{copy}")), stage=stage, side=side)

    def saved(self, path: Path) -> "Saved":
        """End here, and keep everything for others to go on from."""
        self.world.close()
        shutil.copyfile(self.world.engine.url.database or "", path)
        return Saved(play=self, path=path)

    def take(self, step: Step, gestures: dict[str, Gesture]) -> None:
        name, a, b, c = step
        self.steps.append(step)
        self.acted |= name.startswith(("t_", "thumb_"))
        if (
            self.stage.personality
        ):  # its ETags are made of what is stored: nobody writes the same twice in a second
            self.world.clock.advance(seconds=1)
        gestures[name](self, a, b, c)

    def number(self) -> int:
        """A number that was not used before in this history."""
        self.made += 1
        return self.made

    def at(self, day: int, hour: int) -> datetime:
        """A wall time near now: days and hours on the practice's clock."""
        today = max(self.world.clock.now(), START).astimezone(self.stage.tz)
        base = today.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        moment = base + timedelta(days=day, hours=7 + hour % 12, minutes=15 * (hour % 4))
        return moment.replace(tzinfo=self.stage.tz)


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A history so far, to be gone on with as often as one likes."""

    play: Play
    path: Path

    def resumed(self) -> Play:
        """The same world again, in a new process so to speak."""
        play = Play.on(self.play.stage, template=self.path, folder=self.path.parent, side=self.play.side)
        play.world.resume(self.play.world)
        play.foreign, play.made = deepcopy(self.play.foreign), self.play.made
        play.thrown_away, play.acted = list(self.play.thrown_away), True
        return play


def prepare(folder: Path) -> Path:
    """A database with the practice in it, to be copied for each history."""
    path = folder / "template.sqlite3"
    world = World(f"sqlite:///{path}")
    world.close()  # the last connection to leave writes the log into the file
    return path


def replay(play: Play, steps: Sequence[Step], gestures: dict[str, Gesture]) -> Play:
    """Take some steps again."""
    for step in steps:
        play.take(step, gestures)
    return play
