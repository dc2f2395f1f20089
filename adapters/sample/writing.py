"""Write a made-up practice as a set that `practice import` reads: a TOML file and a CSV file for each table."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from adapters.diary.tables import TABLES
from adapters.sample.draft import Row
from adapters.sample.generate import generate
from model.errors import DomainError

_PRACTICE = """\
# A practice that does not exist: made up, with seed {seed}. Nobody in it is a person.
# Take it in with: calendula practice import {folder}

[practice]
name = "Sample Allied Health"
tz = "Australia/Adelaide"
country = "AU"
week_start = "MO"
"""


def write_sample(folder: Path, seed: int, day: date, today: date) -> dict[str, int]:
    """Write one into a folder that is new or empty, as on the morning of `today`; how many rows each table has."""
    if not 1971 <= day.year <= 2198:
        raise DomainError("E_TIME", "Choose a day from 1971 to 2198")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DomainError("E_EXISTS", f"{folder} is there already, and not an empty folder; name another")
    folder.mkdir(parents=True, exist_ok=True)
    tables = generate(seed, day, today).tables
    _write(folder / "practice.toml", _PRACTICE.format(seed=seed, folder=folder.name))
    for table in TABLES:
        if rows := tables.get(table):
            _write_table(folder / f"{table}.csv", list(TABLES[table]), rows)
    return {table: len(tables[table]) for table in TABLES if table in tables}


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _write_table(file: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Only the columns that some row has something to say in."""
    used = [name for name in columns if any(name in row for row in rows)]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, used, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_cells(row) for row in rows)


def _cells(row: Mapping[str, object]) -> dict[str, str]:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
