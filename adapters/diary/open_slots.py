"""Let a change of a reserved window reach the calendars of its worker, where windows are shown there (003-10).

What a link shows of windows is not asked by numbers of changes, as there are few: so whoever changes one marks what
shows it, or is to, and has the links looked at soon. What is missed (an import) the next reconciliation finds.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from model.act import Act
from model.link import RUNNABLE, CalendarLink, EventMapping, LinkState, MappingState, Role
from model.reserved_slot import ReservedSlot
from sync.open_slots import name_of
from sync.settings import BookingSettings


def tell_links(database: Database, act: Act, window: ReservedSlot, settings: BookingSettings) -> None:
    """Mark what shows a window that is new, changed or about to go."""
    theirs = CalendarLink.worker_id == window.worker_id, CalendarLink.role == Role.WORK
    query = select(CalendarLink).where(*theirs, CalendarLink.state != LinkState.UNLINKED)
    for link in database.scalars(query):
        mapping = _mapping(database, link, window)
        if mapping is None and settings.open_slot_display == "event":
            database.add(_waiting(act, link, window))
        elif mapping is not None and mapping.state is not MappingState.PENDING:
            mapping.state = MappingState.DIRTY
        if link.state in RUNNABLE and link.failures == 0:
            link.next_run_at = act.now


def _mapping(database: Database, link: CalendarLink, window: ReservedSlot) -> EventMapping | None:
    shows = EventMapping.shows == name_of(window.id), EventMapping.state != MappingState.TOMBSTONE
    return database.scalar(select(EventMapping).where(EventMapping.link_id == link.id, *shows))


def _waiting(act: Act, link: CalendarLink, window: ReservedSlot) -> EventMapping:
    """What is to be written by the link's next run."""
    return EventMapping(
        id=act.new_id(), link_id=link.id, uid=str(act.new_id()), href="", href_key="", etag=None, note="",
        waiting="", shows=name_of(window.id), state=MappingState.DIRTY,
    )  # fmt: skip
