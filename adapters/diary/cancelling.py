"""Cancel, which keeps a record, and delete, which is only for mistakes (DOMAIN, principle 2; 000-20, -23)."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.charging import UNJUDGED, charge
from adapters.diary.lookup import by_ref
from adapters.diary.offering import close_offers
from adapters.diary.rescheduling import want_again
from adapters.diary.scopes import Target, find_target, note
from adapters.diary.times import read_instant
from adapters.diary.transaction import writing
from adapters.diary.views import Changed, written
from model.act import Act
from model.cancellation import Cancellation, CancellationReason, CancelledBy, Rules, cancellation
from model.details import Kind, Status
from model.errors import DomainError
from model.lock import locked
from model.moment import in_zone, zone
from model.notice import Ruling
from model.people import Client, Worker
from model.series import Scope, Series
from model.session import Session
from sync.settings import DEFAULTS, Settings


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Who cancelled, when that was advised (as typed), and why; which one of several, where it matters."""

    by: CancelledBy
    reason: str
    advised: str | None
    client: str | None = None
    worker: str | None = None
    note: str = ""
    rules: Rules = Rules.FITTING
    alternative_work_found: bool = False
    worker_paid: bool = True


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What one cancellation costs, and how that came about."""

    session_id: UUID
    start: str
    status: str
    outcome: str
    percent: str
    amount_cents: int
    code: str
    trace: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cancelled(Changed):
    """What was cancelled, and what of it is charged."""

    charges: tuple[Charge, ...]


def cancel(
    sessions: Sessions,
    act: Act,
    session: str,
    how: Cancel,
    scope: Scope | None,
    settings: Settings = DEFAULTS,
) -> Cancelled:
    """Cancel a session, the rest of its series, or all that is to come; what is locked stays as it is."""
    with writing(sessions) as database:
        return cancel_within(database, act, session, how, scope, settings)


def preview(
    sessions: Sessions,
    act: Act,
    session: str,
    how: Cancel,
    scope: Scope | None,
    settings: Settings = DEFAULTS,
) -> Cancelled:
    """What cancelling would do and cost (002-01): it is done, and rolled back."""
    with sessions() as database:
        try:
            return cancel_within(database, act, session, how, scope, settings)
        finally:
            database.rollback()


def cancel_within(
    database: Database, act: Act, session: str, how: Cancel, scope: Scope | None, settings: Settings
) -> Cancelled:
    """The same, inside a transaction that does more."""
    target = find_target(database, session, scope)
    rows = _to_cancel(target, act)
    tz = zone(target.session.tz)
    charges = [_cancel_one(database, act, row, how, tz, settings) for row in rows]
    if target.series is not None and target.scope is not Scope.THIS_ONLY:
        _leave_out(target.series, rows)
    close_offers(database, act, [row.id for row in rows if row.status is Status.CANCELLED])
    note(database, act, "cancelled", target, code=how.by)
    return Cancelled(**vars(target.changed(len(rows))), charges=tuple(charges))


def recorded(database: Database, act: Act, how: Cancel, tz: ZoneInfo) -> Cancellation:
    """The record of one cancellation, before anything is cancelled by it."""
    client = by_ref(database, Client, how.client) if how.client else None
    worker = by_ref(database, Worker, how.worker) if how.worker else None
    reason = by_ref(database, CancellationReason, how.reason)
    return cancellation(
        act,
        by=how.by,
        reason=reason,
        advised_at=read_instant(how.advised, tz) if how.advised else None,
        client_id=client.id if client else None,
        worker_id=worker.id if worker else None,
        note=how.note,
        alternative_work_found=how.alternative_work_found,
        worker_paid=how.worker_paid,
    )


def _cancel_one(
    database: Database, act: Act, row: Session, how: Cancel, tz: ZoneInfo, settings: Settings
) -> Charge:
    made = recorded(database, act, how, tz)
    row.cancel(made)
    return judge(database, act, row, made, how.rules, settings)


def judge(
    database: Database, act: Act, row: Session, made: Cancellation, rules: Rules, settings: Settings
) -> Charge:
    """What a session's cancellation costs, by these rules; it is written down with how that came about."""
    ruling = UNJUDGED
    if rules is not Rules.NONE:
        ruling = charge(database, act, row, made, settings, claim=rules is Rules.NDIS)
    made.rule_trace = "; ".join(ruling.trace)
    return charged(row, ruling)


def charged(row: Session, ruling: Ruling) -> Charge:
    """A ruling as an answer about a session."""
    return Charge(
        session_id=row.id,
        start=written(in_zone(row.span.start, row.span.tz)),
        status=row.status,
        outcome=ruling.outcome,
        percent=str(ruling.percent),
        amount_cents=ruling.amount_cents,
        code=ruling.code,
        trace=ruling.trace,
    )


def delete(
    sessions: Sessions,
    act: Act,
    session: str,
    scope: Scope | None,
    *,
    rostered: bool = False,
    confirmed: bool = False,
) -> Changed:
    """Delete without a record what was entered by mistake (000-23); what is locked stays.

    A draft or an Other Event; what is `rostered` only where the practice allows it, and once its clients were seen.
    """
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        rows = [row for row in target.rows if not row.frozen]
        _check_deletable(target, rows, rostered=rostered, confirmed=confirmed)
        note(database, act, "deleted", target)
        want_again(database, rows)
        _delete(database, target, rows)
        return target.changed(len(rows))


def _to_cancel(target: Target, act: Act) -> list[Session]:
    """What the scope reaches and may still change: for a whole series only what is to come (R13)."""
    if target.scope is Scope.THIS_ONLY:
        return [target.session]
    rows = [row for row in target.rows if not row.lock]
    if target.scope is Scope.ALL_IN_SERIES:
        rows = [row for row in rows if row.starts_at > act.now]
    if not rows:
        raise DomainError(
            "E_LOCKED",
            "No occurrence of this series can still be cancelled; choose --scope this for one of them",
        )
    return rows


def _leave_out(series: Series, rows: list[Session]) -> None:
    """Keep later occurrences from being made for whoever cancelled: none at all, or without this person."""
    if all(row.status is Status.CANCELLED for row in rows):
        series.stop_extending()
        return
    clients = {c.client_id for c in rows[-1].active_clients}
    workers = {w.worker_id for w in rows[-1].active_workers}
    series.clients[:] = [c for c in series.clients if c.client_id in clients]
    series.workers[:] = [w for w in series.workers if w.worker_id in workers]
    series.activities = [one for one in series.activities if one.worker_id in workers]


def _check_deletable(target: Target, rows: list[Session], *, rostered: bool, confirmed: bool) -> None:
    if not rows and target.session.lock:
        raise locked(target.session.lock, "This session cannot be deleted")
    if any(one.amount_cents for row in rows for one in row.cancellations):
        raise DomainError(
            "E_LOCKED",
            "A cancellation in it is charged for, and such a record is never deleted; cancel the rest instead",
        )
    booked = [row for row in rows if row.status is not Status.DRAFT and row.kind is not Kind.OTHER_EVENT]
    if booked and not rostered:
        raise DomainError("E_LOCKED", "Only drafts and Other Events can be deleted; cancel it instead")
    if booked and not confirmed:
        names = ", ".join(sorted({c.client.internal_id for row in booked for c in row.clients}))
        raise DomainError(
            "E_CONFIRM",
            f"This would delete {len(booked)} booked sessions of {names} without a record; add --yes",
        )


def _delete(database: Database, target: Target, rows: list[Session]) -> None:
    """Take the rows out; a series without any goes too, an open one ends where it was cut."""
    series = target.series
    if series is None:
        database.delete(target.session)
    elif len(rows) == len(series.occurrences):
        database.delete(series)
    elif target.scope is Scope.THIS_AND_FOLLOWING and len(rows) == len(target.rows):
        series.end_before(target.key)
    else:
        for row in rows:
            series.exclude(row.occurrence_key or "")
        if target.scope is not Scope.THIS_ONLY:
            series.stop_extending()
