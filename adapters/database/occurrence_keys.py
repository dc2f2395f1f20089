"""Let the occurrences of a series change their names among each other.

A series that moves by a week renames each row to what the next one was called. The database checks that names
are unique after each row, so the old names are given up first, and the unit of work then writes the new ones.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction

from model.series import Series
from model.session import Session


def free_names(database: Database, _context: UOWTransaction, _instances: Sequence[object] | None) -> None:
    """Before a flush: give up the names of rows that are renamed or about to go."""
    changed = {row.id for row in database.dirty if isinstance(row, Session) and _renamed(row)}
    gone = {row.id for row in database.deleted if isinstance(row, Session) and row.occurrence_key}
    ids = changed | gone | _fallen(database)
    if ids:
        database.connection().execute(update(Session).where(Session.id.in_(ids)).values(occurrence_key=None))


def _renamed(row: Session) -> bool:
    return bool(inspect(row).attrs.occurrence_key.history.deleted)


def _fallen(database: Database) -> set[UUID]:
    """Rows that fell out of their series and were taken up by no other: the flush will delete them."""
    return {
        row.id
        for series in database.dirty
        if isinstance(series, Series)
        for row in inspect(series).attrs.occurrences.history.deleted or ()
        if row.series_id == series.id
    }
