"""Play the life of a practice's sessions: one order after another, legal or not, with numbers that say what it means.

What is refused has to be refused by a rule that has a code, and to leave every row as it was. What is done has to keep
every law (`laws`, `steps`, `money`). An order is plain data, so a life can be shrunk and told again.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from adapters.database.engine import Sessions, connect
from model.act import Act
from model.errors import DomainError
from model.series import Scope
from tests.property.support.book import Book, Line, when
from tests.property.support.marigold import Marigold
from tests.world import ADELAIDE

Order = tuple[str, tuple[int, ...]]
T = TypeVar("T")
_CODES_FILE = Path(__file__).parents[3] / "docs" / "codes.md"


class Dice:
    """The numbers of one order, taken one after another; when they are out, it is always the first choice."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._left = list(numbers)

    def roll(self, sides: int) -> int:
        return (self._left.pop(0) if self._left else 0) % sides

    def pick(self, choices: Sequence[T], odd: Sequence[T] = ()) -> T:
        """One of some choices; now and then an odd one, which a rule will not like."""
        if odd and self.seldom(16):
            choices = odd
        return choices[self.roll(len(choices))]

    def seldom(self, one_in: int = 12) -> bool:
        """Mostly not: with the first choice never."""
        return self.roll(one_in) == one_in - 1


class NothingSuitsError(Exception):
    """There is nothing yet that an order could be about."""


@dataclass
class Told:
    """What an order was about, for whoever judges what came of it: the session, how far, and what was asked."""

    name: str
    session: str | None = None
    scope: Scope | None = None
    asked: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Beginning:
    """A prepared practice: its database, and the world that it was prepared in, with its server."""

    path: Path
    world: Marigold


Command = Callable[["Life", Dice], None]


@dataclass
class Life:
    """A practice with its history so far."""

    world: Marigold
    folder: Path
    book: Book
    told: Told = field(default_factory=lambda: Told("begin"))
    made: int = 0
    refused: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, begun: "Beginning") -> "Life":
        """Begin on a copy of a prepared practice."""
        folder = begun.path.parent
        copy = folder / "life.sqlite3"
        for old in folder.glob("life.sqlite3*"):
            old.unlink()
        shutil.copyfile(begun.path, copy)
        engine = _engine(f"sqlite:///{copy}")
        world = Marigold(engine=engine)
        world.resume(begun.world)
        return cls(world=world, folder=folder, book=Book.of(engine))

    @property
    def sessions(self) -> Sessions:
        return self.world.sessions

    @property
    def act(self) -> Act:
        return self.world.act()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def take(self, order: Order, commands: dict[str, Command], judge: Callable[["Life", Book], None]) -> None:
        """Do one thing, and ask whether it may have come to that."""
        name, numbers = order
        before, self.told = self.book, Told(name)
        self.world.clock.advance(seconds=1)
        try:
            commands[name](self, Dice(numbers))
        except NothingSuitsError:
            return
        except DomainError as error:
            self._refused(name, error.code)
            return
        self.done.append(name)
        self.book = Book.of(self.world.engine)
        judge(self, before)

    def _refused(self, name: str, code: str) -> None:
        """A refusal says why, and changes nothing."""
        self.refused.append(f"{name} {code}")
        assert code in codes(), f"{name}: {code} is in no table of docs/codes.md"
        same = Book.of(self.world.engine) == self.book
        assert same, f"{name}: {code}, and all the same something changed"

    # --- what orders are about ----------------------------------------------------------------------------------

    def session(self, dice: Dice, suits: Callable[[Line], bool] = lambda _: True) -> Line:
        """Mostly one that suits, now and then any."""
        found = self.book.sessions(suits)
        if not found or dice.seldom():
            found = self.book.sessions()
        if not found:
            raise NothingSuitsError
        chosen = found[dice.roll(len(found))]
        self.told.session = chosen["id"]
        return chosen

    def scope(self, dice: Dice, row: Line) -> Scope | None:
        """What a series needs, and what nothing else cares for."""
        scopes: list[Scope | None] = [*Scope]
        self.told.scope = dice.pick(scopes, [None]) if row["series_id"] else None
        return self.told.scope

    def row(self, dice: Dice, table: str, suits: Callable[[Line], bool] = lambda _: True) -> Line:
        """A row of another table, mostly one that suits."""
        rows = self.book[table]
        found = [row for row in rows if suits(row)]
        if not found or dice.seldom():
            found = rows
        if not found:
            raise NothingSuitsError
        return dice.pick(found)

    def clients(self, session: str) -> list[str]:
        """Who takes part, by the practice's ids."""
        rows = self.book.where("session_client", session_id=session)
        return [self.book.ref("client", row["client_id"]) for row in rows if row["status"] != "CANCELLED"]

    def workers(self, session: str) -> list[str]:
        rows = self.book.where("session_worker", session_id=session)
        return [
            self.book.ref("worker", row["worker_id"])
            for row in rows
            if row["status"] not in ("CANCELLED", "DECLINED")
        ]

    def number(self) -> int:
        """A number that was not used before in this life."""
        self.made += 1
        return self.made

    def day(self, offset: int) -> str:
        return (self.now.astimezone(ADELAIDE) + timedelta(days=offset)).date().isoformat()

    def time(self, dice: Dice, *, days: Sequence[int] = (1, 2, 4, 7, 8, 9, 11, 5, -1, 0)) -> str:
        """A wall time on one of some days, few enough that things meet."""
        hour = dice.pick(("10:00", "09:30", "13:00", "14:00", "08:00", "11:00", "15:30"))
        return f"{self.day(dice.pick(days))} {hour}"


BEGIN = datetime.fromisoformat(
    "2026-03-30T02:00:00+00:00"
)  # Monday noon in Adelaide, a week before the clocks change


@cache
def _engine(url: str) -> Engine:
    """One engine for all lives of a process: it compiles each statement once."""
    return connect(url)


@cache
def codes() -> frozenset[str]:
    """Every code that is written down for whoever reads it."""
    cells = [
        line.split("|")[1] for line in _CODES_FILE.read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    return frozenset(code for cell in cells for code in re.findall(r"`([A-Z_0-9]+)`", cell))


def ended(row: Line, now: datetime) -> bool:
    return when(row["ends_at"]) <= now
