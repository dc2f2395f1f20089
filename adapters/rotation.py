"""Replace the key that everything in the database is sealed with, so that a crash at any point loses nothing.

The new key is put in front of the old one first, so that both open; then every sealed column is sealed anew,
a page at a time; only when nothing needs the old key any more it leaves the file. It stays in a file aside,
for the backups. A rotation that was broken off is taken up by the next one. Which columns are sealed is said
on the noun (`model.base.SEALED`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, select, update

from adapters.database.engine import Sessions, reading
from adapters.database.tables import metadata
from adapters.secrets import (
    SecretBox,
    SecretsError,
    add_key,
    keep_aside,
    keep_first_key,
    open_box,
    take_back_keys,
)

_PAGE = 200
_ROUNDS = 5
Key = UUID | int


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """How it went: `lost` could not be opened before either. `aside` holds the key that was replaced."""

    sealed: int
    lost: int
    aside: Path


def rotate(sessions: Sessions, key_file: Path) -> Rotated:
    """Seal everything with a new key; the old one is kept aside and opens nothing any more."""
    open_box(key_file)  # refuses what is no key file
    aside = keep_aside(key_file)
    add_key(key_file)
    sealed, lost = _reseal_all(sessions, open_box(key_file))
    keep_first_key(key_file)
    for _ in range(_ROUNDS):  # a process that read the file before may have sealed with the old key meanwhile
        if _reseal_all(sessions, open_box(key_file), only_look=True) == (0, lost):
            return Rotated(sealed=sealed, lost=lost, aside=aside)
        take_back_keys(key_file, aside)
        sealed += _reseal_all(sessions, open_box(key_file))[0]
        keep_first_key(key_file)
    raise SecretsError(
        "Something goes on sealing with the old key; stop it, and run `calendula key rotate` again."
    )


def sealed_columns() -> list[tuple[Table, "Column[bytes]"]]:
    """Every column whose values are sealed."""
    return [
        (table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.info.get("sealed")
    ]


def _reseal_all(sessions: Sessions, box: SecretBox, *, only_look: bool = False) -> tuple[int, int]:
    """Bring every value under the first key; how many were not, and how many no key opens."""
    done = lost = 0
    for table, column in sealed_columns():
        for page in _pages(sessions, table, column):
            anew = {row_id: _resealed(box, value) for row_id, value in page.items()}
            lost += sum(new is None for new in anew.values())
            changed = {row_id: new for row_id, new in anew.items() if new is not None and new != page[row_id]}
            done += len(changed)
            if not only_look:
                _store(sessions, table, column, page, changed)
    return done, lost


def _resealed(box: SecretBox, value: bytes) -> bytes | None:
    try:
        return box.resealed(value)
    except SecretsError:
        return None


def _pages(sessions: Sessions, table: Table, column: "Column[bytes]") -> Iterator[dict[Key, bytes]]:
    """All values there are, by the ids of their rows; no transaction is open between two pages."""
    last: Key | None = None
    key = _key(table)
    while True:
        query = select(key, column).order_by(key).limit(_PAGE)
        with reading(sessions) as database:
            found = database.execute(query.where(key > last) if last is not None else query).all()
        if not found:
            return
        yield {row[0]: row[1] for row in found if row[1]}
        last = found[-1][0]


def _store(
    sessions: Sessions, table: Table, column: "Column[bytes]", old: dict[Key, bytes], new: dict[Key, bytes]
) -> None:
    """Only over the value that was read: a password changed meanwhile stays."""
    with sessions.begin() as database:
        for row_id, value in new.items():
            step = update(table).where(_key(table) == row_id, column == old[row_id])
            database.execute(step.values({column: value}))


def _key(table: Table) -> "Column[Key]":
    """What names a row: each of our tables has one column for that."""
    (column,) = table.primary_key.columns
    return column
