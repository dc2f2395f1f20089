"""Read the tables of a practice file (TOML) into columns, finding everything that is wrong with them.

What each table may hold stands here once; nothing here knows the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from adapters.diary import holidays
from adapters.diary.times import read_moment, read_span
from model.acceptance import AtLimit
from model.availability import LeaveType, read_windows
from model.bed import BedStatus, RecordType
from model.cancellation import Billing, CancelledBy, NdisCode
from model.errors import DomainError
from model.moment import WEEKDAYS, zone
from model.people import ContactType, Gender
from model.service import CancelRule, Unit
from model.session import check_length
from model.session_type import LONGEST, check_colour

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
    least: int = 0
    most: int = 999_999_999


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
    return _refusal(lambda: zone(value))


def _holidays(value: str) -> str | None:
    try:
        holidays.check(value)
    except holidays.UnknownCalendarError:
        return "not a calendar of public holidays; write a country and its part, like AU-SA"
    return None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else f"allowed: {', '.join(allowed)}"


def _short(value: str) -> str | None:
    return None if value.strip() and len(value) <= 60 else "1 to 60 characters"


def _hours(value: str) -> str | None:
    return _refusal(lambda: read_windows(value))


def _colour(value: str) -> str | None:
    return _refusal(lambda: check_colour(value))


def _moment(value: str) -> str | None:
    return _refusal(lambda: read_moment(value, _ANYWHERE))


def _span(entry: Columns) -> str | None:
    """From a day to a day, or from a time to a time, and not backwards."""
    start, end = entry.get("start"), entry.get("end")
    if not (isinstance(start, str) and isinstance(end, str)) or _moment(start):
        return None  # which is said of the key itself
    return _refusal(lambda: check_length(read_span(start, end=end, minutes=None, tz=_ANYWHERE)))


def _refusal(reading: Callable[[], object]) -> str | None:
    """What a rule says against a value; None where it takes it."""
    try:
        reading()
    except DomainError as error:
        return error.message
    return None


def _pair(entry: Columns) -> str | None:
    """A worker is kept from a client or from another worker: one of them an entry."""
    if ("client" in entry) == ("other_worker" in entry):
        return "give either client or other_worker"
    return (
        "a worker cannot be kept from themselves"
        if entry.get("worker") == entry.get("other_worker")
        else None
    )


_ANYWHERE = zone("UTC")
_TIME, _END = Key(str, required=True, check=_moment), Key(str, required=True)
_TEXT, _NAME = Key(str), Key(str, required=True, check=_short)
_ID, _TZ = Key(str, required=True, check=_short), Key(str, required=True, check=_zone)
PRACTICE: Mapping[str, Key] = {
    "name": _NAME,
    "tz": _TZ,
    "country": Key(str, check=_one_of("AU", "US")),
    "week_start": Key(str, check=_one_of(*WEEKDAYS)),
}
TABLES: Mapping[str, Mapping[str, Key]] = {
    "region": {"id": _ID, "name": _NAME},
    "asset": {"id": _ID, "name": _NAME, "region": _reference("region"), "quantity": Key(int)},
    "site": {
        "id": _ID, "name": _NAME, "code": _NAME, "tz": _TZ, "address": _TEXT,
        "kind": Key(str, check=_one_of("CLINIC", "ACCOMMODATION", "OTHER")), "pos_code": _TEXT,
        "travel_area": Key(int, least=1, most=7), "holidays": Key(str, check=_holidays),
        "region": _reference("region"),
    },
    "room": {"id": _ID, "name": _NAME, "site": _reference("site", required=True), "capacity": Key(int)},
    "bed": {
        "id": _ID, "name": _NAME, "site": _reference("site", required=True), "room_no": _TEXT,
        "record_type": _choice(RecordType), "bed_type": _TEXT, "min_age": Key(int), "max_age": Key(int),
        "gender": _choice(Gender), "funding": _TEXT, "emergency": Key(bool), "amenities": _TEXT,
        "status": _choice(BedStatus),
    },
    "worker": {
        "id": _ID, "name": _NAME, "tz": _TZ, "email": _TEXT, "active": Key(bool),
        "start_date": Key(date), "end_date": Key(date), "contracted_min": Key(int),
        "contact_type": _choice(ContactType), "shift_acceptance": _choice(AtLimit),
    },
    "client": {
        "id": _ID, "name": _NAME, "internal_id": Key(str, check=_short), "email": _TEXT, "phone": _TEXT,
        "address": _TEXT, "tz": Key(str, check=_zone), "active": Key(bool), "site": _reference("site"),
        "dob": Key(date), "gender": _choice(Gender),
    },
    "blocklist": {
        "id": _ID, "worker": _reference("worker", required=True), "client": _reference("client"),
        "other_worker": _reference("worker"), "active": Key(bool),
    },
    "availability": {
        "id": _ID, "worker": _reference("worker", required=True),
        "hours": Key(str, required=True, check=_hours), "start_date": Key(date, required=True), "end_date": Key(date),
    },
    "ad_hoc_availability": {
        "id": _ID, "worker": _reference("worker", required=True), "start": _TIME, "end": _END,
    },
    "leave": {
        "id": _ID, "worker": _reference("worker", required=True), "start": _TIME, "end": _END,
        "type": _choice(LeaveType), "approved": Key(bool),
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
    "session_type": {
        "id": _ID, "name": _NAME, "billable": Key(bool), "duration_min": Key(int, least=1, most=LONGEST),
        "colour": Key(str, check=_colour), "active": Key(bool),
    },
    "reason": {
        "id": _ID, "text": _NAME, "type": _choice(CancelledBy, required=True), "active": Key(bool),
        "billing": _choice(Billing), "threshold_hours": Key(int), "billable_percent": Key(int, most=100),
        "ndis_code": _choice(NdisCode), "send_notification": Key(bool),
    },
}  # fmt: skip
WHOLES: Mapping[str, Callable[[Columns], str | None]] = {
    "blocklist": _pair,
    "ad_hoc_availability": _span,
    "leave": _span,
}
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
        if name in WHOLES and (why := WHOLES[name](columns)):
            problems.append(f"{where}: {why}")
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
    if isinstance(value, int) and not isinstance(value, bool) and not key.least <= value <= key.most:
        return f"must be from {key.least} to {key.most}"
    return key.check(value) if isinstance(value, str) else None
