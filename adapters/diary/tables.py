"""Read the tables of a practice file (TOML) into columns, finding everything that is wrong with them.

What each table may hold stands here once; nothing here knows the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from model.cancellation import CancelledBy
from model.errors import DomainError
from model.moment import zone
from model.service import CancelRule, Unit

Columns = dict[str, object]


@dataclass(frozen=True)
class Key:
    """One key of a table: its kind, whether it must be there, and what else must be true of it.

    `refers` names the table whose entry is meant; `choice` is what one of some words becomes.
    """

    kind: type[object]
    required: bool = False
    check: Callable[[str], str | None] = lambda _: None
    refers: str = ""
    choice: type[StrEnum] | None = None


def _reference(table: str, *, required: bool = False) -> Key:
    return Key(str, required=required, check=_short, refers=table)


def _choice(words: type[StrEnum], *, required: bool = False) -> Key:
    return Key(str, required=required, check=_one_of(*words), choice=words)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a table, checked; `where` names it in messages."""

    where: str
    ref: str
    columns: Columns


@dataclass
class Found:
    """What a file holds, and everything that is wrong with it."""

    practice: Columns | None = None
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def _zone(value: str) -> str | None:
    try:
        zone(value)
    except DomainError as error:
        return error.message
    return None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else f"allowed: {', '.join(allowed)}"


def _short(value: str) -> str | None:
    return None if value.strip() and len(value) <= 60 else "1 to 60 characters"


_TEXT, _NAME = Key(str), Key(str, required=True, check=_short)
_ID, _TZ = Key(str, required=True, check=_short), Key(str, required=True, check=_zone)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PRACTICE: Mapping[str, Key] = {
    "name": _NAME,
    "tz": _TZ,
    "country": Key(str, check=_one_of("AU", "US")),
    "week_start": Key(str, check=_one_of(*_WEEKDAYS)),
}
TABLES: Mapping[str, Mapping[str, Key]] = {
    "site": {
        "id": _ID, "name": _NAME, "code": _NAME, "tz": _TZ, "address": _TEXT,
        "kind": Key(str, check=_one_of("CLINIC", "ACCOMMODATION", "OTHER")), "pos_code": _TEXT,
        "travel_area": Key(int), "holidays": _TEXT,
    },
    "room": {"id": _ID, "name": _NAME, "site": _reference("site", required=True), "capacity": Key(int)},
    "worker": {
        "id": _ID, "name": _NAME, "tz": _TZ, "email": _TEXT, "active": Key(bool),
        "start_date": Key(date), "end_date": Key(date),
    },
    "client": {
        "id": _ID, "name": _NAME, "internal_id": Key(str, check=_short), "email": _TEXT, "phone": _TEXT,
        "address": _TEXT, "tz": Key(str, check=_zone), "active": Key(bool), "site": _reference("site"),
    },
    "service": {
        "id": _ID, "name": _NAME, "code": _NAME, "category": _TEXT, "unit": _choice(Unit),
        "rate_cents": Key(int), "cpt": _TEXT, "ndis": Key(bool), "cancel_rule": _choice(CancelRule),
        "allow_travel": Key(bool), "allow_transport": Key(bool), "therapy": Key(bool),
        "prevent_apportioning": Key(bool),
    },
    "agreement": {
        "id": _ID, "client": _reference("client", required=True), "start_date": Key(date, required=True),
        "end_date": Key(date), "approved": Key(bool),
    },
    "agreement_item": {
        "id": _ID, "agreement": _reference("agreement", required=True),
        "service": _reference("service", required=True), "rate_cents": Key(int, required=True),
        "allow_travel": Key(bool), "allow_transport": Key(bool), "cancellation_agreed": Key(bool),
    },
    "group_template": {
        "id": _ID, "name": _NAME, "service": _reference("service", required=True), "ratio": Key(int, required=True),
    },
    "group_template_client": {
        "id": _ID, "template": _reference("group_template", required=True),
        "client": _reference("client", required=True),
    },
    "travel_rate": {
        "id": _ID, "since": Key(date, required=True), "km_cents": Key(int), "bus_km_cents": Key(int),
        "therapy_percent": Key(int), "near_minutes": Key(int), "far_minutes": Key(int),
    },
    "reason": {
        "id": _ID, "text": _NAME, "type": _choice(CancelledBy, required=True), "active": Key(bool),
    },
}  # fmt: skip
_WORDS = {str: "text", int: "a whole number", bool: "true or false", date: "a date like 2026-03-01"}


def read_tables(data: Mapping[str, object]) -> Found:
    """Check every table, every entry and every key; what is wrong is listed, not raised."""
    found = Found()
    for name, value in data.items():
        if name == "practice" and isinstance(value, dict):
            found.practice = _columns("[practice]", value, PRACTICE, found.problems)
        elif name in TABLES and isinstance(value, list):
            found.entries[name] = _entries(name, value, found.problems)
        else:
            allowed = ", ".join(["[practice]", *(f"[[{table}]]" for table in TABLES)])
            found.problems.append(f"{name}: not a table of this file; allowed: {allowed}")
    return found


def _entries(name: str, values: Sequence[object], problems: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    for number, value in enumerate(values, 1):
        where = f"[[{name}]] number {number}"
        if not isinstance(value, dict):
            problems.append(f"{where}: not a table")
            continue
        ref = value.get("id")
        where = f'[[{name}]] "{ref}"' if isinstance(ref, str) else where
        if any(entry.ref == ref for entry in entries):
            problems.append(f"{where}: this id comes twice")
        columns = _columns(where, value, TABLES[name], problems)
        entries.append(Entry(where=where, ref=str(ref), columns=columns))
    return entries


def _columns(
    where: str, value: Mapping[str, object], keys: Mapping[str, Key], problems: list[str]
) -> Columns:
    missing = [name for name, key in keys.items() if key.required and name not in value]
    problems += [f"{where}: {name} is missing" for name in missing]
    unknown = [name for name in value if name not in keys]
    problems += [f"{where}: {name}: unknown key; allowed: {', '.join(keys)}" for name in unknown]
    known = {name: item for name, item in value.items() if name in keys}
    problems += [
        f"{where}: {name}: {why}" for name, item in known.items() if (why := _wrong(keys[name], item))
    ]
    return known


def _wrong(key: Key, value: object) -> str | None:
    """Why a value does not fit; None where it does. Values are not repeated: they may be personal."""
    fits = isinstance(value, key.kind) and not (key.kind is int and isinstance(value, bool))
    if not fits or (key.kind is date and isinstance(value, datetime)):
        return f"must be {_WORDS[key.kind]}"
    if isinstance(value, int) and not isinstance(value, bool) and not 0 <= value < 10**9:
        return "must be from 0 to 999999999"
    return key.check(value) if isinstance(value, str) else None
