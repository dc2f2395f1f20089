"""What each table of a practice file may hold: its columns, and what must be true of an entry by itself.

It stands here once; nothing here knows the database, nor files.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum

from adapters.diary import holidays
from adapters.diary.times import read_moment, read_span
from adapters.practice_set.key import Key, dated
from model.acceptance import AtLimit
from model.appointment_type import LONGEST_PADDING
from model.availability import LeaveType, read_windows
from model.bed import BedStatus, RecordType
from model.bill import PaymentKind
from model.cancellation import Billing, CancelledBy, NdisCode, Rules
from model.details import Kind, LocationType, ShowAs, WorkType, check_length
from model.errors import DomainError
from model.moment import WEEKDAYS, zone
from model.offer import ANSWERS
from model.people import ContactType, Gender
from model.service import CancelRule, DeliveryMethod, Unit
from model.session_type import LONGEST, check_colour

Columns = dict[str, object]


def _reference(table: str, *, required: bool = False) -> Key:
    return Key(str, required=required, check=_short, refers=table)


def _references(table: str, *, counted: bool = False) -> Key:
    return Key(list, check=_short, refers=table, counted=counted)


def _days_of(table: str) -> Key:
    """What may repeat, each with the day that is meant of it."""
    return Key(list, required=True, check=lambda text: _short(dated(text)[0]), refers=table, dated=True)


def _choice(words: type[StrEnum], *, required: bool = False) -> Key:
    return Key(str, required=required, check=_one_of(*words), choice=words)


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
    return _year(value) or _refusal(lambda: read_moment(value, _ANYWHERE))


def _until(value: str) -> str | None:
    """The end of a time, which may be a time of the same day."""
    return _year(value) if len(value.strip()) > len("10:50") else None


def _year(value: str) -> str | None:
    """Other years are slips of the finger, and beyond what clocks of all zones can say."""
    written = value.strip()[:4]
    return "a year from 1970 to 2199" if written.isdecimal() and not 1970 <= int(written) <= 2199 else None


def _span(entry: Columns) -> str | None:
    """From a day to a day, or from a time to a time, and not backwards."""
    start, end, minutes = entry.get("start"), entry.get("end"), entry.get("minutes")
    if not isinstance(start, str) or _moment(start):
        return None  # which is said of the key itself
    until, lasts = end if isinstance(end, str) else None, minutes if isinstance(minutes, int) else None
    if until is not None and _until(until):
        return None
    return _refusal(lambda: check_length(read_span(start, end=until, minutes=lasts, tz=_ANYWHERE)))


def _what(entry: Columns) -> str | None:
    """What is planned is a service, or what a group template says."""
    return "give either service or template" if ("service" in entry) == ("template" in entry) else None


def _billed(entry: Columns) -> str | None:
    """A bill is about something."""
    return "name a session in sessions" if entry.get("sessions") == [] else None


def _not_held(entry: Columns) -> str | None:
    """Somebody cancelled, and said so; or nobody did, and a client did not come. Another fee says why."""
    missed = entry.get("no_show") is True
    if missed == ("by" in entry):
        return "give either by or no_show = true"
    if missed and (said := sorted(_ADVISED & entry.keys())):
        return f"who does not come has advised nobody: leave {', '.join(said)} out"
    return (
        "give fee_cents and fee_note, or neither" if ("fee_cents" in entry) != ("fee_note" in entry) else None
    )


def _own_time(entry: Columns) -> str | None:
    """Somebody comes later than the session begins, or leaves before it ends."""
    return None if "start" in entry or "end" in entry else "give start, end or both"


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


def _homes(entry: Columns) -> str | None:
    """Somebody has one site, several, or none."""
    return "give either site or sites" if "site" in entry and "sites" in entry else None


_ANYWHERE = zone("UTC")
_ADVISED = {"advised", "worker", "note", "rules", "alternative_work_found", "worker_paid"}
_TIME, _END = Key(str, required=True, check=_moment), Key(str, required=True, check=_until)
_CLOCK = Key(str, check=_until)
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
        "contact_type": _choice(ContactType), "shift_acceptance": _choice(AtLimit), "site": _reference("site"),
        "sites": _references("site"),
    },
    "client": {
        "id": _ID, "name": _NAME, "internal_id": Key(str, check=_short), "email": _TEXT, "phone": _TEXT,
        "address": _TEXT, "tz": Key(str, check=_zone), "active": Key(bool), "site": _reference("site"),
        "sites": _references("site"), "dob": Key(date), "gender": _choice(Gender), "allow_email": Key(bool),
        "allow_phone": Key(bool), "allow_text": Key(bool), "allow_ics": Key(bool),
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
        "id": _ID, "name": _NAME, "service": _reference("service", required=True),
        "ratio": Key(int, required=True, least=1),
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
    "appointment_type": {
        "id": _ID, "name": _NAME, "length_min": Key(int, required=True, least=1, most=LONGEST),
        "padding_min": Key(int, most=LONGEST_PADDING), "service": _reference("service"), "active": Key(bool),
    },
    "reserved_slot": {
        "id": _ID, "worker": _reference("worker", required=True), "start": _TIME, "end": _END, "rule": _TEXT,
        "types": _references("appointment_type"), "site": _reference("site"), "room": _reference("room"),
        "asset": _reference("asset"),
    },
    "reason": {
        "id": _ID, "text": _NAME, "type": _choice(CancelledBy, required=True), "active": Key(bool),
        "billing": _choice(Billing), "threshold_hours": Key(int), "billable_percent": Key(int, most=100),
        "ndis_code": _choice(NdisCode), "send_notification": Key(bool),
    },
    "session": {
        "id": _ID, "start": _TIME, "end": _CLOCK, "minutes": Key(int, least=1),
        "tz": Key(str, check=_zone), "rule": _TEXT,
        "kind": _choice(Kind), "work_type": _choice(WorkType), "workers": _references("worker"),
        "clients": _references("client"), "site": _reference("site"), "room": _reference("room"),
        "region": _reference("region"), "assets": _references("asset", counted=True),
        "location_type": _choice(LocationType), "address": _TEXT, "location": _TEXT, "url": _TEXT, "subject": _TEXT,
        "description": _TEXT, "employee_message": _TEXT, "medium": _TEXT, "contact_with": _TEXT,
        "show_as": _choice(ShowAs), "rostered": Key(bool), "live": Key(bool), "billable": Key(bool),
        "session_type": _reference("session_type"), "service_types": Key(list), "comments": _TEXT,
        "activities": Key(list), "instructions": _TEXT, "reminders": Key(list), "session_bridge": Key(bool),
    },
    "planned_service": {
        "id": _ID, "session": _reference("session", required=True), "service": _reference("service"),
        "template": _reference("group_template"), "clients": _references("client"), "ratio": Key(int, least=1),
        "method": _choice(DeliveryMethod), "quantity": _TEXT, "claim_type": _TEXT, "travel": Key(bool),
        "primary": Key(bool),
    },
    "ad_hoc_service": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date),
        "service": _reference("service", required=True), "clients": _references("client"),
        "ratio": Key(int, least=1), "method": _choice(DeliveryMethod, required=True), "quantity": _TEXT,
        "rate_cents": Key(int, required=True), "claim_type": Key(str, required=True), "travel": Key(bool),
        "primary": Key(bool),
    },
    "worker_time": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date),
        "worker": _reference("worker", required=True), "start": _CLOCK, "end": _CLOCK,
    },
    "in_shift": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date),
        "shift": _reference("session", required=True),
    },
    "cancellation": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date), "by": _choice(CancelledBy),
        "no_show": Key(bool), "reason": _reference("reason", required=True), "advised": Key(str, check=_moment),
        "client": _reference("client"), "worker": _reference("worker"), "note": _TEXT, "rules": _choice(Rules),
        "alternative_work_found": Key(bool), "worker_paid": Key(bool), "fee_cents": Key(int), "fee_note": _TEXT,
    },
    "completion": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date), "actual_start": _CLOCK,
        "actual_end": _CLOCK, "attended": _references("client"), "no_show": _references("client"),
        "portions": Key(list), "spread": Key(bool), "travels": Key(list),
    },
    "note": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date), "diagnosis": Key(list),
        "signed": Key(bool),
    },
    "bill": {
        "id": _ID, "sessions": _days_of("session"), "client": _reference("client"),
        "service": _reference("service"), "amount_cents": Key(int, least=1), "modifiers": Key(list),
    },
    "payment": {
        "id": _ID, "bill": _reference("bill", required=True), "amount_cents": Key(int, least=1),
        "kind": _choice(PaymentKind),
    },
    "offer": {
        "id": _ID, "session": _reference("session", required=True), "day": Key(date),
        "worker": _reference("worker", required=True), "send": Key(bool),
        "answer": Key(str, check=_one_of(*ANSWERS)), "picked": Key(bool),
    },
    "bed_booking": {
        "id": _ID, "bed": _reference("bed", required=True), "client": _reference("client", required=True),
        "start": _TIME, "end": Key(str, required=True, check=_moment),
        "nightly": _references("service", counted=True), "services": _references("service", counted=True),
    },
    "bed_hold": {
        "id": _ID, "booking": _reference("bed_booking", required=True), "first_night": Key(date, required=True),
        "until": Key(date, required=True), "reason": _TEXT, "ended": Key(bool),
    },
    "base_roster": {
        "id": _ID, "name": _NAME, "weeks": Key(int, required=True), "start_date": Key(date, required=True),
        "tz": Key(str, check=_zone), "budget_cents": Key(int),
    },
    "roster_slot": {
        "id": _ID, "base": _reference("base_roster", required=True), "week": Key(int, required=True),
        "weekday": Key(str, required=True, check=_one_of(*WEEKDAYS)), "start": Key(str, required=True),
        "minutes": Key(int, required=True), "workers": _references("worker"), "clients": _references("client"),
        "work_type": _choice(WorkType), "subject": _TEXT, "site": _reference("site"), "room": _reference("room"),
        "assets": _references("asset", counted=True), "shift": Key(bool), "activities": Key(list),
    },
    "roster_slot_service": {
        "id": _ID, "slot": _reference("roster_slot", required=True),
        "service": _reference("service", required=True), "clients": _references("client"),
        "ratio": Key(int, least=1), "method": _choice(DeliveryMethod), "quantity": _TEXT, "claim_type": _TEXT,
        "travel": Key(bool), "primary": Key(bool),
    },
    "roster_period": {
        "id": _ID, "base": _reference("base_roster", required=True), "start_date": Key(date, required=True),
        "publish": Key(bool), "budget_cents": Key(int),
    },
}  # fmt: skip
WHOLES: Mapping[str, Callable[[Columns], str | None]] = {
    "worker": _homes,
    "client": _homes,
    "blocklist": _pair,
    "ad_hoc_availability": _span,
    "leave": _span,
    "session": _span,
    "planned_service": _what,
    "worker_time": _own_time,
    "cancellation": _not_held,
    "bill": _billed,
}
