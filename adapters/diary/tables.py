"""What each table of a practice file may hold: its columns. It stands here once; nothing here knows the database, nor
files. What must be true of an entry as a whole is `wholes`'.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from adapters.diary.cells import colour, holiday_calendar, hours, moment, one_of, short, time_zone, until
from adapters.practice_set.key import Key, dated
from model.acceptance import AtLimit
from model.appointment_type import LONGEST_PADDING
from model.availability import LeaveType
from model.bed import BedStatus, RecordType
from model.bill import PaymentKind
from model.cancellation import Billing, CancelledBy, NdisCode, Rules
from model.details import Kind, LocationType, ShowAs, WorkType
from model.moment import WEEKDAYS
from model.offer import ANSWERS
from model.people import ContactType, Gender
from model.service import CancelRule, DeliveryMethod, Unit
from model.session_type import LONGEST

Columns = dict[str, object]


def _reference(table: str, *, required: bool = False) -> Key:
    return Key(str, required=required, check=short, refers=table)


def _references(table: str, *, counted: bool = False) -> Key:
    return Key(list, check=short, refers=table, counted=counted)


def _days_of(table: str) -> Key:
    """What may repeat, each with the day that is meant of it."""
    return Key(list, required=True, check=lambda text: short(dated(text)[0]), refers=table, dated=True)


def _choice(words: type[StrEnum], *, required: bool = False) -> Key:
    return Key(str, required=required, check=one_of(*words), choice=words)


_TIME, _END = Key(str, required=True, check=moment), Key(str, required=True, check=until)
_CLOCK = Key(str, check=until)
_TEXT, _NAME = Key(str), Key(str, required=True, check=short)
_ID, _TZ = Key(str, required=True, check=short), Key(str, required=True, check=time_zone)
PRACTICE: Mapping[str, Key] = {
    "name": _NAME,
    "tz": _TZ,
    "country": Key(str, check=one_of("AU", "US")),
    "week_start": Key(str, check=one_of(*WEEKDAYS)),
}
TABLES: Mapping[str, Mapping[str, Key]] = {
    "region": {"id": _ID, "name": _NAME},
    "asset": {"id": _ID, "name": _NAME, "region": _reference("region"), "quantity": Key(int)},
    "site": {
        "id": _ID, "name": _NAME, "code": _NAME, "tz": _TZ, "address": _TEXT,
        "kind": Key(str, check=one_of("CLINIC", "ACCOMMODATION", "OTHER")), "pos_code": _TEXT,
        "travel_area": Key(int, least=1, most=7), "holidays": Key(str, check=holiday_calendar),
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
        "id": _ID, "name": _NAME, "internal_id": Key(str, check=short), "email": _TEXT, "phone": _TEXT,
        "address": _TEXT, "tz": Key(str, check=time_zone), "active": Key(bool), "site": _reference("site"),
        "sites": _references("site"), "dob": Key(date), "gender": _choice(Gender), "allow_email": Key(bool),
        "allow_phone": Key(bool), "allow_text": Key(bool), "allow_ics": Key(bool),
    },
    "blocklist": {
        "id": _ID, "worker": _reference("worker", required=True), "client": _reference("client"),
        "other_worker": _reference("worker"), "active": Key(bool),
    },
    "availability": {
        "id": _ID, "worker": _reference("worker", required=True),
        "hours": Key(str, required=True, check=hours), "start_date": Key(date, required=True), "end_date": Key(date),
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
        "colour": Key(str, check=colour), "active": Key(bool),
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
        "tz": Key(str, check=time_zone), "rule": _TEXT,
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
        "no_show": Key(bool), "reason": _reference("reason", required=True), "advised": Key(str, check=moment),
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
        "answer": Key(str, check=one_of(*ANSWERS)), "picked": Key(bool),
    },
    "bed_booking": {
        "id": _ID, "bed": _reference("bed", required=True), "client": _reference("client", required=True),
        "start": _TIME, "end": Key(str, required=True, check=moment),
        "nightly": _references("service", counted=True), "services": _references("service", counted=True),
    },
    "bed_hold": {
        "id": _ID, "booking": _reference("bed_booking", required=True), "first_night": Key(date, required=True),
        "until": Key(date, required=True), "reason": _TEXT, "ended": Key(bool),
    },
    "base_roster": {
        "id": _ID, "name": _NAME, "weeks": Key(int, required=True), "start_date": Key(date, required=True),
        "tz": Key(str, check=time_zone), "budget_cents": Key(int),
    },
    "roster_slot": {
        "id": _ID, "base": _reference("base_roster", required=True), "week": Key(int, required=True),
        "weekday": Key(str, required=True, check=one_of(*WEEKDAYS)), "start": Key(str, required=True),
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
