"""Ask when workers can be had: their hours and their leave, read for a stretch of time and held against sessions.

Whether somebody who is away can be booked all the same is the practice's decision (`rules.worker_availability`). An
Other Event is the worker's own, and asked about by nobody.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from model.availability import AdHocAvailability, AvailabilityTemplate, Leave
from model.busy import Busy
from model.errors import DomainError
from model.moment import zone
from model.painting import closed
from model.people import Worker
from model.session import Session
from model.working_time import WorkingTime
from sync.settings import RulesSettings
from sync.store import Placed

_Wanted = tuple[Worker, datetime, datetime]


def working_times(
    database: Database, workers: Collection[Worker], since: datetime, until: datetime
) -> dict[UUID, WorkingTime]:
    """What is known of these workers around [since, until); three queries."""
    ids = {worker.id for worker in workers}
    templates = database.scalars(
        select(AvailabilityTemplate).where(AvailabilityTemplate.worker_id.in_(ids))
    ).all()
    ad_hoc, leave = (
        database.scalars(
            select(noun).where(noun.worker_id.in_(ids), noun.ends_at > since, noun.starts_at < until)
        ).all()
        for noun in (AdHocAvailability, Leave)
    )
    return {
        worker.id: WorkingTime(
            tz=zone(worker.tz),
            templates=[one for one in templates if one.worker_id == worker.id],
            ad_hoc=[
                one for one in ad_hoc if isinstance(one, AdHocAvailability) and one.worker_id == worker.id
            ],
            leave=[one for one in leave if isinstance(one, Leave) and one.worker_id == worker.id],
        )
        for worker in workers
    }


def check_availability(
    database: Database, rows: Sequence[Session], rules: RulesSettings, who: Collection[UUID] | None = None
) -> list[str]:
    """Refuse a worker who is away at the time of one of these sessions (E_UNAVAILABLE), or warn of it; `who`: only of
    these.
    """
    wanted = [one for one in _times_of(rows) if who is None or one[0].id in who]
    met = next(_away(database, wanted), None)
    if met is None:
        return []
    if rules.worker_availability == "prevent":
        raise unavailable_at(*met[:2])
    return ["WORKER_UNAVAILABLE"]


def absences(database: Database, rows: Sequence[Session]) -> Iterator[tuple[Session, DomainError]]:
    """Which of these sessions want a worker who is away, and what to say of each; three queries."""
    wanted = {one: row for row in rows for one in _times_of([row])}
    for one in _away(database, list(wanted)):
        yield wanted[one], unavailable_at(*one[:2])


def unavailable(database: Database, rows: Sequence[Session]) -> list[str]:
    """The code to write down where nobody is there to choose another time."""
    return ["WORKER_UNAVAILABLE"] * any(True for _ in _away(database, list(_times_of(rows))))


def away_at(database: Database, placed: Sequence[Placed]) -> bool:
    """Whether a worker of these sessions would be away at the times they would go to."""
    wanted = [(one.worker, start, end) for row, start, end in placed for one in row.active_workers]
    return any(True for _ in _away(database, wanted))


def away_between(database: Database, worker: Worker, since: datetime, until: datetime) -> list[Busy]:
    """When a worker cannot be had, as others see it: no word about why."""
    known = working_times(database, [worker], since, until)[worker.id]
    return list(closed(known.layers(since, until), since, until))


def unavailable_at(worker: Worker, at: datetime) -> DomainError:
    """The error that says who and when, and not why: leave is nobody else's business."""
    when = at.astimezone(zone(worker.tz))
    return DomainError(
        "E_UNAVAILABLE",
        f'The worker "{worker.ref}" is not available at {when:%Y-%m-%d %H:%M}; choose another time or worker',
    )


def _times_of(rows: Sequence[Session]) -> Iterator[_Wanted]:
    """The times that sessions and shifts want of their workers."""
    for row in rows:
        if row.of_practice and not row.frozen:
            yield from ((one.worker, one.starts_at, one.ends_at) for one in row.active_workers)


def _away(database: Database, wanted: Sequence[_Wanted]) -> Iterator[_Wanted]:
    """Those of the wanted times at which the worker is away, in order."""
    if not wanted:
        return
    since, until = min(start for _, start, _ in wanted), max(end for *_, end in wanted)
    workers = {worker.id: worker for worker, *_ in wanted}
    known = working_times(database, list(workers.values()), since, until)
    for worker, start, end in sorted(wanted, key=lambda one: one[1]):
        if known[worker.id].is_away(start, end):
            yield worker, start, end
