"""One import of a practice set under way: its transaction, what it found, and the ids that its diary rows get.

Sessions, stays and rosters have no id of the practice's own, so theirs is derived from what the file calls them: a
second import finds them again, and leaves them as they are, since by then they may have been moved, held or cancelled.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.database.loading import load_sessions
from adapters.database.portions import portions
from adapters.diary.adding import Prepared
from adapters.diary.entries import Entry, Found
from adapters.diary.planning import day_of
from adapters.diary.tables import TABLES, Columns
from adapters.diary.transaction import Joined
from model.act import Act
from model.bill import Bill
from model.errors import DomainError
from model.roster import BaseRoster, RosterPeriod, RosterSlot
from model.series import Series
from model.session import Session
from model.stay import BedBooking
from sync.settings import Settings

_Diary = (
    type[Session]
    | type[Series]
    | type[Bill]
    | type[BedBooking]
    | type[BaseRoster]
    | type[RosterSlot]
    | type[RosterPeriod]
)
DIARY: Mapping[str, tuple[_Diary, ...]] = {
    "session": (Session, Series),
    "bill": (Bill,),
    "bed_booking": (BedBooking,),
    "base_roster": (BaseRoster,),
    "roster_slot": (RosterSlot,),
    "roster_period": (RosterPeriod,),
}


_One = TypeVar("_One")
Made = dict[str, tuple[Entry, Prepared]]  # new sessions and series, by what the file calls them


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many entries of one table were new, were there and updated, or there and left alone; warnings by code."""

    table: str
    added: int = 0
    updated: int = 0
    kept: int = 0
    warnings: tuple[tuple[str, int], ...] = ()


@dataclass
class Tally:
    """The same while it is counted."""

    table: str
    added: int = 0
    kept: int = 0
    warnings: Counter[str] = field(default_factory=Counter)

    def warn(self, codes: Iterable[str]) -> None:
        """Each code once for an entry."""
        self.warnings.update(set(codes))

    @property
    def done(self) -> list[Imported]:
        """What there is to say of it; of a table without entries nothing."""
        if not self.added + self.kept:
            return []
        warnings = tuple(sorted(self.warnings.items()))
        return [Imported(table=self.table, added=self.added, kept=self.kept, warnings=warnings)]


@dataclass(frozen=True, kw_only=True)
class Taking:
    """What every part of an import needs."""

    sessions: Sessions
    database: Database
    act: Act
    found: Found
    settings: Settings
    practice_id: UUID

    @property
    def joined(self) -> Joined:
        """For operations that open a unit of work: they become part of this import."""
        return Joined(self.sessions, self.database)

    def row_id(self, entry: Entry) -> UUID:
        return row_id(self.practice_id, entry.raw.table, entry.ref)

    def act_for(self, entry: Entry) -> Act:
        """The first id that an operation asks for is that of the row it makes; all others are random."""
        first = iter([self.row_id(entry)])
        return replace(self.act, new_id=lambda: next(first, None) or self.act.new_id())

    def new(self, table: str, tally: Tally) -> list[Entry]:
        """The good entries of a table that are not there yet; the others are counted as kept."""
        entries = self.found.good(table)
        there = rows_there(self.database, table, [self.row_id(entry) for entry in entries])
        tally.kept += sum(self.row_id(entry) in there for entry in entries)
        return [entry for entry in entries if self.row_id(entry) not in there]

    def refuse(self, entry: Entry, error: DomainError) -> None:
        self.found.say(entry, f"{error.message} ({error.code})")


def loaded(taking: Taking, ids: Iterable[UUID]) -> dict[UUID, Session]:
    """Sessions as the database has them now, all at once: thousands may have taken place."""
    return {
        row.id: row for some in portions(sorted(set(ids))) for row in load_sessions(taking.database, some)
    }


def row_id(practice_id: UUID, table: str, ref: str) -> UUID:
    """The id of what a practice's files call `ref`: always the same there, and nowhere else."""
    return uuid5(practice_id, f"{table}/{ref}")


def rows_there(database: Database, table: str, ids: list[UUID]) -> set[UUID]:
    """Which of these rows there are."""
    found: set[UUID] = set()
    for some in portions(ids):
        for noun in DIARY[table]:
            found |= set(database.scalars(select(noun.id).where(noun.id.in_(some))))
    return found


def typed(entry: Entry) -> Columns:
    """The columns of an entry but its id, words as choices."""
    keys = TABLES[entry.raw.table]
    return {
        name: choice(str(value)) if (choice := keys[name].choice) else value
        for name, value in entry.columns.items()
        if name != "id"
    }


def about(taking: Taking, column: str, new: Collection[str], tally: Tally) -> list[Entry]:
    """The good entries of a table about what is new; those about anything else are counted as kept."""
    entries = taking.found.good(tally.table)
    mine = [entry for entry in entries if entry.text(column) in new]
    tally.added, tally.kept = len(mine), len(entries) - len(mine)
    return mine


def new_of(taking: Taking, made: Made, tally: Tally) -> list[Entry]:
    """The same of sessions."""
    return about(taking, "session", made, tally)


def one_of(entry: Entry, made: Made) -> Session:
    """The one new session that an entry is about."""
    days = {day_of(row): row for row in reversed(made[entry.text("session")][1].rows)}
    return of_day(days, entry.day("day") if "day" in entry.columns else None)


def each_of(taking: Taking, made: Made, tally: Tally) -> list[tuple[Entry, Session]]:
    """Every entry of a table about new sessions, with the one that it is about."""
    found = []
    for entry in new_of(taking, made, tally):
        try:
            found.append((entry, one_of(entry, made)))
        except DomainError as error:
            taking.refuse(entry, error)
    return found


def of_day(days: Mapping[date, _One], day: date | None) -> _One:
    """Of what repeats, the one on that day (E_SCOPE_REQUIRED); of what does not, the only one."""
    if len(days) > 1 and day is None:
        raise DomainError(
            "E_SCOPE_REQUIRED", "This session repeats; say on which day the one is that is meant"
        )
    found = days.get(day or min(days))
    if found is None:
        raise DomainError(
            "E_NOT_FOUND", f"This session does not take place on {day}; name a day that it does"
        )
    return found
