"""Import the practice's people, places, services and reasons from a TOML file, by their ids.

All or nothing: everything that is wrong is reported at once, and then nothing is stored. A second import
updates what the file says and keeps what it leaves out; it never makes twins and never removes anybody.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.tables import TABLES, Columns, Entry, Found, read_tables
from adapters.diary.times import read_span
from adapters.diary.transaction import record
from model.act import Act
from model.asset import Asset
from model.availability import AdHocAvailability, AvailabilityTemplate, Leave, read_windows, written_windows
from model.bed import Bed
from model.cancellation import CancellationReason
from model.moment import zone
from model.people import BlocklistEntry, Client, Worker, next_internal_id
from model.practice import Practice, Region, Room, Site
from model.service import AgreementItem, GroupTemplate, GroupTemplateClient, Service, ServiceAgreement
from model.session import timed
from model.session_type import SessionType
from model.travel import TravelRate

_Noun = (
    Region
    | Asset
    | Site
    | Room
    | Bed
    | Worker
    | Client
    | BlocklistEntry
    | AvailabilityTemplate
    | AdHocAvailability
    | Leave
    | Service
    | ServiceAgreement
    | AgreementItem
    | GroupTemplate
    | GroupTemplateClient
    | TravelRate
    | SessionType
    | CancellationReason
)
_NOUNS: Mapping[str, type[Any]] = {
    "region": Region,
    "asset": Asset,
    "site": Site,
    "room": Room,
    "bed": Bed,
    "worker": Worker,
    "client": Client,
    "blocklist": BlocklistEntry,
    "availability": AvailabilityTemplate,
    "ad_hoc_availability": AdHocAvailability,
    "leave": Leave,
    "service": Service,
    "agreement": ServiceAgreement,
    "agreement_item": AgreementItem,
    "group_template": GroupTemplate,
    "group_template_client": GroupTemplateClient,
    "travel_rate": TravelRate,
    "session_type": SessionType,
    "reason": CancellationReason,
}
_TIMED = ("ad_hoc_availability", "leave")


class ImportFailedError(Exception):
    """The file cannot be imported; `problems` are all of them, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many entries of one table were new, and how many were there."""

    table: str
    added: int
    updated: int


def import_practice(sessions: Sessions, act: Act, file: Path) -> list[Imported]:
    """Read, check and store one file."""
    found = read_tables(_parsed(file))
    if found.problems:
        raise ImportFailedError(found.problems)
    with sessions.begin() as database:
        counts = _store(database, found, act)
        if found.problems:
            raise ImportFailedError(found.problems)
        record(database, act, "imported", counts={c.table: c.added + c.updated for c in counts})
    return counts


def _parsed(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportFailedError([f"{file} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ImportFailedError([f"{file} is not UTF-8 text"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ImportFailedError([f"{file} is not TOML: {error}"]) from error


def _store(database: Database, found: Found, act: Act) -> list[Imported]:
    _store_practice(database, found.practice, act)
    rows: dict[str, dict[str, _Noun]] = {}
    counts = []
    for table, noun in _NOUNS.items():  # in this order: each names only what stands before it
        rows[table] = {row.ref: row for row in database.scalars(select(noun))}
        before = len(rows[table])
        entries = found.entries.get(table, [])
        for entry in entries:
            _store_entry(table, entry, rows, found, act)
        database.add_all(rows[table].values())
        database.flush()
        added = len(rows[table]) - before
        if entries:
            counts.append(Imported(table=table, added=added, updated=len(entries) - added))
    return counts


def _store_practice(database: Database, columns: Columns | None, act: Act) -> None:
    if columns is None:
        return
    practice = database.scalar(select(Practice))
    if practice is None:
        database.add(Practice(id=act.new_id(), **columns))
        return
    for name, value in columns.items():
        setattr(practice, name, value)


def _store_entry(table: str, entry: Entry, rows: dict[str, dict[str, _Noun]], found: Found, act: Act) -> None:
    """Update the row of this id, or make it."""
    columns = _resolved(table, entry, rows, found.problems)
    row = rows[table].get(entry.ref)
    if not found.problems:
        _derive(table, columns, rows)
    if table == "client":
        _number(entry, columns, row, rows["client"], found.problems)
    if row is not None:
        for name, value in columns.items():
            setattr(row, name, value)
    elif not found.problems:
        rows[table][entry.ref] = _NOUNS[table](id=act.new_id(), ref=entry.ref, **columns)


def _resolved(
    table: str, entry: Entry, rows: Mapping[str, Mapping[str, _Noun]], problems: list[str]
) -> Columns:
    """The entry's columns: words as choices, and what it refers to as a row's id."""
    columns: Columns = {}
    for name, value in entry.columns.items():
        key = TABLES[table][name]
        if key.refers:
            other = rows[key.refers].get(str(value))
            if other is None:
                problems.append(
                    f"{entry.where}: {name}: there is no such {key.refers}, here or in the database"
                )
            else:
                columns[f"{name}_id"] = other.id
        elif name != "id":
            columns[name] = key.choice(str(value)) if key.choice else value
    return columns


def _derive(table: str, columns: Columns, rows: Mapping[str, Mapping[str, _Noun]]) -> None:
    """Put what is kept in the place of what was typed."""
    if table in _TIMED:
        columns |= _times(columns, rows["worker"])
    elif table == "availability":
        columns["windows_text"] = written_windows(read_windows(str(columns.pop("hours"))))


def _times(columns: Columns, workers: Mapping[str, _Noun]) -> Columns:
    """The columns of a time that was typed, in the zone of the worker whose it is."""
    tz = next(
        one.tz for one in workers.values() if isinstance(one, Worker) and one.id == columns["worker_id"]
    )
    start, end = str(columns.pop("start")), str(columns.pop("end"))
    return timed(read_span(start, end=end, minutes=None, tz=zone(tz)))


def _number(
    entry: Entry, columns: Columns, row: _Noun | None, clients: Mapping[str, _Noun], problems: list[str]
) -> None:
    """Internal ids are unique; a client without one gets the next number (004-05)."""
    taken = {c.internal_id: c.ref for c in clients.values() if isinstance(c, Client)}
    wanted = columns.get("internal_id")
    if wanted is not None and taken.get(str(wanted), entry.ref) != entry.ref:
        problems.append(f"{entry.where}: internal_id: another client has it")
    if wanted is None and row is None:
        columns["internal_id"] = next_internal_id(taken)
