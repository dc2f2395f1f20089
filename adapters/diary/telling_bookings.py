"""Queue what is said about online bookings, in their transaction: to the worker, where the practice wants that, and to
the client (003-03).

A message names a session and a kind; what may be said in it is decided when it is sent, at the level of the worker's
link. A client without an e-mail address is told nothing.
"""

from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.diary.outbox import Recipient, Said, queue
from adapters.diary.views import written
from model.act import Act
from model.base import Json
from model.booking import BookingRequest
from model.message import Kind
from model.moment import in_zone
from model.people import Client, Worker
from model.session import Session
from sync.settings import BookingSettings

_LONGEST_WORDS = 500


def tell_booked(database: Database, act: Act, row: Session, settings: BookingSettings) -> None:
    """A time was booked."""
    _tell_workers(database, act, row, settings, Kind.BOOKING_MADE, f"booked:{row.id}")
    _tell_clients(database, act, row, Kind.BOOKING_MADE, f"booked:{row.id}")


def tell_moved(
    database: Database, act: Act, row: Session, settings: BookingSettings, *, was: str, move: UUID
) -> None:
    """A client took another time; `move` names this move among others of the session."""
    parameters: Json = {"was": was}
    _tell_workers(database, act, row, settings, Kind.BOOKING_MOVED, f"rebooked:{move}", parameters)
    _tell_clients(database, act, row, Kind.BOOKING_MOVED, f"rebooked:{move}", parameters)


def tell_cancelled(
    database: Database, act: Act, row: Session, client: Client, settings: BookingSettings, *, by: UUID
) -> None:
    """A client cancelled; others who take part are not told by this."""
    _tell_workers(database, act, row, settings, Kind.BOOKING_CANCELLED, f"cancelled:{by}")
    _say(database, act, client, Kind.BOOKING_CANCELLED, f"cancelled:{by}", row.id)


def tell_requested(
    database: Database, act: Act, row: Session, request: BookingRequest, settings: BookingSettings
) -> None:
    """A time was asked for: the worker has to answer."""
    parameters: Json = {"start": _start(row), "tz": row.tz}
    _tell_workers(database, act, row, settings, Kind.REQUEST_MADE, f"requested:{request.id}", parameters)


def tell_accepted(database: Database, act: Act, row: Session, request: BookingRequest) -> None:
    """The client is told, also of another time than was asked for."""
    client = database.get_one(Client, request.client_id)
    _say(database, act, client, Kind.REQUEST_ACCEPTED, f"accepted:{request.id}", row.id)


def tell_declined(database: Database, act: Act, request: BookingRequest) -> None:
    """The client is told, with the words that were said to it."""
    client, span = database.get_one(Client, request.client_id), request.span
    parameters: Json = {"start": written(in_zone(span.start, span.tz)), "tz": request.tz}
    if request.message:
        parameters["words"] = request.message[:_LONGEST_WORDS]
    _say(database, act, client, Kind.REQUEST_DECLINED, f"declined:{request.id}", None, parameters)


def _tell_workers(
    database: Database,
    act: Act,
    row: Session,
    settings: BookingSettings,
    kind: Kind,
    key: str,
    parameters: Json | None = None,
) -> None:
    for one in row.workers if settings.notify_email else ():
        _say(database, act, one.worker, kind, f"{key}:worker:{one.worker_id}", row.id, parameters)


def _tell_clients(
    database: Database, act: Act, row: Session, kind: Kind, key: str, parameters: Json | None = None
) -> None:
    for one in row.active_clients:
        _say(database, act, one.client, kind, key, row.id, parameters)


def _say(
    database: Database,
    act: Act,
    to: Recipient,
    kind: Kind,
    key: str,
    session_id: UUID | None,
    parameters: Json | None = None,
) -> None:
    if not isinstance(to, Client | Worker) or not to.email:
        return
    key = key if isinstance(to, Worker) else f"{key}:client:{to.id}"
    queue(database, act, Said(kind=kind, key=key, to=to, session_id=session_id, parameters=parameters))


def _start(row: Session) -> str:
    return written(in_zone(row.span.start, row.span.tz))
