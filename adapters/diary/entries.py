"""Check the entries of a practice set one by one, and what they refer to: what is wrong is listed, not raised."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from adapters.diary.tables import PRACTICE, TABLES, Columns
from adapters.diary.wholes import WHOLES
from adapters.practice_set.files import read_files
from adapters.practice_set.key import Key
from adapters.practice_set.raw import Raw

Known = Callable[[str], Collection[str]]


@dataclass
class Entry:
    """One entry of a table, checked. One that is `bad` was spoken of already, and is not looked at further."""

    raw: Raw
    columns: Columns
    bad: bool = False

    @property
    def ref(self) -> str:
        return self.raw.ref or ""

    def texts(self, column: str) -> list[str]:
        """The texts of a list; none where it is left out."""
        found = self.columns.get(column, [])
        return [str(text) for text in found] if isinstance(found, list) else []

    def text(self, column: str) -> str:
        """A text that has to be there, as it was typed."""
        return str(self.columns[column])

    def optional(self, column: str) -> str | None:
        return self.text(column) if column in self.columns else None

    def number(self, column: str) -> int | None:
        found = self.columns.get(column)
        return found if isinstance(found, int) else None

    def day(self, column: str) -> date:
        found = self.columns[column]
        assert isinstance(found, date)  # noqa: S101 - for the type checker: the table says so
        return found

    def flag(self, column: str) -> bool:
        return self.columns.get(column) is True


@dataclass
class Found:
    """What a set holds, by table, and everything that is wrong with it. `whole`: nothing of it was unreadable."""

    practice: Entry | None = None
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    whole: bool = True

    def good(self, table: str) -> list[Entry]:
        return [entry for entry in self.entries.get(table, []) if not entry.bad]

    def asked(self, table: str) -> set[str]:
        """What entries call those of a table that they refer to."""
        return {
            ref
            for several in self.entries.values()
            for entry in several
            for name, value in entry.columns.items()
            if TABLES[entry.raw.table][name].refers == table
            for ref in TABLES[entry.raw.table][name].named(value)
        }

    def say(self, entry: Entry, why: str, column: str = "") -> None:
        """Write down what is wrong with an entry, or with one of its columns."""
        about = f"{column}: " if column else ""
        self.problems.append(f"{entry.raw.at(column)}: {about}{why}")
        entry.bad = True


def read_entries(path: Path) -> Found:
    """Read a set and check every entry by itself."""
    files = read_files(path, TABLES)
    found = Found(problems=files.problems, whole=not files.problems)
    seen: set[tuple[str, str]] = set()
    for raw in files.entries:
        if raw.table == "practice":
            found.practice = _checked(found, raw, PRACTICE)
            found.whole &= not found.practice.bad
        elif raw.table in TABLES:
            found.entries.setdefault(raw.table, []).append(_entry(found, raw, seen))
        elif raw.number == 1:
            found.problems.append(_no_table(raw))
            found.whole = False
    return found


def _no_table(raw: Raw) -> str:
    allowed = ", ".join(["[practice]", *(f"[[{table}]]" for table in TABLES)])
    return f"{raw.place()}: {raw.table[:60]}: not a table of this file; allowed: {allowed}"


def _entry(found: Found, raw: Raw, seen: set[tuple[str, str]]) -> Entry:
    entry = _checked(found, raw, TABLES[raw.table])
    if (raw.table, entry.ref) in seen and raw.ref:
        found.say(entry, "this id comes twice")
    seen.add((raw.table, entry.ref))
    if raw.table in WHOLES and (why := WHOLES[raw.table](entry.columns)):
        found.say(entry, why)
    return entry


def _checked(found: Found, raw: Raw, keys: Mapping[str, Key]) -> Entry:
    known = {name: value for name, value in raw.values.items() if name in keys}
    if raw.cells:
        known = {name: keys[name].read(str(cell)) for name, cell in known.items()}
    entry = Entry(raw=raw, columns=known)
    for name, key in keys.items():
        if key.required and name not in known:
            found.say(entry, f"{name} is missing")
    for name in raw.values:
        if name not in keys:
            found.say(entry, f"unknown key; allowed: {', '.join(keys)}", name[:60])
    for name, value in known.items():
        if why := keys[name].wrong(value):
            found.say(entry, why, name)
    return entry


def check_references(found: Found, known: Known) -> None:
    """Say which entries refer to nothing, here or among what is `known` of a table otherwise."""
    if not found.whole:
        return  # what could not be read may be what is missing
    here = {table: {entry.ref for entry in entries} for table, entries in found.entries.items()}
    for table, entries in found.entries.items():
        for name, key in TABLES[table].items():
            if key.refers:
                there = {*here.get(key.refers, ()), *known(key.refers)}
                _check_column(found, entries, name, key, there)


def _check_column(
    found: Found, entries: Iterable[Entry], name: str, key: Key, there: Collection[str]
) -> None:
    for entry in entries:
        if name not in entry.columns or key.wrong(entry.columns[name]):
            continue
        if not all(ref in there for ref in key.named(entry.columns[name])):
            found.say(entry, f"there is no such {key.refers}, here or in the database", name)
