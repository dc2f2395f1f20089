"""Change what is in the diary: roster, move, resize, set busy or free (000-11, R11-R13)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.conflicts import overlaps, refusals
from adapters.diary.presence import check_availability
from adapters.diary.scopes import Target, find_target, note
from adapters.diary.shifts import check_shifts
from adapters.diary.staffing import check_employed
from adapters.diary.times import read_moment, read_span
from adapters.diary.transaction import writing
from adapters.diary.views import Changed, written
from adapters.diary.waiving import refuse_or_waive
from model.act import Act
from model.details import Kind, ShowAs, Status
from model.errors import DomainError
from model.lock import locked
from model.moment import Moment, Span, in_zone, shift, wall_distance, zone
from model.series import Scope, Series, shifted
from model.session import Session
from sync.settings import DEFAULTS, Settings


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where a session goes, as typed; without an end it stays as long as it was, without a start where it was.

    `override` says why it goes where a room or an asset is taken; with `acknowledge` whoever moves it knows that a
    worker is busy then (004-16).
    """

    start: str | None = None
    end: str | None = None
    minutes: int | None = None
    tz: str | None = None
    override: str | None = None
    acknowledge: bool = False


def roster(sessions: Sessions, act: Act, session: str, scope: Scope | None) -> Changed:
    """DRAFT to ROSTERED: only now is it shown in calendars (000-08)."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        drafts = [row for row in target.rows if row.status is Status.DRAFT]
        if not drafts:
            raise DomainError(
                "E_TRANSITION",
                f"Only a draft can be rostered, and this is {target.session.status}; leave it, or add another",
            )
        for row in drafts:
            row.become(Status.ROSTERED)
        if target.series is not None and target.scope is not Scope.THIS_ONLY:
            target.series.status = Status.ROSTERED  # those made later are rostered too
        note(database, act, "rostered", target)
        return target.changed(len(drafts))


def move(
    sessions: Sessions, act: Act, session: str, to: Move, scope: Scope | None, settings: Settings = DEFAULTS
) -> Changed:
    """Give a session, the rest of its series, or all that is to come another time or length."""
    with writing(sessions) as database:
        return move_within(database, act, session, to, scope, settings)


def move_within(
    database: Database, act: Act, session: str, to: Move, scope: Scope | None, settings: Settings = DEFAULTS
) -> Changed:
    """The same, inside a transaction that does more."""
    target = find_target(database, session, scope)
    span = span_to(target.session, to)
    follower, rows = _moved(database, target, span, act)
    check_employed(rows)
    database.flush()
    check_shifts(database, rows)
    about = {"series_id": follower.id} if follower else {"session_id": target.session.id}
    warnings = refuse_or_waive(database, act, refusals(database, rows), to.override, **about)
    warnings += overlaps(database, rows, act if to.acknowledge else None)
    warnings += check_availability(database, rows, settings.rules)
    after = written(in_zone(span.start, span.tz))
    note(database, act, "moved", target, code=" ".join(warnings), after=after)
    return target.changed(len(rows), series=follower, warnings=warnings)


def show_as(sessions: Sessions, act: Act, session: str, show: ShowAs, scope: Scope | None) -> Changed:
    """Set busy or free (004-20); only an Other Event can be free."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        series, rows = target.series, [row for row in target.rows if not row.frozen]
        if not rows and target.session.lock:
            raise locked(target.session.lock, "This cannot be changed any more")
        if series is not None and target.scope is Scope.THIS_AND_FOLLOWING:
            series = series.change_from(target.key, shifted(series, target.key, _original(target)), act)
            database.add(series)
        for row in rows:
            row.show(show)
            row.is_exception |= series is not None and target.scope is Scope.THIS_ONLY
        if series is not None and target.scope is not Scope.THIS_ONLY:
            series.show_as = show
        note(database, act, "shown", target, code=show)
        return target.changed(len(rows))


def span_to(session: Session, to: Move) -> Span:
    """The new time of a session."""
    old = session.span
    tz = zone(to.tz) if to.tz else old.tz
    start: Moment = read_moment(to.start, tz) if to.start else in_zone(old.start, tz)
    if to.end is None and to.minutes is None:
        if isinstance(start, datetime) == old.all_day:
            raise DomainError("E_TIME", "Say when it ends: a day and a time have no length in common")
        return Span(start=old.start, end=old.end, tz=tz).starting(start)
    return read_span(to.start or written(start), end=to.end, minutes=to.minutes, tz=tz)


def _moved(database: Database, target: Target, span: Span, act: Act) -> tuple[Series | None, list[Session]]:
    session, series = target.session, target.series
    if session.kind is not Kind.OTHER_EVENT and span.all_day:
        raise DomainError("ALL_DAY_NOT_ALLOWED", "Only Other Events can last whole days; give times")
    if series is None or target.scope is Scope.THIS_ONLY:
        session.move(span)
        return None, [session]
    if session.lock and target.scope is Scope.THIS_AND_FOLLOWING:
        raise locked(session.lock, "This session cannot be moved")
    if span.all_day != series.all_day:
        raise DomainError("E_RRULE", "A series of times cannot become one of days, nor back; add a new one")
    key, first = _first(target, span, act)
    if target.key >= key:
        session.is_exception = False  # the one that was named goes along, even if it had moved on its own
    follower = series.change_from(key, shifted(series, key, first), act)
    database.add(follower)
    return follower, [row for row in follower.occurrences if not row.frozen]


def _first(target: Target, span: Span, act: Act) -> tuple[str, Span]:
    """The first occurrence that changes, and its new time: all in the series means all to come (R13)."""
    series = target.series
    if series is None or target.scope is not Scope.ALL_IN_SERIES:
        return target.key, span
    first = series.first_changeable(act.now)
    if first is None:
        raise DomainError(
            "E_LOCKED", "No occurrence of this series is still to come; choose --scope this for one of them"
        )
    apart = wall_distance(series.original(first), series.original(target.session))
    return first.occurrence_key or "", span.starting(shift(span.start, -apart))


def _original(target: Target) -> Span:
    """Where the rule put the session that was named."""
    if target.series is None:
        return target.session.span
    return target.series.span.starting(target.series.original(target.session))
