"""Import a practice set: people, places, services and reasons by their ids, then what is booked of them.

All or nothing: everything that is wrong is reported at once, and then nothing is stored. A second import updates
people, places and the like as the files say, keeps what they leave out, and leaves sessions, stays and rosters as they
are; it never makes twins and never removes anybody.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.belonging import remember_sites
from adapters.diary.entries import Entry, Found, check_references, read_entries
from adapters.diary.lookup import remember_all
from adapters.diary.tables import TABLES, Columns
from adapters.diary.taking import DIARY, Imported, Taking, row_id, rows_there, typed
from adapters.diary.taking_homes import take_homes, without_homes
from adapters.diary.taking_rosters import take_rosters
from adapters.diary.taking_sessions import take_sessions
from adapters.diary.taking_stays import take_stays
from adapters.diary.taking_windows import take_windows
from adapters.diary.times import read_span
from adapters.diary.transaction import record, writing
from model.act import Act
from model.agreement import AgreementItem, ServiceAgreement
from model.appointment_type import AppointmentType
from model.asset import Asset
from model.availability import AdHocAvailability, AvailabilityTemplate, Leave, read_windows, written_windows
from model.bed import Bed
from model.cancellation import CancellationReason
from model.details import timed
from model.group_template import GroupTemplate, GroupTemplateClient
from model.moment import zone
from model.people import BlocklistEntry, Client, Worker, new_internal_ids
from model.practice import Practice, Region, Room, Site
from model.service import Service
from model.session_type import SessionType
from model.travel import TravelRate
from sync.settings import DEFAULTS, Settings

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
    | AppointmentType
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
    "appointment_type": AppointmentType,
    "reason": CancellationReason,
}
_TIMED = ("ad_hoc_availability", "leave")
_MOST_TOLD = 50


class ImportFailedError(Exception):
    """The set cannot be imported; `problems` says why, one sentence each: the first fifty, and how many more."""

    def __init__(self, problems: list[str]) -> None:
        more = len(problems) - _MOST_TOLD
        told = [*problems[:_MOST_TOLD], *([f"and {more} more like these"] if more > 0 else [])]
        super().__init__("\n".join(told))
        self.problems = tuple(told)


def import_practice(
    sessions: Sessions, act: Act, path: Path, settings: Settings = DEFAULTS
) -> list[Imported]:
    """Read, check and store a file or a folder, in one transaction."""
    found = read_entries(path)
    with writing(sessions) as database:
        _check(database, found)
        counts = _store(database, found, act) + take_windows(database, found, act)
        counts += _take(sessions, database, found, act, settings)
        if found.problems:
            raise ImportFailedError(found.problems)
        record(database, act, "imported", counts={c.table: c.added + c.updated for c in counts})
    return counts


# --- everything that can be asked before anything is written ---------------------------------------------------


def _check(database: Database, found: Found) -> None:
    """Ask what entries refer to.

    Where a person, a place or a service is wrong there is no use in asking what its sessions clash with: it would be
    told what follows from that. Where only what is booked is wrong, the rest of it is asked as well.
    """
    check_references(found, lambda table: _known(database, found, table))
    _check_numbers(database, found)
    if found.practice is None and any(map(found.good, DIARY)) and not database.scalar(select(Practice.id)):
        found.problems.append("There is no practice yet: give it a name and a tz, in a table [practice]")
        found.whole = False
    people_and_places = [entry for table in _NOUNS for entry in found.entries.get(table, [])]
    if not found.whole or any(entry.bad for entry in people_and_places):
        raise ImportFailedError(found.problems)


def _known(database: Database, found: Found, table: str) -> Collection[str]:
    """What the practice calls the rows of a table that it has already."""
    if table in _NOUNS:
        return set(database.scalars(select(_NOUNS[table].ref)))
    practice_id = database.scalar(select(Practice.id))
    ids = {row_id(practice_id, table, ref): ref for ref in found.asked(table)} if practice_id else {}
    return {ids[one] for one in rows_there(database, table, list(ids))}


def _check_numbers(database: Database, found: Found) -> None:
    """Internal ids are unique, and what clients choose between."""
    taken = {row[0]: row[1] for row in database.execute(select(Client.internal_id, Client.ref))}
    _check_unique(found, "client", "internal_id", taken)
    names = {row[0]: row[1] for row in database.execute(select(AppointmentType.name, AppointmentType.ref))}
    _check_unique(found, "appointment_type", "name", names)


def _check_unique(found: Found, table: str, column: str, taken: dict[str, str]) -> None:
    for entry in found.entries.get(table, []):
        wanted = entry.optional(column)
        if wanted is not None and taken.setdefault(wanted, entry.ref) != entry.ref:
            found.say(entry, f"another {table.replace('_', ' ')} has it", column)


# --- people, places, services, reasons ------------------------------------------------------------------------


def _store(database: Database, found: Found, act: Act) -> list[Imported]:
    if found.practice is not None:
        _store_practice(database, found.practice.columns, act)
    rows: dict[str, dict[str, _Noun]] = {}
    counts = []
    for table, noun in _NOUNS.items():  # in this order: each names only what stands before it
        rows[table] = {row.ref: row for row in database.scalars(select(noun))}
        before = len(rows[table])
        entries = found.good(table)
        numbers = new_internal_ids(row.internal_id for row in rows[table].values() if isinstance(row, Client))
        for entry in entries:
            _store_entry(entry, rows, numbers, act)
        database.add_all(rows[table].values())
        database.flush()
        ids = {name: {row.ref: row.id for row in rows.get(name, {}).values()} for name in (table, "site")}
        take_homes(database, table, entries, ids[table], ids["site"])
        added = len(rows[table]) - before
        if entries:
            counts.append(Imported(table=table, added=added, updated=len(entries) - added))
    return counts


def _store_practice(database: Database, columns: Columns, act: Act) -> None:
    practice = database.scalar(select(Practice))
    if practice is None:
        database.add(Practice(id=act.new_id(), **columns))
        return
    for name, value in columns.items():
        setattr(practice, name, value)


def _store_entry(
    entry: Entry, rows: Mapping[str, dict[str, _Noun]], numbers: Iterator[str], act: Act
) -> None:
    """Update the row of this id, or make it; a new client without an internal id gets the next number (004-05)."""
    table = entry.raw.table
    columns, row = _derived(table, _resolved(entry, rows), rows), rows[table].get(entry.ref)
    if row is None:
        if table == "client" and "internal_id" not in columns:
            columns["internal_id"] = next(numbers)
        rows[table][entry.ref] = _NOUNS[table](id=act.new_id(), ref=entry.ref, **columns)
        return
    for name, value in columns.items():
        setattr(row, name, value)


def _resolved(entry: Entry, rows: Mapping[str, Mapping[str, _Noun]]) -> Columns:
    """The entry's columns: words as choices, and what it refers to as a row's id."""
    keys = TABLES[entry.raw.table]
    return {
        f"{name}_id" if keys[name].refers else name: rows[keys[name].refers][str(value)].id
        if keys[name].refers
        else value
        for name, value in without_homes(entry.raw.table, typed(entry)).items()
    }


def _derived(table: str, columns: Columns, rows: Mapping[str, Mapping[str, _Noun]]) -> Columns:
    """What is kept in the place of what was typed."""
    if table in _TIMED:
        return columns | _times(columns, rows["worker"])
    if table == "availability" and "hours" in columns:
        columns["windows_text"] = written_windows(read_windows(str(columns.pop("hours"))))
    return columns


def _times(columns: Columns, workers: Mapping[str, _Noun]) -> Columns:
    """The columns of a time that was typed, in the zone of the worker whose it is."""
    tz = next(
        one.tz for one in workers.values() if isinstance(one, Worker) and one.id == columns["worker_id"]
    )
    start, end = str(columns.pop("start")), str(columns.pop("end"))
    return timed(read_span(start, end=end, minutes=None, tz=zone(tz)))


# --- what is booked ---------------------------------------------------------------------------------------------


def _take(
    sessions: Sessions, database: Database, found: Found, act: Act, settings: Settings
) -> list[Imported]:
    """Sessions, stays, rosters: with the rows as the database has them now."""
    practice_id = database.scalar(select(Practice.id))
    if practice_id is None:
        return []
    database.expunge_all()
    remember_all(database)
    remember_sites(database)
    taking = Taking(
        sessions=sessions, database=database, act=act, found=found, settings=settings, practice_id=practice_id
    )
    return take_sessions(taking) + take_stays(taking) + take_rosters(taking)
