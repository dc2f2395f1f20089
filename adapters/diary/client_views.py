"""What clients are shown online: what can be booked and with whom, their own sessions to come, and what a change would
cost. Names of workers, types and sites; nobody else's, and nothing that staff wrote down.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_sessions
from adapters.diary.client_changes import (
    Mine,
    appointment_of,
    cancel_as,
    check_changeable,
    check_changes_allowed,
    own,
)
from adapters.diary.lookup import by_ref
from adapters.diary.slots import Wanted, as_far, offered, terms_for
from model.act import Act
from model.appointment_type import AppointmentType
from model.attendance import Attendance, SessionClient
from model.booking import BookingRequest, RequestState
from model.cancellation import CancellationReason, CancelledBy
from model.details import Kind, LocationType, Status
from model.errors import DomainError
from model.people import Client, Worker
from model.practice import Practice, Site
from model.reserved_slot import ReservedSlot
from model.session import Session
from sync.settings import BookingSettings, Settings

MOST_SHOWN = 50
_TO_COME = (Status.PENDING, Status.ROSTERED, Status.IN_PROGRESS)


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something to choose: its id and its name, and of types how long they take."""

    ref: str
    name: str
    minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be booked, with whom, and what the places are called."""

    practice: str
    types: tuple[Named, ...] = ()
    workers: tuple[Named, ...] = ()
    sites: tuple[Named, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A client's session to come. `waiting`: nobody has answered their `request` yet. `why`: what keeps them from
    changing it by themselves."""

    id: UUID
    start: datetime
    end: datetime
    tz: str
    workers: tuple[str, ...]
    place: str
    url: str
    waiting: bool
    request: str
    can_move: bool
    can_cancel: bool
    why: str


def name_of_practice(sessions: Sessions) -> str:
    with reading(sessions) as database:
        return _practice(database)


def choices(sessions: Sessions) -> Choices:
    """The types that are offered, and the workers who have windows."""
    with reading(sessions) as database:
        types = database.scalars(
            select(AppointmentType).where(AppointmentType.active).order_by(AppointmentType.name)
        )
        has_window = exists().where(ReservedSlot.worker_id == Worker.id)
        workers = database.scalars(
            select(Worker).where(Worker.active, has_window).order_by(Worker.name, Worker.ref)
        )
        return Choices(
            practice=_practice(database),
            types=tuple(Named(ref=one.ref, name=one.name, minutes=one.length_min) for one in types),
            workers=tuple(Named(ref=one.ref, name=one.name) for one in workers),
            sites=tuple(Named(ref=one.ref, name=one.name) for one in database.scalars(select(Site))),
        )


def coming(
    sessions: Sessions, act: Act, client_id: UUID, rules: BookingSettings, *, only: UUID | None = None
) -> list[Coming]:
    """A client's sessions that have not begun, in order of time; `only`: that one, if it is one of them."""
    query = _to_come(client_id, act).limit(MOST_SHOWN)
    with reading(sessions) as database:
        rows = load_sessions(
            database, database.scalars(query if only is None else query.where(Session.id == only))
        )
        waiting = BookingRequest.client_id == client_id, BookingRequest.state == RequestState.PENDING
        asked = {one.session_id: one.ref for one in database.scalars(select(BookingRequest).where(*waiting))}
        client = database.get_one(Client, client_id)
        return [_coming(row, client, act, rules, asked.get(row.id, "")) for row in rows]


def coming_one(
    sessions: Sessions, act: Act, client_id: UUID, session_id: UUID, rules: BookingSettings
) -> Coming:
    """One of them; of others nobody learns that they are there (FAILURES G15)."""
    found = coming(sessions, act, client_id, rules, only=session_id)
    if not found:
        raise DomainError(
            "E_NOT_FOUND", "There is no such appointment, or it is not to come any more; choose another"
        )
    return found[0]


def times_to_move(
    sessions: Sessions, act: Act, session: str, client: str, settings: Settings, *, since: datetime | None
) -> list[datetime]:
    """The other starts that this session can be moved to, on the clock of where it would be."""
    rules = settings.booking
    check_changes_allowed(rules)
    with reading(sessions) as database:
        who = by_ref(database, Client, client)
        row = own(database, act, session, who, rules)
        what = appointment_of(row, who)
        begin = max(since or act.now, act.now)
        wanted = Wanted(
            terms=terms_for(act, rules, length_min=what.length_min, padding_min=what.padding_min),
            since=begin, until=as_far(begin, act, rules), type_id=what.type_id, client_id=who.id,
            without=row.id,
        )  # fmt: skip
        found = offered(database, act, [what.worker], wanted, rules)
        free = {one.candidate.start: one.candidate.window.tz for one in found if one.candidate.free}
    return [start.astimezone(free[start]) for start in sorted(free) if start != row.starts_at]


def cost_of_cancelling(
    sessions: Sessions, act: Act, session: str, client: str, reason: str, settings: Settings
) -> int:
    """What cancelling now would be charged, in cents: it is done, and rolled back."""
    check_changes_allowed(settings.booking)
    with sessions() as database:
        try:
            who = by_ref(database, Client, client)
            mine = Mine(client=who, row=own(database, act, session, who, settings.booking))
            return cancel_as(database, act, mine, reason, settings)
        finally:
            database.rollback()


def reasons_of_clients(sessions: Sessions) -> tuple[Named, ...]:
    """What clients choose from where the practice names no reason for all of them (`booking.cancel_reason`)."""
    query = select(CancellationReason).where(
        CancellationReason.type == CancelledBy.CLIENT, CancellationReason.active
    )
    with reading(sessions) as database:
        rows = database.scalars(query.order_by(CancellationReason.text, CancellationReason.ref))
        return tuple(Named(ref=one.ref, name=one.text) for one in rows)


def _practice(database: Database) -> str:
    return database.scalar(select(Practice.name)) or ""


def _to_come(client_id: UUID, act: Act) -> Select[UUID]:
    return (
        select(Session.id)
        .where(Session.starts_at > act.now, Session.kind == Kind.CLIENT_SESSION, Session.status.in_(_TO_COME))
        .where(_takes_part(client_id))
        .order_by(Session.starts_at, Session.id)
    )


def _takes_part(client_id: UUID) -> ColumnElement[bool]:
    theirs = SessionClient.session_id == Session.id, SessionClient.client_id == client_id
    return exists().where(*theirs, SessionClient.status != Attendance.CANCELLED)


def _coming(row: Session, client: Client, act: Act, rules: BookingSettings, request: str) -> Coming:
    span, waits = row.span, row.status is Status.PENDING
    can_cancel, why = _may(row, client, act, rules, move=False)
    can_move, why_not = _may(row, client, act, rules, move=True)
    return Coming(
        id=row.id, start=row.starts_at.astimezone(span.tz), end=row.ends_at.astimezone(span.tz), tz=row.tz,
        workers=tuple(one.worker.name for one in row.active_workers), place=_place(row), url=_url(row),
        waiting=waits, request=request, can_move=can_move and not waits, can_cancel=can_cancel or bool(request),
        why="" if waits else why or why_not,
    )  # fmt: skip


def _may(row: Session, client: Client, act: Act, rules: BookingSettings, *, move: bool) -> tuple[bool, str]:
    """Whether they may, and the code of what keeps them from it."""
    try:
        check_changes_allowed(rules)
        check_changeable(row, act, rules)
        if move:
            appointment_of(row, client)
    except DomainError as refused:
        return False, refused.code
    return True, ""


def _place(row: Session) -> str:
    """Where to go; an address of a client is theirs, and not repeated."""
    if row.location_type is LocationType.TELEHEALTH:
        return "online"
    if row.location_type is LocationType.CLIENT_ADDRESS:
        return "at your address"
    if row.site is None:
        return ""
    return f"{row.site.name}, {row.site.address}" if row.site.address else row.site.name


def _url(row: Session) -> str:
    """Where to join; nothing that is no web address (FAILURES G17)."""
    online = row.location_type is LocationType.TELEHEALTH and row.url.startswith("https://")
    return row.url if online else ""
