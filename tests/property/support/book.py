"""All tables of a practice as they stand: plain rows, read past everything that the product would read them with."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from adapters.database.tables import metadata

Line = dict[str, Any]
_COLUMNS = {name: [column.name for column in table.columns] for name, table in metadata.tables.items()}
_KEYS = {name: [column.name for column in table.primary_key] for name, table in metadata.tables.items()}


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_QUERIES = {
    name: f'SELECT {_quoted(columns)} FROM "{name}" ORDER BY {_quoted(_KEYS[name])}'  # noqa: S608
    for name, columns in _COLUMNS.items()
}


@dataclass(frozen=True)
class Book:
    """Two books are equal where every row of every table is."""

    tables: dict[str, list[Line]]
    _sorted: dict[tuple[str, str], dict[Any, list[Line]]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, engine: Engine) -> "Book":
        """Read by the driver alone: it is asked after every order."""
        held = engine.raw_connection()
        try:
            found = {name: held.cursor().execute(query).fetchall() for name, query in _QUERIES.items()}
        finally:
            held.close()
        return cls(
            {
                name: [dict(zip(_COLUMNS[name], row, strict=True)) for row in rows]
                for name, rows in found.items()
            }
        )

    def __getitem__(self, table: str) -> list[Line]:
        return self.tables[table]

    def of_each(self, table: str, column: str) -> dict[Any, list[Line]]:
        """The rows of a table by one of its columns."""
        if (table, column) not in self._sorted:
            found: dict[Any, list[Line]] = defaultdict(list)
            for row in self.tables[table]:
                found[row[column]].append(row)
            self._sorted[table, column] = found
        return self._sorted[table, column]

    def where(self, table: str, **value: object) -> list[Line]:
        """The rows with one value in one column."""
        ((column, wanted),) = value.items()
        return self.of_each(table, column).get(wanted, [])

    def one(self, table: str, id_: str) -> Line | None:
        return next(iter(self.where(table, id=id_)), None)

    def sessions(self, suits: Callable[[Line], bool] = lambda _: True) -> list[Line]:
        """The sessions that suit, in order of time."""
        found = [row for row in self.tables["session"] if suits(row)]
        return sorted(found, key=lambda row: (row["starts_at"], row["id"]))

    def billed(self, session: str) -> set[str]:
        """The states of the open bills that are about a session."""
        bills = {line["bill_id"] for line in self.where("bill_line", session_id=session)}
        states = {row["state"] for bill in bills for row in self.where("bill", id=bill)}
        return states - {"CANCELLED"}

    def signed(self, session: str) -> bool:
        return any(note["signed_at"] for note in self.where("note", session_id=session))

    def extracted(self, session: str) -> bool:
        return any(line["state"] != "CREATED" for line in self.where("service_delivered", session_id=session))

    def frozen(self, row: Line) -> bool:
        """Whether time, place, people and services of a session stay as they are (DOMAIN 1.7)."""
        held = bool(self.billed(row["id"])) or self.signed(row["id"]) or self.extracted(row["id"])
        return held or row["status"] in ("COMPLETE", "CANCELLED")

    def ref(self, table: str, id_: str | None) -> str:
        """What people call a row."""
        row = self.one(table, id_) if id_ else None
        return str(row["ref"]) if row else ""


def when(text: str) -> datetime:
    """An instant as SQLite has it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
