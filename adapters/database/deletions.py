"""Let what is deleted from the diary be deleted from the calendars too.

Deleting a session or a series sets its mappings' reference to NULL, and nothing would look at them again; nor at
those of a worker who does not take part any more. So they are marked DIRTY in the same flush, and the next push of
their link, finding nothing to show, deletes there.

A shift that is deleted lets go of the sessions that lie in it, which stay.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, event, inspect, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, UOWTransaction
from sqlalchemy.orm import Session as Database

from model.details import Kind
from model.link import CalendarLink, EventMapping, MappingState
from model.series import Series
from model.session import Session


def mark_mappings(database: Database, _context: UOWTransaction, _instances: Sequence[object] | None) -> None:
    """Before a flush: mark what shows a row that is about to go. Of occurrences that is a request at most."""
    sessions = [row.id for row in database.deleted if isinstance(row, Session)] + _taken_out(database.dirty)
    series = [row.id for row in database.deleted if isinstance(row, Series)]
    left = [_of_worker(*pair) for pair in _unassigned(database.dirty)]
    if not sessions and not series and not left:
        return
    shows = or_(EventMapping.session_id.in_(sessions), EventMapping.series_id.in_(series), *left)
    living = EventMapping.state != MappingState.TOMBSTONE
    step = update(EventMapping).where(shows, living).values(state=MappingState.DIRTY)
    database.connection().execute(step)


def _taken_out(rows: Iterable[object]) -> list[UUID]:
    """The occurrences that left their series."""
    return [
        gone.id
        for row in rows
        if isinstance(row, Series)
        for gone in inspect(row).attrs.occurrences.history.deleted or ()
    ]


def _unassigned(rows: Iterable[object]) -> list[tuple[UUID, UUID]]:
    """The single sessions that a worker was taken off, and who it was; of a series each change is looked at anyway."""
    return [
        (row.id, gone.worker_id)
        for row in rows
        if isinstance(row, Session) and row.series_id is None
        for gone in inspect(row).attrs.workers.history.deleted or ()
    ]


def _of_worker(session_id: UUID, worker_id: UUID) -> ColumnElement[bool]:
    links = select(CalendarLink.id).where(CalendarLink.worker_id == worker_id)
    return and_(EventMapping.session_id == session_id, EventMapping.link_id.in_(links))


@event.listens_for(Session, "before_delete")
def _release(_: Mapper[Session], connection: Connection, row: Session) -> None:
    """No foreign key does it: SQLite cannot give a table that others refer to a new one."""
    if row.kind is Kind.SHIFT:
        inside = update(Session).where(Session.parent_shift_id == row.id)
        connection.execute(inside.values(parent_shift_id=None))
