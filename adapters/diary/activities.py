"""Give sessions their activities, and read them as people type them: "BREAK 11:00-11:30" (001-13).

A time of day is the first one in the session from its start on, so that a sleepover may go past midnight. Whose it is
has to be said where several workers take part: "BREAK tom 11:00-11:30".
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from adapters.database.engine import Sessions
from adapters.diary.scopes import find_target, note, reached
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from model.act import Act
from model.activity import Activities, ActivityType, SessionActivity, check_inside, check_workers
from model.details import Kind
from model.errors import DomainError
from model.lock import locked
from model.moment import Moment, is_all_day, settle
from model.people import Worker
from model.series import Scope
from model.session import Session

_FORM = 'write it like "BREAK 11:00-11:30", "SLEEPOVER tom 22:00-06:00 unpaid"'
_MINUTE = timedelta(minutes=1)
_PAID = {"paid": True, "unpaid": False}


def change(sessions: Sessions, act: Act, session: str, texts: Sequence[str], scope: Scope | None) -> Changed:
    """Replace the activities of a session, the rest of its series, or all that is to come."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        series, rows = reached(database, target, act)
        for row in rows:
            _give(row, texts)
        if series is not None:
            workers = [one.worker for one in series.workers]
            series.activities = read_activities(texts, series.span.start, workers)
            check_inside(series.activities, series.span.length)
        note(database, act, "activities-changed", target)
        return target.changed(len(rows), series=series)


def _give(row: Session, texts: Sequence[str]) -> None:
    if row.frozen and row.lock:
        raise locked(row.lock, "Its activities cannot be changed any more")
    check_kind(row.kind)
    found = read_activities(texts, row.span.start, [one.worker for one in row.active_workers])
    check_inside(found, row.span.length)
    row.activities = found


def check_kind(kind: Kind) -> None:
    """Sessions and shifts have activities; what a worker's own event is about is nobody else's business."""
    if kind is Kind.OTHER_EVENT:
        raise DomainError("E_ACTIVITY", "An Other Event has no activities; only sessions and shifts do")


def read_activities(texts: Iterable[str], start: Moment, workers: Sequence[Worker]) -> Activities:
    """What was typed, for a session of these workers that begins then."""
    texts = tuple(texts)
    if texts and is_all_day(start):
        raise DomainError(
            "E_ACTIVITY_OUTSIDE", "What lasts whole days has no activities; give it times first"
        )
    found = tuple(_read(text, start, workers) for text in texts if isinstance(start, datetime))
    check_workers(found, {worker.id for worker in workers})
    return found


def at(start: str) -> datetime:
    """The start of what a roster plans, on a day of no zone: activities are told by the clock alone."""
    return datetime.combine(datetime(2000, 1, 3, tzinfo=UTC), time.fromisoformat(start), UTC)


def _read(text: str, start: datetime, workers: Sequence[Worker]) -> SessionActivity:
    kind, *words = text.split() or [""]
    paid = _PAID[words.pop()] if words and words[-1] in _PAID else None
    name = kind.upper().replace("-", "_")
    if not 1 <= len(words) <= 2 or name not in ActivityType.__members__:
        raise DomainError("E_ACTIVITY", f'"{text[:60]}" is no activity; {_FORM}')
    type_ = ActivityType(name)
    begin, end = _times(text, words[-1], start)
    return SessionActivity(
        type=type_,
        worker_id=_worker(words[:-1], workers).id,
        after=(begin - start.astimezone(UTC)) // _MINUTE,
        minutes=(end - begin) // _MINUTE,
        paid=type_ is not ActivityType.BREAK if paid is None else paid,
    )


def _worker(named: Sequence[str], workers: Sequence[Worker]) -> Worker:
    found = [worker for worker in workers if not named or worker.ref == named[0]]
    if len(found) != 1:
        raise DomainError("E_WORKER_REQUIRED", f"Say which of its workers has the activity; {_FORM}")
    return found[0]


def _times(text: str, typed: str, start: datetime) -> tuple[datetime, datetime]:
    """The instants of "11:00-11:30": each the first such time, of the start's day or the one after."""
    try:
        first, last = (time.fromisoformat(part) for part in typed.split("-"))
    except ValueError as error:
        raise DomainError("E_ACTIVITY", f'"{text[:60]}" has no times; {_FORM}') from error
    begin = _next(first, start)
    end = _next(last, begin)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _next(clock: time, since: datetime) -> datetime:
    found = settle(datetime.combine(since.date(), clock.replace(tzinfo=None), since.tzinfo))
    if found.astimezone(UTC) < since.astimezone(UTC):
        found = settle(found + timedelta(days=1))
    return found


def told(activities: Activities, start: datetime, workers: Mapping[UUID, str]) -> tuple[str, ...]:
    """The same as it could be typed; workers by the practice's ids."""
    return tuple(_told(one, start, workers) for one in activities)


def _told(one: SessionActivity, start: datetime, workers: Mapping[UUID, str]) -> str:
    begin, end = (moment.astimezone(start.tzinfo) for moment in one.span(start.astimezone(UTC)))
    paid = "paid" if one.paid else "unpaid"
    return f"{one.type} {workers.get(one.worker_id, '')} {begin:%H:%M}-{end:%H:%M} {paid}"
