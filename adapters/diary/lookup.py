"""Find rows by what people call them: the practice's own ids, and the beginnings of session ids."""

import re
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_bookings, load_series, load_session
from model.appointment_type import AppointmentType
from model.asset import Asset
from model.bed import Bed
from model.cancellation import CancellationReason
from model.errors import DomainError
from model.group_template import GroupTemplate
from model.moment import zone
from model.people import Client, Worker
from model.practice import Practice, Region, Room, Site
from model.series import Series
from model.service import Service
from model.session import Session
from model.session_type import SessionType
from model.stay import BedBooking

_Named = TypeVar(
    "_Named",
    Worker,
    Client,
    Site,
    Room,
    Region,
    Asset,
    Bed,
    Service,
    GroupTemplate,
    CancellationReason,
    SessionType,
    AppointmentType,
)
_KNOWN = "known by ref"
_PREFIX = re.compile(r"[0-9a-f]{4,32}")


def by_ref(database: Database, noun: type[_Named], ref: str) -> _Named:
    """The one row with this id of the practice's."""
    known = database.info.get(_KNOWN, {}).get((noun, ref))
    if isinstance(known, noun):
        return known
    found = database.scalar(select(noun).where(noun.ref == ref))
    if found is None and noun is Client:
        found = database.scalar(select(noun).where(Client.internal_id == ref))
    if found is None:
        raise DomainError("E_NOT_FOUND", f'There is no {_word(noun)} "{ref[:60]}"')
    return found


def remember_all(database: Database) -> None:
    """Let `by_ref` answer from what is read once, in this transaction: thousands of sessions name the same hundreds."""
    _remember(database, Worker)
    _remember(database, Client)
    _remember(database, Service)
    _remember(database, Asset)
    _remember(database, Region)
    _remember(database, Site)
    _remember(database, Room)
    _remember(database, Bed)
    _remember(database, SessionType)
    _remember(database, CancellationReason)


def _remember(database: Database, noun: type[_Named]) -> None:
    known = database.info.setdefault(_KNOWN, {})
    known.update({(noun, row.ref): row for row in database.scalars(select(noun))})


def all_by_ref(database: Database, noun: type[_Named], refs: Iterable[str]) -> list[_Named]:
    """Several rows, in the order they were named."""
    return [by_ref(database, noun, ref) for ref in refs]


def practice_zone(database: Database) -> ZoneInfo:
    """Where the practice's clocks are; UTC until one was imported."""
    found = database.scalar(select(Practice.tz))
    return zone(found) if found else ZoneInfo("UTC")


def worker_zone(database: Database, ref: str) -> ZoneInfo:
    return zone(by_ref(database, Worker, ref).tz)


def find_session(database: Database, text: str) -> Session:
    """The session whose id begins with `text` (four digits or more), with everything that belongs to it."""
    session = load_session(database, _beginning_with(database, text, Session, "session"))
    if session is None:
        raise DomainError("E_NOT_FOUND", f'There is no session "{text[:40]}"')
    return session


def find_booking(database: Database, text: str) -> BedBooking:
    """The bed booking whose id begins with `text`, with everything that belongs to it."""
    booking_id = _beginning_with(database, text, BedBooking, "bed booking")
    return load_bookings(database, [booking_id])[0]


def _beginning_with(database: Database, text: str, noun: type[Session] | type[BedBooking], word: str) -> UUID:
    """The one id that begins like this."""
    low, high = ids_from(text, word)
    found = database.scalars(select(noun.id).where(noun.id.between(low, high)).limit(2)).all()
    if len(found) > 1:
        raise DomainError("E_AMBIGUOUS", f'Several {word}s begin with "{text[:40]}"; write more of the id')
    if not found:
        raise DomainError("E_NOT_FOUND", f'There is no {word} "{text[:40]}"')
    return found[0]


def ids_from(text: str, word: str = "session") -> tuple[UUID, UUID]:
    """The first and the last id that begin with `text`."""
    digits = text.strip().lower().replace("-", "")
    if not _PREFIX.fullmatch(digits):
        raise DomainError("E_NOT_FOUND", f'"{text[:40]}" is not a {word} id, or shorter than four digits')
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def series_of(database: Database, session: Session) -> Series | None:
    """The series an occurrence belongs to, with everything that belongs to it."""
    return load_series(database, session.series_id) if session.series_id else None


def _word(noun: type[object]) -> str:
    words = {
        "CancellationReason": "cancellation reason", "GroupTemplate": "group template",
        "SessionType": "session type", "AppointmentType": "appointment type",
    }  # fmt: skip
    return words.get(noun.__name__, noun.__name__.lower())
