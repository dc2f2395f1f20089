"""What an event says to machines beside its words: its colour, and the rooms and assets that it takes (DOMAIN 1.0).

Whether any of it may leave is `projection`'s to decide. A client is never an attendee; a room is, by a UUID that says
nothing and is nobody's address.
"""

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from model.details import Source
from model.link import CalendarLink
from model.series import Series
from model.session import Session

if TYPE_CHECKING:
    from model.feed import Feed


def colour_of(unit: Session | Series, *, may: bool) -> str | None:
    """That of its session type (RFC 7986, 5.9); about the practitioner's own events we say nothing."""
    if unit.source is Source.CALENDAR:
        return None
    return unit.colour if may else ""


def taken_by(unit: Session | Series) -> frozenset[str]:
    """The room and the assets of a session with clients."""
    if not unit.has_client:
        return frozenset()
    rooms = [taken_as("ROOM", unit.room_id)] if unit.room_id else []
    return frozenset([*rooms, *(taken_as("RESOURCE", one.asset_id) for one in unit.assets)])


def shown_by(link: "CalendarLink | Feed") -> frozenset[str]:
    """The room, asset or bed whose calendar or feed it is."""
    if link.room_id is not None:
        return frozenset({taken_as("ROOM", link.room_id)})
    other = link.asset_id or link.bed_id
    return frozenset({taken_as("RESOURCE", other)}) if other is not None else frozenset()


def taken_as(kind: Literal["ROOM", "RESOURCE"], resource_id: UUID) -> str:
    """How a room, an asset or a bed is named beside people (RFC 5545, 3.2.3)."""
    return f"{kind} urn:uuid:{resource_id}"
