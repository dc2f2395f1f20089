"""Read what was driven, as people type it: priya:TO:40:22:tolls=5, or priya:WITH:20:10:vehicle=bus:clients=noor+eva."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.diary.amounts import read_cents, read_number
from adapters.diary.lookup import all_by_ref, by_ref
from model.act import Act
from model.errors import DomainError
from model.people import Client, Worker
from model.session import Session
from model.travel import Direction, Travel, TravelClient, Vehicle, check_travel

_PAID = ("tolls", "parking", "other")
_VEHICLES = {
    "standard": Vehicle.STANDARD,
    "bus": Vehicle.MODIFIED_OR_BUS,
    "modified": Vehicle.MODIFIED_OR_BUS,
}
_KEYS = (*_PAID, "vehicle", "clients", "area")
_FORM = "write it like WORKER:TO:minutes:km:tolls=5, with TO, FROM or WITH"


def read_travel(database: Database, act: Act, session: Session, text: str) -> Travel:
    """One journey of a worker of this session, in the travel area of its site unless another is said."""
    words = text.split(":")
    if len(words) < 4 or words[1].upper() not in Direction.__members__:
        raise DomainError("E_TRAVEL", f'"{text[:60]}" is no travel; {_FORM}')
    worker, direction, minutes, km, *more = words
    extras = _extras(more)
    travel = Travel(
        id=act.new_id(),
        session_id=session.id,
        worker_id=_worker(database, session, worker),
        direction=Direction(direction.upper()),
        minutes=int(read_number(minutes, places=0)),
        km=read_number(km, places=1) if km else Decimal(0),
        vehicle=_vehicle(extras.get("vehicle", "standard")),
        area=_area(session, extras.get("area")),
        **{f"{name}_cents": read_cents(extras.get(name, "0")) for name in _PAID},
    )
    travel.clients = [
        TravelClient(client_id=one) for one in _clients(database, session, extras.get("clients"))
    ]
    check_travel(travel)
    return travel


def _extras(words: list[str]) -> dict[str, str]:
    """What follows the kilometres: a number alone is the tolls."""
    pairs = [word.partition("=") if "=" in word else ("tolls", "=", word) for word in words]
    found = {name: value for name, _, value in pairs}
    if not set(found) <= set(_KEYS) or len(found) < len(pairs):
        raise DomainError("E_TRAVEL", f"After the kilometres come, once each: {', '.join(_KEYS)}")
    return found


def _worker(database: Database, session: Session, ref: str) -> UUID:
    worker = by_ref(database, Worker, ref)
    if worker.id not in {assignment.worker_id for assignment in session.active_workers}:
        raise DomainError("E_WORKER_REQUIRED", "That worker is not assigned to this session; name one who is")
    return worker.id


def _vehicle(word: str) -> Vehicle:
    if word.lower() not in _VEHICLES:
        raise DomainError("E_TRAVEL", f"A vehicle is one of: {', '.join(_VEHICLES)}")
    return _VEHICLES[word.lower()]


def _area(session: Session, text: str | None) -> int | None:
    if text is not None:
        return int(read_number(text, places=0))
    return session.site.travel_area if session.site else None


def _clients(database: Database, session: Session, text: str | None) -> list[UUID]:
    found = [client.id for client in all_by_ref(database, Client, text.split("+") if text else [])]
    if not set(found) <= {attendance.client_id for attendance in session.active_clients}:
        raise DomainError(
            "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
        )
    return list(dict.fromkeys(found))
