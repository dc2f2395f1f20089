"""Put a new session in the place of a cancelled one (002-12, 004-16): a copy with another time or another worker.

The original stays cancelled, with its record and what it costs; it does not wait for another time any more. The new
one says what it replaces, so that calendars can show that they belong together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.accepting import unassigned
from adapters.diary.changing import Move, span_to
from adapters.diary.conflicts import check_places, overlaps
from adapters.diary.lookup import all_by_ref, find_session
from adapters.diary.planned import keep_one_primary, plans_of
from adapters.diary.presence import check_availability
from adapters.diary.staffing import check_eligibility
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed, written
from model.act import Act
from model.activity import check_inside
from model.asset import Need
from model.details import Status, check_length
from model.errors import DomainError
from model.moment import Span, in_zone
from model.people import Worker
from model.session import Session
from sync.settings import DEFAULTS, Settings


@dataclass(frozen=True, kw_only=True)
class Reschedule:
    """When it takes place instead, and with whom: what is not said stays as it was. Rostered, or a draft."""

    to: Move = field(default_factory=Move)
    workers: Sequence[str] = ()
    rostered: bool = False


def reschedule(
    sessions: Sessions, act: Act, session: str, how: Reschedule, settings: Settings = DEFAULTS
) -> Changed:
    """Make the session that takes the place of a cancelled one."""
    with writing(sessions) as database:
        original = find_session(database, session)
        _check(database, original)
        workers = all_by_ref(database, Worker, how.workers) or [one.worker for one in original.active_workers]
        made = _copy(original, span_to(original, how.to), workers, act, rostered=how.rostered)
        check_eligibility(database, [made])
        original.needs_reschedule = False
        database.add(made)
        database.flush()
        _copy_services(database, original, made, act)
        check_places(database, [made])
        warnings = [*unassigned([made]), *overlaps(database, [made])]
        warnings += check_availability(database, [made], settings.rules)
        _record(database, act, original, made, warnings)
        return Changed(session_id=made.id, series_id=None, count=1, warnings=tuple(warnings))


def want_again(database: Database, deleted: Iterable[Session]) -> None:
    """What was to be replaced waits for another time again when the draft that replaced it is deleted."""
    replaced = {row.replaces_id for row in deleted if row.replaces_id}
    for original in database.scalars(select(Session).where(Session.id.in_(replaced))) if replaced else ():
        original.needs_reschedule = True


def _check(database: Database, original: Session) -> None:
    if original.status is not Status.CANCELLED or not original.of_practice:
        raise DomainError(
            "E_TRANSITION", "Only a cancelled session is rescheduled; move this one, or cancel it first"
        )
    if database.scalar(select(Session.id).where(Session.replaces_id == original.id).limit(1)) is not None:
        raise DomainError(
            "E_TRANSITION", "Another session has taken the place of this one already; move that one"
        )


def _copy(original: Session, span: Span, workers: Sequence[Worker], act: Act, *, rostered: bool) -> Session:
    check_length(span)
    row = Session(id=act.new_id(), replaces_id=original.id, **original.details())
    row.status = Status.ROSTERED if rostered else Status.DRAFT
    row.clients, row.workers, row.cancellations, row.assets, row.services = [], [], [], [], []
    row.is_exception = row.needs_reschedule = row.overlap_acknowledged = False
    row.site, row.room, row.span = original.site, original.room, span
    row.appointment_type_id, row.padding_min = original.appointment_type_id, original.padding_min
    for attendance in original.active_clients or original.clients:
        row.add_client(attendance.client, act)
    for worker in workers:
        row.add_worker(worker, act)
    there = {worker.id for worker in workers}
    row.activities = [one for one in original.activities if one.worker_id in there]
    check_inside(row.activities, span.length)
    for taken in original.assets:
        row.take(Need(asset=taken.asset, qty=taken.qty))
    return row


def _copy_services(database: Database, original: Session, made: Session, act: Act) -> None:
    """It is to deliver what the original was to, to those who take part in it."""
    there = {one.client_id for one in made.clients}
    copies = [planned.copy(act) for planned in plans_of(database, [original.id])[original.id]]
    for plan in copies:
        plan.session_id = made.id
        plan.clients = [client for client in plan.clients if client.client_id in there]
    wanted = [plan for plan in copies if plan.clients]
    keep_one_primary(wanted)
    database.add_all(wanted)


def _record(database: Database, act: Act, original: Session, made: Session, warnings: Sequence[str]) -> None:
    was, now = (written(in_zone(row.span.start, row.span.tz)) for row in (original, made))
    code = " ".join(warnings)
    record(
        database, act, "rescheduled", session_id=original.id, series_id=original.series_id, code=code,
        start=was, after=now,
    )  # fmt: skip
    record(database, act, "added", session_id=made.id, code=code, start=now, status=made.status)
