"""A practice while it is made up: the rows of its tables so far, its days, its dice."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from adapters.sample.book import Book, Slot
from adapters.sample.words import FIRST, LAST

WEEKS = 12
Row = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A session with a service: who is there, and when; `could` is who else of the team might do it."""

    session: str
    slot: Slot
    workers: Sequence[str]
    clients: Sequence[str]
    could: Sequence[str]

    def named(self, day: date) -> str:
        """One of it, as a bill names it."""
        return f"{self.session}@{day}" if len(self.slot.weeks) > 1 else self.session


@dataclass(kw_only=True)
class Draft:
    """`monday` is the first day of its twelve weeks; `uses` is which services each client gets, in order."""

    monday: date
    dice: Random
    tables: dict[str, list[Row]] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    uses: defaultdict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    planned: list[Planned] = field(default_factory=list)
    _named: int = 0

    def add(self, table: str, **columns: object) -> str:
        """A row, by the columns that say something; without an id it gets the next number."""
        rows = self.tables.setdefault(table, [])
        ref = str(columns.pop("id", "") or f"{table.replace('_', '-')}-{len(rows) + 1}")
        rows.append(
            {"id": ref} | {name: value for name, value in columns.items() if value not in (None, "", [])}
        )
        return ref

    def name(self) -> str:
        """The next name of nobody; the first six hundred are all different."""
        self._named += 1
        number = self._named - 1
        return f"{FIRST[number % len(FIRST)]} {LAST[(number * 7 + number // len(FIRST)) % len(LAST)]}"

    def day(self, number: int) -> date:
        return self.monday + timedelta(days=number)

    def start(self, slot: Slot) -> str:
        """The first time of a slot, as people type it."""
        return f"{self.day(slot.days[0])} {clock(slot.start)}"

    def some(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
