"""The site or room that somebody named in a calendar: found by exactly its name, taken once that is confirmed (E10)."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_session
from adapters.diary.asked import gone, series_of
from adapters.diary.conflicts import check_places
from adapters.diary.transaction import record
from model.act import Act
from model.details import LocationType
from model.errors import DomainError
from model.inbound import InboundChange
from model.lock import locked
from model.practice import Room, Site
from model.session import Session
from sync.store import Place


def place_named(database: Database, text: str) -> Place | None:
    """The one site or room of that name, as an event may show it; None where none or several have it."""
    name = text.strip()
    if not name:
        return None
    sites = select(Site.id).where(or_(Site.name == name, Site.code == name))
    found = [Place(site_id=site) for site in database.scalars(sites)]
    rooms = select(Room.site_id, Room.id).join(Site, Site.id == Room.site_id)
    rooms = rooms.where(or_(Room.name == name, Site.name + ", " + Room.name == name))
    found += [Place(site_id=row[0], room_id=row[1]) for row in database.execute(rooms).all()]
    return found[0] if len(found) == 1 else None


def take_place(database: Database, act: Act, change: InboundChange) -> int:
    """Let it take place where the calendar said: one session, or all of a series that is still to come."""
    site = database.get(Site, UUID(str(change.after["site"]))) if "site" in change.after else None
    if site is None:
        raise DomainError(
            "E_ANSWER", "The place of this change is not known; set it in the diary, then dismiss it"
        )
    room = database.get(Room, UUID(str(change.after["room"]))) if "room" in change.after else None
    rows = _reached(database, act, change)
    if not rows:
        raise DomainError(
            "E_LOCKED", "There is nothing left that could take place elsewhere; dismiss this change"
        )
    if change.session_id is None:
        series = series_of(database, change)
        series.location_type, series.site, series.room = LocationType.SITE, site, room
    for row in rows:
        row.location_type, row.site, row.room = LocationType.SITE, site, room
        row.is_exception |= row.series_id is not None and change.session_id is not None
        row.check_modifiers()
    database.flush()
    check_places(database, rows)
    record(database, act, "moved", session_id=change.session_id, series_id=change.series_id, code=change.code)
    return len(rows)


def _reached(database: Database, act: Act, change: InboundChange) -> list[Session]:
    if change.session_id is None:
        return [
            row for row in series_of(database, change).occurrences if row.starts_at > act.now and not row.lock
        ]
    session = load_session(database, change.session_id)
    if session is None:
        raise gone()
    if session.lock:
        raise locked(session.lock, "This session cannot take place elsewhere")
    return [session]
