"""Start, complete and reset sessions: what was delivered becomes lines that may be billed (000-12, -13, -14, -18).

Completing makes the lines and resetting takes them away again, until one of them was handed to billing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.agreements import Items
from adapters.diary.amounts import read_number
from adapters.diary.at_hand import AtHand, read_at_hand
from adapters.diary.delivered import DeliveredView, view_lines
from adapters.diary.lookup import all_by_ref, by_ref, find_session
from adapters.diary.planning import day_of
from adapters.diary.times import read_moment
from adapters.diary.transaction import record, writing
from adapters.diary.travelling import read_travel
from adapters.diary.views import Changed, written
from model.act import Act
from model.attendance import Attendance
from model.delivered import Delivered, DeliveredState, ServiceDelivered
from model.delivery import Completion, Delivery, Line, deliver
from model.errors import DomainError
from model.moment import in_zone
from model.money import in_dollars
from model.people import Client
from model.service import PlannedService
from model.session import Session
from model.travel import Travel, terms_on


@dataclass(frozen=True, kw_only=True)
class Form:
    """The completion form, as typed. What is left out is as it was scheduled, and whoever is not named came."""

    actual_start: str | None = None
    actual_end: str | None = None
    attended: Sequence[str] = ()
    no_show: Sequence[str] = ()
    portions: Sequence[str] = ()
    spread: bool = False
    travels: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A complete session: its lines, what they come to, and what is warned of."""

    session_id: UUID
    lines: tuple[DeliveredView, ...]
    total: str
    warnings: tuple[str, ...]


def start(sessions: Sessions, act: Act, session: str) -> Changed:
    """The worker begins: the session is in progress."""
    with writing(sessions) as database:
        row = find_session(database, session)
        row.start(act)
        return _changed(database, act, row, "started")


def complete(sessions: Sessions, act: Act, session: str, form: Form, *, apportionment: bool) -> Completed:
    """Complete a session: note who came and what was driven, and make the lines. An empty form goes by the schedule."""
    with writing(sessions) as database:
        row = find_session(database, session)
        at_hand = read_at_hand(database, [row])
        delivery = complete_row(database, act, row, form, at_hand, apportionment=apportionment)
        database.flush()
        return _completed(database, row, delivery)


def complete_row(
    database: Database, act: Act, row: Session, form: Form, at_hand: AtHand, *, apportionment: bool
) -> Delivery:
    """The same, inside a transaction that does more."""
    absent = _absent(database, row, form)
    row.complete(act, start=_typed(form.actual_start, row), end=_typed(form.actual_end, row), absent=absent)
    travels = [read_travel(database, act, row, text) for text in form.travels]
    portions = _portions(database, form.portions)
    delivery = deliver(_completion(row, form, portions, travels, at_hand, apportionment=apportionment))
    for attendance in row.active_clients:
        attendance.portion = delivery.portions.get(attendance.client_id)
    database.add_all(travels)
    database.add_all(_delivered(line, row, act) for line in delivery.lines)
    _changed(database, act, row, "completed", code=" ".join(delivery.warnings))
    return delivery


def reset(sessions: Sessions, act: Act, session: str) -> Changed:
    """Back to ROSTERED: its lines and travel go, unless billing has one of them already (E_LOCKED)."""
    with writing(sessions) as database:
        row = find_session(database, session)
        mine = ServiceDelivered.session_id == row.id
        handed_out = select(ServiceDelivered.id).where(mine, ServiceDelivered.state != DeliveredState.CREATED)
        if database.scalar(handed_out.limit(1)) is not None:
            raise DomainError("E_LOCKED", "This session cannot be reset, correct it in billing: SD_EXTRACTED")
        row.reset()
        database.execute(
            delete(ServiceDelivered).where(mine, ServiceDelivered.kind != Delivered.CANCELLATION)
        )
        database.execute(delete(Travel).where(Travel.session_id == row.id))
        return _changed(database, act, row, "reset")


# --- the form -------------------------------------------------------------------------------------------------


def _absent(database: Database, row: Session, form: Form) -> set[UUID]:
    """Who did not come; naming somebody twice is a slip."""
    came = [client.id for client in all_by_ref(database, Client, form.attended)]
    absent = [client.id for client in all_by_ref(database, Client, form.no_show)]
    if not {*came, *absent} <= {attendance.client_id for attendance in row.active_clients}:
        raise DomainError(
            "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
        )
    missed = {one.client_id for one in row.active_clients if one.status is Attendance.NO_SHOW}
    if missed.intersection(came):
        raise DomainError(
            "E_TRANSITION",
            "That this client did not come is on record; leave them out, or add them again first",
        )
    if len({*came, *absent}) < len(came) + len(absent):
        raise DomainError("E_DUPLICATE_CLIENT", "Say once of each client whether they came")
    return set(absent)


def _typed(text: str | None, row: Session) -> datetime | None:
    """An actual time: of the session's own day where only the time is said."""
    if text is None:
        return None
    span = row.span
    short = len(text.strip()) <= len("10:50")
    moment = read_moment(
        f"{in_zone(span.start, span.tz):%Y-%m-%d} {text.strip()}" if short else text, span.tz
    )
    if not isinstance(moment, datetime):
        raise DomainError("E_TIME", 'Give the actual times as times, like "13:05"')
    return moment.astimezone(UTC)


def _portions(database: Database, texts: Iterable[str]) -> dict[UUID, Decimal]:
    """Read CLIENT=33.34."""
    found: dict[UUID, Decimal] = {}
    for text in texts:
        ref, _, percent = text.partition("=")
        found[by_ref(database, Client, ref).id] = read_number(percent, places=2)
    return found


def _completion(
    row: Session,
    form: Form,
    portions: dict[UUID, Decimal],
    travels: Sequence[Travel],
    at_hand: AtHand,
    *,
    apportionment: bool,
) -> Completion:
    """All that the rules want to know."""
    came = [one.client_id for one in row.active_clients if one.status is Attendance.ATTENDED]
    plans = at_hand.plans.get(row.id, ()) if row.bills else ()
    agreed = at_hand.agreed(row, came)
    _check_agreed(plans, came, agreed)
    workers = [assignment.worker_id for assignment in row.active_workers]
    return Completion(
        clients=[attendance.client_id for attendance in row.clients],
        came=came,
        charged=at_hand.charged.get(row.id, ()),
        scheduled_minutes=row.minutes,
        actual_minutes=_minutes(row.actual_starts_at, row.actual_ends_at),
        plans=plans,
        terms=terms_on(day_of(row), at_hand.rates),
        worker_id=workers[0] if len(workers) == 1 else None,
        portions=portions,
        spread=form.spread,
        apportionment=apportionment,
        travels=travels,
        agreed=agreed,
    )


def _minutes(start: datetime | None, end: datetime | None) -> int:
    return int((end - start).total_seconds() // 60) if start and end else 0


def _check_agreed(plans: Iterable[PlannedService], came: Collection[UUID], agreed: Items) -> None:
    """An agreement may have ended since the service was planned: nothing is charged that nobody agreed to."""
    for plan in plans:
        wanted = {(client.client_id, plan.service_id) for client in plan.clients if client.client_id in came}
        if not plan.ad_hoc and not wanted <= agreed.keys():
            raise DomainError(
                "E_AGREEMENT", "No approved agreement covers this day for all who get the service"
            )


# --- what comes of it -----------------------------------------------------------------------------------------


def _delivered(line: Line, row: Session, act: Act) -> ServiceDelivered:
    return ServiceDelivered(
        id=act.new_id(),
        session_id=row.id,
        client_id=line.client_id,
        worker_id=line.worker_id,
        service_id=line.service_id,
        kind=line.kind,
        quantity=line.quantity,
        rate_cents=line.rate_cents,
        amount_cents=line.amount_cents,
    )


def _completed(database: Database, row: Session, delivery: Delivery) -> Completed:
    lines = [line for line in view_lines(database, row.id) if line.kind != Delivered.CANCELLATION]
    return Completed(
        session_id=row.id,
        lines=tuple(lines),
        total=in_dollars(sum(line.amount_cents for line in delivery.lines)),
        warnings=delivery.warnings,
    )


def _changed(database: Database, act: Act, row: Session, action: str, *, code: str = "") -> Changed:
    when = written(in_zone(row.span.start, row.span.tz))
    record(database, act, action, session_id=row.id, series_id=row.series_id, code=code, start=when)
    return Changed(session_id=row.id, series_id=row.series_id, count=1)
