"""Who and what is taken, and when: the books of rooms, assets, workers and clients (DOMAIN 4).

Intervals are half-open. What was cancelled or given up takes nobody's time, nor does what is shown as free, nor what a
client only asked for: staff can still schedule there (R64). What to make of a time that is taken twice is decided in
`conflicts` and `validating`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, column, func, literal, or_, select, values
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as Database
from sqlalchemy.sql.elements import SQLCoreOperations

from adapters.database.lengths import days_between
from adapters.database.portions import portions
from model.attendance import Assignment, Attendance, SessionAsset, SessionClient, SessionWorker
from model.base import Instant
from model.capacity import Taken
from model.details import Kind, ShowAs, Status
from model.session import Session

_Query = Select[UUID, UUID, datetime, datetime, int, Kind]


@dataclass(frozen=True)
class Book:
    """Where the times of one kind of `who` are written, and how many of it are taken."""

    who: InstrumentedAttribute[Any]
    starts: InstrumentedAttribute[datetime]
    ends: InstrumentedAttribute[datetime]
    table: type[SessionWorker] | type[SessionClient] | type[SessionAsset] | None = None
    status: InstrumentedAttribute[Any] | None = None
    qty: SQLCoreOperations[int] | None = None

    @property
    def in_one_place(self) -> bool:
        """Whether who and when stand in one row, so that an index finds both."""
        return self.who.class_ is self.starts.class_

    def query(self) -> _Query:
        """Of sessions that block and are not cancelled, what was not given up."""
        many = literal(1) if self.qty is None else self.qty
        found = select(Session.id, self.who, self.starts, self.ends, many, Session.kind)
        found = found.where(Session.status.not_in([Status.CANCELLED, Status.PENDING]))
        found = found.where(or_(Session.kind != Kind.OTHER_EVENT, Session.show_as == ShowAs.BUSY))
        if self.table is not None:
            found = found.join(self.table, self.table.session_id == Session.id)
        if self.status is not None:
            given_up = [Assignment.CANCELLED, Assignment.DECLINED, Attendance.CANCELLED]
            found = found.where(self.status.not_in(given_up))
        return found


ROOMS = Book(Session.room_id, Session.starts_at, Session.ends_at)
ASSETS = Book(SessionAsset.asset_id, Session.starts_at, Session.ends_at, SessionAsset, qty=SessionAsset.qty)
WORKERS = Book(
    SessionWorker.worker_id,
    SessionWorker.starts_at,
    SessionWorker.ends_at,
    SessionWorker,
    SessionWorker.status,
)
CLIENTS = Book(
    SessionClient.client_id, Session.starts_at, Session.ends_at, SessionClient, SessionClient.status
)
_A_MINUTE = timedelta(minutes=1)


def others(
    database: Database, book: Book, wanted: Sequence[Taken], *, without: Iterable[Session] = ()
) -> list[Taken]:
    """What else is in the book at the wanted times, each once; a little more around them may be among it."""
    return [taken for _, taken in engaged(database, book, wanted, without=without)]


def engaged(
    database: Database, book: Book, wanted: Sequence[Taken], *, without: Iterable[Session] = ()
) -> list[tuple[Kind, Taken]]:
    """The same, each with the kind of what takes it."""
    if not wanted:
        return []
    mine = {row.id for row in without}
    queries = _at_times(database, book, wanted) if book.in_one_place else [_around(book, wanted)]
    rows = (row for query in queries for row in database.execute(query).all())
    found = {(row[0], row[5], Taken(row[1], row[2], row[3], row[4])) for row in rows}
    return [(kind, taken) for session_id, kind, taken in found if session_id not in mine]


def _around(book: Book, wanted: Sequence[Taken]) -> _Query:
    """All there is from the first of them to the last."""
    return book.query().where(*_between(book, wanted))


def _between(book: Book, wanted: Sequence[Taken]) -> tuple[ColumnElement[bool], ...]:
    return (
        book.who.in_({taken.who for taken in wanted}),
        book.ends > min(taken.start for taken in wanted),
        book.starts < max(taken.end for taken in wanted),
    )


def _at_times(database: Database, book: Book, wanted: Sequence[Taken]) -> Iterator[_Query]:
    """What meets one of them.

    An index by ends has no other limit than the latest end that matters: that of the longest that begins just before
    the wanted time is over. So that is asked first, of the index alone: a series then costs its own occurrences, not
    all that happens in the years between them.
    """
    longest = _longest(database, book, wanted)
    names = (
        column("who", Uuid()),
        column("start", Instant()),
        column("end", Instant()),
        column("last", Instant()),
    )
    for some in portions(wanted):
        rows = [(taken.who, taken.start, taken.end, taken.end + longest) for taken in some]
        time = values(*names, name="wanted").data(rows).cte("wanted")
        met = (book.who == time.c.who, book.ends > time.c.start, book.starts < time.c.end)
        yield book.query().join(time, met[0]).where(*met[1:], book.ends <= time.c.last)


def _longest(database: Database, book: Book, wanted: Sequence[Taken]) -> timedelta:
    """What may lie between start and end of anything that meets one of them, rounded up."""
    query = select(func.max(days_between(book.starts, book.ends))).select_from(book.who.class_)
    days = database.scalar(query.where(*_between(book, wanted)))
    return timedelta(days=days or 0) + _A_MINUTE
