"""Book online, or ask for a time (003-01 to 003-10, R64): checked, inserted and told in one transaction.

The transaction takes its number first, so nothing comes between the look at what is free and the row that takes it: of
many who want one time in the same second, one gets it, and the others are told so.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.choosing import Appointment, choose, make_session, plan_service
from adapters.diary.client_acts import Attempt, Caller, check_caller, check_open, told_before, write_down
from adapters.diary.lookup import by_ref
from adapters.diary.slots import Offered, check_allowed
from adapters.diary.sources import stale_sources
from adapters.diary.telling_bookings import tell_booked, tell_requested
from adapters.diary.times import read_instant
from adapters.diary.transaction import in_turn, record
from adapters.diary.views import written
from model.act import Act
from model.appointment_type import AppointmentType
from model.base import Json
from model.booking import BookingRequest, RequestState
from model.details import Status
from model.moment import in_zone, zone
from model.people import Client, Worker
from model.session import Session
from sync.settings import BookingSettings, Settings


@dataclass(frozen=True, kw_only=True)
class Booking:
    """What a client wants: a type with a worker, from a start as it was offered."""

    worker: str
    type: str
    start: str


@dataclass(frozen=True, kw_only=True)
class Booked:
    """What became of it: BOOKED, REQUESTED, MOVED, CANCELLED or WITHDRAWN; times as clients are shown them."""

    state: str
    session: str
    request: str = ""
    worker: str = ""
    type: str = ""
    start: str = ""
    end: str = ""
    minutes: int = 0
    amount_cents: int = 0

    @property
    def answer(self) -> Json:
        return asdict(self)


Deed = Callable[[Database, Attempt], Booked]


def once(
    sessions: Sessions,
    act: Act,
    caller: Caller,
    wanted: Mapping[str, object],
    rules: BookingSettings,
    do: Deed,
) -> Booked:
    """Do what a client asks for, in turn, and an attempt that was made already not again; `wanted` names the `action`
    and what else it is asked with."""
    with in_turn(sessions) as database:
        client = by_ref(database, Client, caller.client)
        attempt = Attempt(client=client, caller=caller, body=wanted)
        if (known := told_before(database, attempt)) is not None:
            return Booked(**known)  # type: ignore[arg-type]  # it is what `answer` was
        check_caller(database, act, attempt, rules)
        return do(database, attempt)


def book(sessions: Sessions, act: Act, what: Booking, caller: Caller, settings: Settings) -> Booked:
    """Book a time for a client, or where the practice answers first, ask for it."""
    rules = settings.booking
    check_allowed(rules)

    def do(database: Database, attempt: Attempt) -> Booked:
        check_open(database, act, attempt.client, rules)
        of_type, wanted = _appointment(database, what, attempt.client)
        start = read_instant(what.start, zone(wanted.worker.tz))
        chosen = choose(database, act, wanted, start, settings)
        if answers_first(database, act, wanted.worker, settings):
            row, request = ask(database, act, wanted, chosen, settings, acknowledged=caller.acknowledged)
            done = view(row, "REQUESTED", of_type.ref, request=request.ref)
        else:
            done = view(_book(database, act, wanted, chosen, settings), "BOOKED", of_type.ref)
        write_down(database, act, attempt, rules, session_id=UUID(done.session), answer=done.answer)
        return done

    return once(sessions, act, caller, {"action": "book", **asdict(what)}, rules, do)


def answers_first(database: Database, act: Act, worker: Worker, settings: Settings) -> bool:
    """Whether the practice looks at it first: it says so, or knows too little of the worker's time (DOMAIN 4)."""
    after = timedelta(minutes=settings.sync.stale_after_min)
    stale = stale_sources(database, [worker.id], now=act.now, after=after)
    return settings.booking.mode == "request" or worker.id in stale


def ask(
    database: Database,
    act: Act,
    what: Appointment,
    chosen: Offered,
    settings: Settings,
    *,
    acknowledged: bool,
    moves: Session | None = None,
) -> tuple[Session, BookingRequest]:
    """Keep the time for other clients until somebody answers; `moves`: instead of the time of that session."""
    row = make_session(database, act, what, chosen, Status.PENDING, settings)
    read = acknowledged and bool(settings.booking.policy_text.strip())
    made = act.new_id()
    request = BookingRequest(
        id=made, ref=made.hex[:8], client_id=what.client.id, worker_id=what.worker.id, type_id=what.type_id,
        site_id=row.site_id, session_id=row.id, moves_id=moves.id if moves else None,
        state=RequestState.PENDING, message="", policy_ack_at=act.now if read else None,
    )  # fmt: skip
    request.span = row.span
    database.add(request)
    record(database, act, "requested", session_id=row.id, start=_start(row))
    tell_requested(database, act, row, request, settings.booking)
    return row, request


def _book(database: Database, act: Act, what: Appointment, chosen: Offered, settings: Settings) -> Session:
    row = make_session(database, act, what, chosen, Status.ROSTERED, settings)
    plan_service(database, act, row)
    record(database, act, "booked", session_id=row.id, start=_start(row), status=row.status)
    tell_booked(database, act, row, settings.booking)
    return row


def _appointment(database: Database, what: Booking, client: Client) -> tuple[AppointmentType, Appointment]:
    of_type = by_ref(database, AppointmentType, what.type)
    of_type.check_offered()
    worker = by_ref(database, Worker, what.worker)
    return of_type, Appointment(
        client=client,
        worker=worker,
        length_min=of_type.length_min,
        padding_min=of_type.padding_min,
        type_id=of_type.id,
    )


def view(row: Session, state: str, of_type: str = "", *, request: str = "", amount_cents: int = 0) -> Booked:
    """What a client is shown of it."""
    return Booked(
        state=state,
        session=str(row.id),
        request=request,
        worker=next((one.worker.ref for one in row.active_workers), ""),
        type=of_type,
        start=_start(row),
        end=written(in_zone(row.span.end, row.span.tz)),
        minutes=row.minutes,
        amount_cents=amount_cents,
    )


def _start(row: Session) -> str:
    return written(in_zone(row.span.start, row.span.tz))
