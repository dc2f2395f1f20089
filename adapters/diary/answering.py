"""Answer a held change from a calendar: do what was asked, or leave everything as it is (DOMAIN 1.6).

What is done is done by the diary's own operations, in one transaction with the answer. Either way the event
loses its "Change waiting" line, and the next run shows in the calendar what stands now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions
from adapters.diary.asked import asked, cut_of, first_of, moment, series_of
from adapters.diary.cancelling import Cancel, cancel_within
from adapters.diary.changing import Move, move_within
from adapters.diary.places import take_place
from adapters.diary.repeating import follow_rule
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from model.act import Act
from model.cancellation import CancelledBy
from model.errors import DomainError
from model.inbound import ChangeState, InboundChange
from model.link import RUNNABLE, CalendarLink, EventMapping, MappingState
from model.moment import Span, in_zone, shift, wall_distance, zone
from model.people import Worker
from model.series import Scope, Series
from model.session import Session
from sync.disclosure import ALL
from sync.settings import DEFAULTS, Settings

MOVES = ("E1", "E2", "E3")
DELETIONS = ("E4", "E5", "E7", "E13")
RULES = ("E6", "E14")
_SCOPES = {"E4": Scope.THIS_ONLY, "E5": Scope.ALL_IN_SERIES, "E7": Scope.THIS_AND_FOLLOWING}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a change is confirmed: moved as asked or, with a `start`, to another time; or cancelled, by whom, when that
    was advised, and why. Any held change can be answered in either way."""

    move: bool = False
    start: str | None = None
    minutes: int | None = None
    by: CancelledBy | None = None
    clients: Sequence[str] = ()
    advised: str | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What became of a change, and how many sessions that touched."""

    ref: str
    state: str
    count: int
    warnings: tuple[str, ...] = ()


def confirm(
    sessions: Sessions, act: Act, ref: str, answer: Answer, settings: Settings = DEFAULTS
) -> Answered:
    """Do what was asked for in the calendar."""
    with writing(sessions) as database:
        change = _held(database, ref)
        count, warnings = _carry_out(database, act, change, answer, settings)
        _settle(database, act, change, ChangeState.CONFIRMED)
        return Answered(ref=change.ref, state=change.state, count=count, warnings=tuple(warnings))


def dismiss(sessions: Sessions, act: Act, ref: str) -> Answered:
    """Keep everything as it is."""
    with writing(sessions) as database:
        change = _held(database, ref)
        _settle(database, act, change, ChangeState.DISMISSED)
        return Answered(ref=change.ref, state=change.state, count=0)


def change_named(database: Database, ref: str) -> InboundChange:
    """The change with this reference, with its mapping."""
    query = select(InboundChange).where(InboundChange.ref == ref.strip().lower())
    found = database.scalar(query.options(selectinload(InboundChange.mapping)))
    if found is None:
        raise DomainError("E_NOT_FOUND", f'There is no change "{ref[:40]}"; calendula changes list shows all')
    return found


def _held(database: Database, ref: str) -> InboundChange:
    change = change_named(database, ref)
    if change.state is not ChangeState.HELD:
        raise DomainError(
            "E_TRANSITION",
            f"This change is {change.state} already; only held ones wait, and changes list shows them",
        )
    return change


# --- carrying out -------------------------------------------------------------------------------------------


def _carry_out(
    database: Database, act: Act, change: InboundChange, answer: Answer, settings: Settings
) -> tuple[int, Sequence[str]]:
    if answer.by is not None:
        return _cancel(database, act, change, answer, settings), ()
    if answer.start is not None:
        return _move_elsewhere(database, act, change, answer, settings)
    if change.code in DELETIONS:
        raise DomainError(
            "E_ANSWER",
            "This change is a deletion: say who cancels, with --as-worker, --for-client or --by-provider, "
            "or move it with --move --start",
        )
    if change.code == "E10":
        return take_place(database, act, change), ()
    if change.code == "E14" or (change.code == "E6" and change.after.get("rule")):
        return follow_rule(database, act, change, settings)
    moved = move_within(database, act, *_move_to(database, act, change), settings)
    return moved.count, moved.warnings


def _move_elsewhere(
    database: Database, act: Act, change: InboundChange, answer: Answer, settings: Settings
) -> tuple[int, Sequence[str]]:
    """Neither as it was nor as it was asked for: to a time that was agreed on meanwhile."""
    to = Move(start=answer.start, minutes=answer.minutes)
    moved = move_within(database, act, _session_of(database, act, change), to, _scope(change), settings)
    return moved.count, moved.warnings


def _cancel(database: Database, act: Act, change: InboundChange, answer: Answer, settings: Settings) -> int:
    """Nothing with a client is deleted: what was deleted there is cancelled here, with a record."""
    if answer.by is None or answer.move:
        raise DomainError("E_ANSWER", "Either move it or cancel it, not both")
    how = Cancel(by=answer.by, reason=answer.reason, advised=answer.advised, note=answer.note)
    if answer.by is CancelledBy.WORKER:
        how = replace(how, worker=_worker_of(database, change))
    session, scope = _session_of(database, act, change), _scope(change)
    return max(
        cancel_within(database, act, session, replace(how, client=client), scope, settings).count
        for client in answer.clients or (None,)
    )


def _scope(change: InboundChange) -> Scope:
    """How far a deletion reaches; a status set to cancelled reaches as far as it was written."""
    return _SCOPES.get(change.code) or Scope(change.scope)


def _worker_of(database: Database, change: InboundChange) -> str:
    query = select(Worker.ref).join(CalendarLink, CalendarLink.worker_id == Worker.id)
    return database.scalars(query.where(CalendarLink.id == change.link_id)).one()


def _session_of(database: Database, act: Act, change: InboundChange) -> str:
    """The session it is about, by its id: the occurrence, or the first of the series that may still change."""
    if change.session_id is not None:
        return str(change.session_id)
    if change.recurrence_id:
        raise DomainError(
            "E_ANSWER", "There is no such occurrence here; add a session, or dismiss this change"
        )
    return str(first_of(series_of(database, change), act).id)


def _move_to(database: Database, act: Act, change: InboundChange) -> tuple[str, Move, Scope]:
    """The move that was asked for, in the diary's words."""
    scope = Scope(change.scope)
    if change.series_id is None or change.session_id is not None or change.recurrence_id:
        span = asked(change, tz=_zone_of(database, change))
        return str(change.session_id), _typed(span), scope
    series = series_of(database, change)
    first, span = first_of(series, act), asked(change, tz=series.tz)
    before = in_zone(moment(change.before, "start", series.tz), zone(series.tz))
    by = wall_distance(before, span.start)
    return str(first.id), _typed(span.starting(shift(series.original(first), by))), scope


def _zone_of(database: Database, change: InboundChange) -> str:
    session = database.get(Session, change.session_id) if change.session_id else None
    if session is None:
        raise DomainError("E_NOT_FOUND", "What this change is about is not there any more; dismiss it")
    return session.tz


def _typed(span: Span) -> Move:
    return Move(start=written(span.start), end=written(span.end))


# --- settling -----------------------------------------------------------------------------------------------


def _settle(database: Database, act: Act, change: InboundChange, state: ChangeState) -> None:
    """Write the answer down, take the line off the event, and have the calendar brought up to date soon."""
    change.resolve(state, by=act.actor, at=act.now)
    mapping = change.mapping
    if mapping is not None:
        mapping.waiting = _still_waiting(database, mapping, change)
        if mapping.state in (MappingState.SYNCED, MappingState.REFUSED):
            mapping.state = MappingState.DIRTY
    link = database.get_one(CalendarLink, change.link_id)
    if link.state in RUNNABLE and link.failures == 0:
        link.next_run_at = act.now
    action = "confirmed" if state is ChangeState.CONFIRMED else "dismissed"
    record(
        database, act, action, session_id=change.session_id, series_id=change.series_id, code=change.code,
        change=change.ref,
    )  # fmt: skip


def _still_waiting(database: Database, mapping: EventMapping, answered: InboundChange) -> str:
    """What else of this event waits for an answer."""
    query = select(InboundChange).where(
        InboundChange.mapping_id == mapping.id,
        InboundChange.state == ChangeState.HELD,
        InboundChange.id != answered.id,
    )
    series = database.get(Series, mapping.series_id) if mapping.series_id else None
    names = {(cut_of(series, other) if series else "") or ALL for other in database.scalars(query)}
    return " ".join(sorted(names))
