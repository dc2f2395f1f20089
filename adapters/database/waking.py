"""Have the calendars of rooms, assets and beds looked at soon when what takes them changes (DOMAIN 5).

A room that a session left is not to be found by the session any more, and stays in beds have no number: so whatever
is written, wakes them in its own transaction. What is shown is read by their run.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import inspect, or_, select, update
from sqlalchemy.orm import Session as Database

from model.attendance import SessionAsset
from model.link import RUNNABLE, CalendarLink, Role
from model.session import Session
from model.stay import BedBooking, BedHold

_SHOWN = ("room", "room_id", "starts_at", "ends_at", "local_start", "status", "kind", "show_as")


@dataclass
class _Taken:
    """What is taken differently from now on."""

    rooms: set[UUID] = field(default_factory=set)
    assets: set[UUID] = field(default_factory=set)
    beds: set[UUID] = field(default_factory=set)
    sessions: set[UUID] = field(default_factory=set)  # whose assets are not at hand
    stays: set[UUID] = field(default_factory=set)  # whose bed is not at hand

    def note(self, row: object, *, whole: bool) -> None:
        """One row that is new or goes (`whole`), or that changed."""
        if isinstance(row, Session):
            if whole or _changed(row, _SHOWN):
                self.rooms |= _both(row, "room_id") | _named(row)
                self.sessions.add(row.id)
        elif isinstance(row, SessionAsset):
            self.assets |= _both(row, "asset_id")
        elif isinstance(row, BedBooking):
            self.beds |= _both(row, "bed_id")
        elif isinstance(row, BedHold):
            self.stays |= _both(row, "booking_id")


def wake_resources(
    database: Database, *, new: Iterable[object], changed: Iterable[object], now: datetime
) -> None:
    """Before a flush: let the runs of the calendars concerned be due at once, but for those that back off."""
    taken = _Taken()
    for row in (*new, *database.deleted):
        taken.note(row, whole=True)
    for row in changed:
        taken.note(row, whole=False)
    if not any(vars(taken).values()):
        return
    _look_up(database, taken)
    of = or_(
        CalendarLink.room_id.in_(taken.rooms),
        CalendarLink.asset_id.in_(taken.assets),
        CalendarLink.bed_id.in_(taken.beds),
    )
    asleep = CalendarLink.role == Role.RESOURCE, CalendarLink.state.in_(RUNNABLE), CalendarLink.failures == 0
    database.connection().execute(update(CalendarLink).where(*asleep, of).values(next_run_at=now))


def _look_up(database: Database, taken: _Taken) -> None:
    if taken.sessions:
        theirs = select(SessionAsset.asset_id).where(SessionAsset.session_id.in_(taken.sessions))
        taken.assets |= set(database.connection().execute(theirs).scalars())
    if taken.stays:
        bed = select(BedBooking.bed_id).where(BedBooking.id.in_(taken.stays))
        taken.beds |= set(database.connection().execute(bed).scalars())


def _changed(row: object, names: Iterable[str]) -> bool:
    attributes = inspect(row, raiseerr=True).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _both(row: object, name: str) -> set[UUID]:
    """What it is now, and what it was."""
    history = inspect(row, raiseerr=True).attrs[name].history
    return {one for one in (*(history.deleted or ()), getattr(row, name)) if one is not None}


def _named(row: Session) -> set[UUID]:
    """The rooms that were named by their rows: their ids come into the session's only with the flush."""
    history = inspect(row, raiseerr=True).attrs["room"].history
    return {room.id for room in (*(history.added or ()), *(history.deleted or ())) if room is not None}
