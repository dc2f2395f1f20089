"""Answer what clients asked for (R64, REQUEST): accept, also at another time, decline with words, withdraw, expire.

What is accepted becomes a session like others; what is not leaves the diary, and its record stays.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.changing import Move, span_to
from adapters.diary.choosing import plan_service
from adapters.diary.conflicts import overlaps, refusals
from adapters.diary.lookup import by_ref, find_session
from adapters.diary.pages import Paged, Position, beyond, cut
from adapters.diary.presence import check_availability
from adapters.diary.staffing import check_eligibility
from adapters.diary.telling_bookings import tell_accepted, tell_declined
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed, written
from adapters.diary.waiving import refuse_or_waive
from model.act import Act
from model.appointment_type import AppointmentType
from model.booking import BookingRequest, RequestState
from model.details import Status
from model.errors import DomainError
from model.moment import in_zone
from model.people import Client, Worker
from model.session import Session
from sync.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """One request; the client by their internal id."""

    ref: str
    state: str
    client: str
    worker: str
    type: str
    start: str
    session_id: UUID | None
    moves: UUID | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which requests: of one worker or all, of one client or all, in one state or any."""

    worker: str | None = None
    client: str | None = None
    state: RequestState | None = None


def list_requests(
    sessions: Sessions, *, worker: str | None = None, state: RequestState | None = None
) -> list[RequestView]:
    """Requests in order of their start."""
    with reading(sessions) as database:
        query = _found(database, Sought(worker=worker, state=state))
        rows = database.execute(query.order_by(BookingRequest.starts_at, BookingRequest.ref))
        return [_shown(*row) for row in rows]


def page_of_requests(
    sessions: Sessions, sought: Sought, *, after: Position | None, limit: int
) -> Paged[RequestView]:
    """The same, page by page."""
    at, by = BookingRequest.starts_at, BookingRequest.id
    with reading(sessions) as database:
        query = _found(database, sought).where(beyond(at, by, after)).order_by(at, by)
        found = database.execute(query.limit(limit + 1)).all()
    some = cut(found, limit, lambda row: Position(at=row[0].starts_at, id=row[0].id))
    return Paged(rows=[_shown(*row) for row in some.rows], following=some.following)


def _found(database: Database, sought: Sought) -> Select[BookingRequest, str, str, str | None]:
    query = (
        select(BookingRequest, Client.internal_id, Worker.ref, AppointmentType.ref)
        .join(Client, Client.id == BookingRequest.client_id)
        .join(Worker, Worker.id == BookingRequest.worker_id)
        .join(AppointmentType, AppointmentType.id == BookingRequest.type_id, isouter=True)
    )
    if sought.worker is not None:
        query = query.where(Worker.id == by_ref(database, Worker, sought.worker).id)
    if sought.client is not None:
        query = query.where(Client.id == by_ref(database, Client, sought.client).id)
    return query if sought.state is None else query.where(BookingRequest.state == sought.state)


def _shown(one: BookingRequest, client: str, worker: str, of_type: str | None) -> RequestView:
    return RequestView(
        ref=one.ref, state=one.state, client=client, worker=worker, type=of_type or "",
        start=written(in_zone(one.span.start, one.span.tz)), session_id=one.session_id, moves=one.moves_id,
        message=one.message,
    )  # fmt: skip


def accept(sessions: Sessions, act: Act, ref: str, to: Move, settings: Settings) -> Changed:
    """Say yes, at the time that was asked for or at another; what staff would be warned of is warned of."""
    with writing(sessions) as database:
        request = find_request(database, ref)
        request.become(RequestState.ACCEPTED, act)
        row = _accepted(database, act, request, to)
        request.span = row.span
        database.flush()
        check_eligibility(database, [row])
        warnings = refuse_or_waive(database, act, refusals(database, [row]), to.override, session_id=row.id)
        warnings += overlaps(database, [row])
        warnings += check_availability(database, [row], settings.rules)
        record(
            database, act, "request-accepted", session_id=row.id, code=" ".join(warnings), start=_start(row)
        )
        tell_accepted(database, act, row, request)
        return Changed(session_id=row.id, series_id=None, count=1, warnings=tuple(warnings))


def decline(sessions: Sessions, act: Act, ref: str, message: str) -> RequestView:
    """Say no, with words for the client if there are any."""
    with writing(sessions) as database:
        request = find_request(database, ref)
        _end(database, act, request, RequestState.DECLINED, message)
        tell_declined(database, act, request)
    return _seen(sessions, request.ref)


def withdraw_within(database: Database, act: Act, request: BookingRequest) -> None:
    """The client does not want it any more."""
    _end(database, act, request, RequestState.WITHDRAWN)


def request_of(database: Database, session_id: UUID) -> BookingRequest:
    """The request that a session waits for."""
    query = select(BookingRequest).where(BookingRequest.session_id == session_id)
    return database.scalars(query.where(BookingRequest.state == RequestState.PENDING)).one()


def expire_requests(sessions: Sessions, act: Act) -> int:
    """End the requests whose start has passed without an answer; return how many."""
    with writing(sessions) as database:
        late = BookingRequest.state == RequestState.PENDING, BookingRequest.starts_at <= act.now
        found = database.scalars(select(BookingRequest).where(*late)).all()
        for request in found:
            _end(database, act, request, RequestState.EXPIRED)
        return len(found)


def _accepted(database: Database, act: Act, request: BookingRequest, to: Move) -> Session:
    """The session that takes place: the one that waited, or the one whose time it asked to change."""
    waiting = find_session(database, str(request.session_id))
    span = span_to(waiting, to) if to.start or to.end or to.minutes or to.tz else waiting.span
    if request.moves_id is not None:
        moved = find_session(database, str(request.moves_id))
        request.session_id = moved.id
        database.delete(waiting)
        moved.move(span)
        return moved
    waiting.become(Status.ROSTERED)
    if span != waiting.span:
        waiting.move(span)
    plan_service(database, act, waiting)
    return waiting


def _end(
    database: Database, act: Act, request: BookingRequest, state: RequestState, message: str = ""
) -> None:
    request.become(state, act, message)
    waiting = find_session(database, str(request.session_id))
    request.session_id = None
    record(database, act, f"request-{state.lower()}", session_id=waiting.id, start=_start(waiting))
    database.delete(waiting)


def find_request(database: Database, ref: str) -> BookingRequest:
    """The request of this id."""
    found = database.scalar(select(BookingRequest).where(BookingRequest.ref == ref.strip().lower()))
    if found is None:
        raise DomainError(
            "E_NOT_FOUND", f'There is no request "{ref[:40]}"; calendula booking list shows all'
        )
    return found


def _seen(sessions: Sessions, ref: str) -> RequestView:
    return next(one for one in list_requests(sessions) if one.ref == ref)


def _start(row: Session) -> str:
    return written(in_zone(row.span.start, row.span.tz))
