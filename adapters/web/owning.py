"""Whose an object in a path is: the caller's own, or not. Asked in the query, by id (FAILURES G14)."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, select, true
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.tokens import Caller
from model.attendance import Assignment, SessionClient, SessionWorker
from model.booking import BookingRequest
from model.details import Kind
from model.inbound import InboundChange
from model.link import CalendarLink
from model.offer import Offer
from model.session import Session

Check = Callable[[Caller, str], ColumnElement[bool]]
_GONE = (Assignment.CANCELLED, Assignment.DECLINED)
_NOTHING = UUID(int=0)


def owns(sessions: Sessions, caller: Caller, named: Mapping[str, object]) -> bool:
    """Whether all that a path names is the caller's; of what nobody can own nothing is."""
    checks = [(OWNED.get(name), str(value)) for name, value in named.items()]
    with reading(sessions) as database:
        return all(check is not None and _holds(database, check(caller, value)) for check, value in checks)


def _holds(database: Database, condition: ColumnElement[bool]) -> bool:
    return bool(database.scalar(select(condition)))


def _session(caller: Caller, value: str) -> ColumnElement[bool]:
    """A session is of the workers who are on it, and of the clients who attend."""
    return exists().where(Session.id == _uuid(value), mine(caller))


def mine(caller: Caller) -> ColumnElement[bool]:
    """Of a query over sessions: those of the caller. Who declined or cancelled is not on it any more."""
    if caller.client_id is not None:
        theirs = SessionClient.session_id == Session.id, SessionClient.client_id == caller.client_id
        return exists().where(*theirs)
    on_it = SessionWorker.session_id == Session.id, SessionWorker.worker_id == caller.worker_id
    return exists().where(*on_it, SessionWorker.status.not_in(_GONE))


def _worker(caller: Caller, value: str) -> ColumnElement[bool]:
    return true() if caller.worker is not None and caller.worker == value else false()


def _link(caller: Caller, value: str) -> ColumnElement[bool]:
    return exists().where(CalendarLink.ref == value, CalendarLink.worker_id == caller.worker_id)


def _change(caller: Caller, value: str) -> ColumnElement[bool]:
    """A change came from a link, and is of its worker."""
    mine = CalendarLink.id == InboundChange.link_id, CalendarLink.worker_id == caller.worker_id
    return exists().where(InboundChange.ref == value, *mine)


def _offer(caller: Caller, value: str) -> ColumnElement[bool]:
    return exists().where(Offer.ref == value, Offer.worker_id == caller.worker_id)


def _event(caller: Caller, value: str) -> ColumnElement[bool]:
    """An Other Event is of its worker; a session with a client is never one."""
    its = Session.id == _uuid(value), Session.kind == Kind.OTHER_EVENT
    return exists().where(*its, mine(caller))


def _asked(caller: Caller, value: str) -> ColumnElement[bool]:
    """What a client asked for is theirs."""
    its = BookingRequest.ref == value, BookingRequest.client_id == caller.client_id
    return exists().where(*its)


def _uuid(value: str) -> UUID:
    """What is no id is of nobody; the route says so in its own words to whoever may ask."""
    try:
        return UUID(value)
    except ValueError:
        return _NOTHING


OWNED: Mapping[str, Check] = {
    "session": _session,
    "worker": _worker,
    "link": _link,
    "change": _change,
    "offer": _offer,
    "event": _event,
    "asked": _asked,
}
