"""Answer a held change from a calendar: do what was asked, or leave everything as it is (DOMAIN 1.6).

What is done is done by the diary's own operations, in one transaction with the answer. Either way the event
loses its "Change waiting" line, and the next run shows in the calendar what stands now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions
from adapters.database.loading import load_series
from adapters.diary.cancelling import Cancel, cancel_within
from adapters.diary.changing import Move, move_within
from adapters.diary.conflicts import check_rooms
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from model.act import Act
from model.cancellation import CancelledBy
from model.errors import DomainError
from model.journal import ChangeState, InboundChange
from model.link import RUNNABLE, CalendarLink, EventMapping, MappingState
from model.moment import Span, from_text, in_zone, shift, wall_distance, zone
from model.people import Worker
from model.recurrence import Rule
from model.series import HORIZON, Pattern, Scope, Series, starts
from model.session import Session
from sync.projection import ALL

MOVES = ("E1", "E2", "E3")
CANCELS = ("E4", "E5", "E7", "E13")
RULES = ("E6", "E14")
_SCOPES = {"E4": Scope.THIS_ONLY, "E5": Scope.ALL_IN_SERIES, "E7": Scope.THIS_AND_FOLLOWING}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a change is confirmed: moved as asked, or cancelled, by whom, when that was advised, and why."""

    move: bool = False
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


def confirm(sessions: Sessions, act: Act, ref: str, answer: Answer) -> Answered:
    """Do what was asked for in the calendar."""
    with writing(sessions) as database:
        change = _held(database, ref)
        count, warnings = _carry_out(database, act, change, answer)
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
        raise DomainError("E_TRANSITION", f"This change is {change.state} already; only held ones wait")
    return change


# --- carrying out -------------------------------------------------------------------------------------------


def _carry_out(
    database: Database, act: Act, change: InboundChange, answer: Answer
) -> tuple[int, Sequence[str]]:
    if change.code in CANCELS:
        return _cancel(database, act, change, answer), ()
    if change.code in MOVES:
        _check_move(answer)
        moved = move_within(database, act, *_move_to(database, act, change))
        return moved.count, moved.warnings
    if change.code in RULES:
        _check_move(answer)
        return _follow_rule(database, act, change), ()
    raise DomainError("E_ANSWER", "Make this change in the diary yourself, then dismiss it here")


def _check_move(answer: Answer) -> None:
    if not answer.move or answer.by is not None:
        raise DomainError("E_ANSWER", "This change is a new time: confirm it with --move, or dismiss it")


def _cancel(database: Database, act: Act, change: InboundChange, answer: Answer) -> int:
    """Nothing with a client is deleted: what was deleted there is cancelled here, with a record."""
    if answer.by is None or answer.move:
        raise DomainError(
            "E_ANSWER",
            "This change is a deletion: say who cancels, with --as-worker, --for-client or --by-provider",
        )
    how = Cancel(by=answer.by, reason=answer.reason, advised=answer.advised, note=answer.note)
    if answer.by is CancelledBy.WORKER:
        how = replace(how, worker=_worker_of(database, change))
    session, scope = _session_of(database, act, change), _scope(change)
    return max(
        cancel_within(database, act, session, replace(how, client=client), scope).count
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
        raise _gone()
    return str(_first(_series_of(database, change), act).id)


def _gone() -> DomainError:
    return DomainError("E_NOT_FOUND", "What this change is about is not there any more; dismiss it")


def _series_of(database: Database, change: InboundChange) -> Series:
    series = load_series(database, change.series_id) if change.series_id else None
    if series is None:
        raise _gone()
    return series


def _first(series: Series, act: Act) -> Session:
    found = series.first_changeable(act.now)
    if found is None:
        raise DomainError("E_LOCKED", "No occurrence of this series is still to come")
    return found


def _move_to(database: Database, act: Act, change: InboundChange) -> tuple[str, Move, Scope]:
    """The move that was asked for, in the diary's words."""
    scope = Scope(change.scope)
    if change.series_id is None or change.session_id is not None or change.recurrence_id:
        span = _asked(change, tz=_zone_of(database, change))
        return str(change.session_id), _typed(span), scope
    series = _series_of(database, change)
    first, span = _first(series, act), _asked(change, tz=series.tz)
    before = in_zone(_moment(change.before, "start", series.tz), zone(series.tz))
    by = wall_distance(before, span.start)
    return str(first.id), _typed(span.starting(shift(series.original(first), by))), scope


def _zone_of(database: Database, change: InboundChange) -> str:
    session = database.get(Session, change.session_id) if change.session_id else None
    if session is None:
        raise _gone()
    return session.tz


def _typed(span: Span) -> Move:
    return Move(start=written(span.start), end=written(span.end))


def _asked(change: InboundChange, *, tz: str) -> Span:
    """The time that came, on our own wall clock."""
    own = zone(tz)
    start, end = (in_zone(_moment(change.after, name, tz), own) for name in ("start", "end"))
    return Span(start=start, end=end, tz=own)


def _moment(stored: dict[str, object], name: str, tz: str):  # type: ignore[no-untyped-def]
    if name not in stored:
        raise DomainError(
            "E_ANSWER", "This change carries no time; make it in the diary, then dismiss it here"
        )
    return from_text(str(stored[name]), zone(str(stored.get("tz") or tz)))


def _follow_rule(database: Database, act: Act, change: InboundChange) -> int:
    """E6, E14: from the cut, or the first occurrence that may change, on, repeat as the calendar said."""
    series = _series_of(database, change)
    span = _asked(change, tz=series.tz)
    text = str(change.after.get("rule") or "")
    pattern = Pattern(span=span, rule=Rule.parse(text, span.start) if text else None)
    key = _cut(series, change) or _first(series, act).occurrence_key or ""
    if change.code == "E14":
        pattern = _rest(pattern, series, key)
    follower = series.change_from(key, pattern, act)
    database.add(follower)
    database.flush()
    rows = [row for row in follower.occurrences if not row.frozen]
    check_rooms(database, rows)
    record(database, act, "moved", series_id=follower.id, code=change.code, rule=follower.rule_text)
    return len(rows)


def _cut(series: Series, change: InboundChange) -> str:
    return series.key_of(from_text(change.recurrence_id, UTC)) if change.recurrence_id else ""  # type: ignore[arg-type]


def _rest(pattern: Pattern, series: Series, key: str) -> Pattern:
    """A whole series' new rule, from one occurrence on: what came before it stays as it was."""
    since = series.span.starting(from_text(key, zone(series.tz))).starts_at
    known = starts(pattern, since + HORIZON)
    left = [text for text in known if text >= key]
    if not left:
        raise DomainError("E_RRULE", "The new rule leaves no occurrence; cancel what is left instead")
    rule = pattern.rule
    if rule is not None and rule.count is not None:
        rule = rule.counting(rule.count - (len(known) - len(left)))
    return Pattern(span=pattern.span.starting(from_text(left[0], zone(series.tz))), rule=rule)


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
    names = {(_cut(series, other) if series else "") or ALL for other in database.scalars(query)}
    return " ".join(sorted(names))
