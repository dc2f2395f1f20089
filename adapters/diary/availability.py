"""Keep what is known of when a worker can be had: weekly hours and single times (001-11, DOMAIN 4).

New weekly hours take the place of what was said of the same days; other days keep theirs.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.times import read_day, read_span
from adapters.diary.transaction import record
from adapters.diary.views import written
from model.act import Act
from model.availability import (
    AdHocAvailability,
    AvailabilityTemplate,
    left_over,
    read_windows,
    written_windows,
)
from model.details import check_length
from model.errors import DomainError
from model.moment import in_zone, zone
from model.people import Worker


@dataclass(frozen=True, kw_only=True)
class AvailabilityView:
    """Weekly hours with the days they hold for (`hours`), or one single time without."""

    ref: str
    worker: str
    hours: str
    start: str
    end: str | None


def set_hours(
    sessions: Sessions, act: Act, worker: str, hours: str, *, first: str | None, last: str | None
) -> AvailabilityView:
    """Give a worker weekly hours from a day on, or for some days; before and after, what was said stays."""
    windows = read_windows(hours)
    with sessions.begin() as database:
        found = by_ref(database, Worker, worker)
        start = read_day(first) if first else act.now.astimezone(zone(found.tz)).date()
        end = read_day(last) if last else None
        if end is not None and end < start:
            raise DomainError(
                "E_END_BEFORE_START", "The last day cannot come before the first; give a later one"
            )
        for old in _templates(database, found.id):
            _make_room(database, act, old, start, end)
        made = _template(act, found.id, written_windows(windows), start, end)
        database.add(made)
        record(database, act, "availability-set", worker=found.ref, start=start.isoformat())
        return _view(made, found)


def offer_time(
    sessions: Sessions, act: Act, worker: str, start: str, *, end: str | None, minutes: int | None
) -> AvailabilityView:
    """Let a worker be had at a single time beyond their weekly hours."""
    with sessions.begin() as database:
        found = by_ref(database, Worker, worker)
        made_id = act.new_id()
        made = AdHocAvailability(id=made_id, ref=made_id.hex[:8], worker_id=found.id)
        made.span = read_span(start, end=end, minutes=minutes, tz=zone(found.tz))
        check_length(made.span)
        database.add(made)
        record(database, act, "availability-set", worker=found.ref, start=written(made.span.start))
        return _view(made, found)


def list_availability(sessions: Sessions, worker: str) -> list[AvailabilityView]:
    """What is known of a worker: hours first, then single times, each in order."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        return [_view(row, found) for row in _all(database, found.id)]


def clear_availability(sessions: Sessions, act: Act, worker: str, ref: str | None) -> int:
    """Forget one entry, or all: then the worker is always available. How many there were."""
    with sessions.begin() as database:
        found = by_ref(database, Worker, worker)
        gone = [row for row in _all(database, found.id) if ref is None or row.ref == ref]
        if ref is not None and not gone:
            raise DomainError("E_NOT_FOUND", f'There is no availability "{ref[:40]}" of that worker')
        for row in gone:
            database.delete(row)
        record(database, act, "availability-cleared", worker=found.ref, count=len(gone))
        return len(gone)


def _make_room(
    database: Database, act: Act, old: AvailabilityTemplate, start: date, end: date | None
) -> None:
    """Leave a template the days that are not given other hours."""
    rest = left_over(old, start, end)
    if not rest:
        database.delete(old)
        return
    old.start_date, old.end_date = rest[0]
    for first, last in rest[1:]:
        database.add(_template(act, old.worker_id, old.windows_text, first, last))


def _template(act: Act, worker_id: UUID, hours: str, start: date, end: date | None) -> AvailabilityTemplate:
    made = act.new_id()
    return AvailabilityTemplate(
        id=made, ref=made.hex[:8], worker_id=worker_id, windows_text=hours, start_date=start, end_date=end
    )


def _all(database: Database, worker_id: UUID) -> list[AvailabilityTemplate | AdHocAvailability]:
    return [*_templates(database, worker_id), *_single(database, worker_id)]


def _templates(database: Database, worker_id: UUID) -> list[AvailabilityTemplate]:
    query = select(AvailabilityTemplate).where(AvailabilityTemplate.worker_id == worker_id)
    order = AvailabilityTemplate.start_date, AvailabilityTemplate.ref
    return list(database.scalars(query.order_by(*order)))


def _single(database: Database, worker_id: UUID) -> list[AdHocAvailability]:
    query = select(AdHocAvailability).where(AdHocAvailability.worker_id == worker_id)
    return list(database.scalars(query.order_by(AdHocAvailability.starts_at, AdHocAvailability.ref)))


def _view(row: AvailabilityTemplate | AdHocAvailability, worker: Worker) -> AvailabilityView:
    if isinstance(row, AvailabilityTemplate):
        hours, start = row.windows_text, row.start_date.isoformat()
        end = row.end_date.isoformat() if row.end_date else None
    else:
        hours, start = "", written(in_zone(row.span.start, row.span.tz))
        end = written(in_zone(row.span.end, row.span.tz))
    return AvailabilityView(ref=row.ref, worker=worker.ref, hours=hours, start=start, end=end)
