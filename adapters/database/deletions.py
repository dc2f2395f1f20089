"""Let what is deleted from the diary be deleted from the calendars too.

Deleting a session or a series sets its mappings' reference to NULL, and nothing would look at them again: so they
are marked DIRTY in the same flush, and the next push of their link, finding nothing to show, deletes there.
"""

from collections.abc import Sequence

from sqlalchemy import or_, update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction

from model.link import EventMapping, MappingState
from model.series import Series
from model.session import Session


def mark_mappings(database: Database, _context: UOWTransaction, _instances: Sequence[object] | None) -> None:
    """Before a flush: mark what shows a row that is about to go. Occurrences are shown by their series."""
    sessions = [row.id for row in database.deleted if isinstance(row, Session) and row.series_id is None]
    series = [row.id for row in database.deleted if isinstance(row, Series)]
    if not sessions and not series:
        return
    shows = or_(EventMapping.session_id.in_(sessions), EventMapping.series_id.in_(series))
    living = EventMapping.state != MappingState.TOMBSTONE
    step = update(EventMapping).where(shows, living).values(state=MappingState.DIRTY)
    database.connection().execute(step)
