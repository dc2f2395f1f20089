"""What takes a room, an asset or a bed, for the calendar that shows it: what ends late enough, or stands there."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_bookings
from model.attendance import SessionAsset
from model.details import Kind, ShowAs
from model.feed import Feed
from model.link import CalendarLink
from model.session import Session
from model.stay import BedBooking
from sync.resource import Occupied, taken_by_sessions, taken_by_stays


def occupied(
    database: Database,
    link: CalendarLink | Feed,
    shown: Collection[str],
    *,
    since: datetime,
    until: datetime,
    drafts: bool,
) -> list[Occupied]:
    """All that this link's calendar or this feed shall show; `shown` are the keys of what it shows now."""
    known = {UUID(key.rpartition(":")[2]) for key in shown if not key.startswith("hold:")}
    if link.bed_id is not None:
        late = or_(BedBooking.ends_at >= since, BedBooking.id.in_(known))
        query = select(BedBooking.id).where(
            BedBooking.bed_id == link.bed_id, BedBooking.starts_at < until, late
        )
        return taken_by_stays(load_bookings(database, database.scalars(query).all()))
    rows = select(Session).where(takes(link), Session.starts_at < until)
    blocks = or_(Session.kind != Kind.OTHER_EVENT, Session.show_as == ShowAs.BUSY)
    rows = rows.where(blocks, or_(Session.ends_at >= since, Session.id.in_(known)))
    return taken_by_sessions(database.scalars(rows), drafts=drafts)


def takes(link: CalendarLink | Feed) -> ColumnElement[bool]:
    """Which sessions take the room, or the asset."""
    if link.asset_id is not None:
        return Session.id.in_(select(SessionAsset.session_id).where(SessionAsset.asset_id == link.asset_id))
    return Session.room_id == link.room_id
