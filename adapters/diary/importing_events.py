"""Import a foreign calendar file as a worker's Other Events, as a pull would take them (004-20).

Each event stands for itself: a bad one costs only itself. A second import of the same UID updates the first.
They are the practice's own afterwards: sent to calendars at the link's privacy level.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_series, load_session
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record, writing
from adapters.ical.foreign import Part, Problem, split
from model.act import Act
from model.attendance import SessionWorker
from model.details import Kind, Source
from model.errors import DomainError
from model.moment import zone
from model.people import Worker
from model.series import Series, SeriesWorker
from model.session import Session
from sync.adopt import adopt, orphans_as_single
from sync.disclosure import Unit

_BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Bad:
    """What could not be taken in: where in the file, and why."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did, or would do."""

    added: int = 0
    updated: int = 0
    bad: tuple[Bad, ...] = ()

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            added=self.added + other.added, updated=self.updated + other.updated, bad=self.bad + other.bad
        )


class _NotForReal(Exception):
    """Ends the transaction of a dry run."""


def import_events(
    sessions: Sessions, act: Act, worker: str, body: bytes, *, dry_run: bool = False
) -> Imported:
    """Take every good event of a file in, a batch a transaction; list what is bad, in the file's order."""
    with reading(sessions) as database:
        tz = zone(by_ref(database, Worker, worker).tz)
    found = split(body, tz=tz)
    done = Imported(bad=tuple(Bad(line=p.line, reason=p.reason) for p in found if isinstance(p, Problem)))
    for parts in _batches([p for p in found if isinstance(p, Part)]):
        try:
            with writing(sessions) as database:
                taken = _take_batch(database, act, by_ref(database, Worker, worker), parts, tz)
                if dry_run:
                    raise _NotForReal
        except _NotForReal:
            pass
        done += taken
    return replace(done, bad=tuple(sorted(done.bad, key=lambda bad: bad.line)))


def _batches(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    for start in range(0, len(parts), _BATCH):
        yield parts[start : start + _BATCH]


def _take_batch(
    database: Database, act: Act, worker: Worker, parts: Sequence[Part], tz: ZoneInfo
) -> Imported:
    done = Imported()
    for part in parts:
        try:
            with database.begin_nested():
                done += _take(database, act, worker, part, tz)
        except DomainError as error:
            done += Imported(bad=(Bad(line=part.line, reason=error.message),))
    record(database, act, "imported", added=done.added, updated=done.updated, bad=len(done.bad))
    return done


def _take(database: Database, act: Act, worker: Worker, part: Part, tz: ZoneInfo) -> Imported:
    event = orphans_as_single(part.reading.event)
    if event.master is None:
        return Imported(bad=(Bad(line=part.line, reason="there is no event in it"),))
    known = _known(database, worker, event.uid)
    unit = adopt(event, known, worker=worker, tz=tz, act=act)
    unit.import_uid, unit.source = event.uid or None, Source.STAFF
    for row in unit.occurrences if isinstance(unit, Series) else ():
        row.source = Source.STAFF
    database.add(unit)
    database.flush()
    if known is None:
        return Imported(added=1)
    if known is not unit:  # it repeats now, or does no more
        database.delete(known)
        database.flush()
    return Imported(updated=1)


def _known(database: Database, worker: Worker, uid: str) -> Unit | None:
    """What was imported for this worker under this UID before."""
    if not uid:
        return None
    single = select(Session.id).join(SessionWorker, SessionWorker.session_id == Session.id)
    found = database.scalar(
        single.where(
            Session.import_uid == uid,
            Session.kind == Kind.OTHER_EVENT,
            SessionWorker.worker_id == worker.id,
        )
    )
    if found is not None:
        return load_session(database, found)
    several = select(Series.id).join(SeriesWorker, SeriesWorker.series_id == Series.id)
    found = database.scalar(several.where(Series.import_uid == uid, SeriesWorker.worker_id == worker.id))
    return load_series(database, found) if found is not None else None
