"""Jobs of the diary: make the occurrences of the next 13 months, and follow new time zone data."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_several_series
from adapters.diary.conflicts import overlaps, refusals
from adapters.diary.presence import unavailable
from adapters.diary.staffing import drop_ineligible
from adapters.diary.transaction import record
from model.act import Act
from model.availability import AdHocAvailability, Leave
from model.series import HORIZON, Series
from model.session import Session

_BATCH = 100
_AHEAD = timedelta(days=30)  # made at once, so that a series is touched once a month and not every night


def extend(sessions: Sessions, act: Act) -> int:
    """Make the rows that have come within 13 months; return how many. A batch is a transaction."""
    due = select(Series.id).where(Series.materialised_until < act.now + HORIZON)
    made = 0
    for ids in _batches(sessions, due):
        with sessions.begin() as database:
            made += sum(_extend(database, series, act) for series in load_several_series(database, ids))
    return made


def recompute(sessions: Sessions) -> int:
    """Derive all instants again from wall time and zone; return how many sessions moved (FAILURES D4)."""
    moved = 0
    for ids in _batches(sessions, select(Session.id)):
        with sessions.begin() as database:
            rows = select(Session).where(Session.id.in_(ids)).options(selectinload(Session.workers))
            moved += sum(row.recompute() for row in database.scalars(rows))
    for ids in _batches(sessions, select(Series.id)):
        with sessions.begin() as database:
            for series in database.scalars(select(Series).where(Series.id.in_(ids))):
                series.span = series.span
    with sessions.begin() as database:
        for one in [*database.scalars(select(AdHocAvailability)), *database.scalars(select(Leave))]:
            one.span = one.span
    return moved


def _extend(database: Database, series: Series, act: Act) -> int:
    """Nobody is there to choose another time or worker: a full room is only written down, and a worker who is not
    eligible any more (R30) is left out."""
    rows = series.materialise(act.now + HORIZON + _AHEAD, act)
    if rows:
        codes = drop_ineligible(database, rows)
        database.flush()
        codes += [conflict.code for conflict in refusals(database, rows)]
        codes += overlaps(database, rows) + unavailable(database, rows)
        record(database, act, "extended", series_id=series.id, code=" ".join(codes), count=len(rows))
    return len(rows)


def _batches(sessions: Sessions, query: Select[UUID]) -> Iterator[Sequence[UUID]]:
    """The ids that a query finds now, a hundred at a time."""
    with reading(sessions) as database:
        ids = database.scalars(query).all()
    for first in range(0, len(ids), _BATCH):
        yield ids[first : first + _BATCH]
