"""When a room, an asset or a bed is taken (DOMAIN 4): merged, half-open, without a word about by whom or what for.

A room or an asset is busy while there is none left of it; with drafts alone, tentatively. So is a bed on hold.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_bookings
from adapters.diary.busy import BusyTime, read_window
from adapters.diary.lookup import by_ref, practice_zone
from model.asset import Asset
from model.attendance import SessionAsset
from model.bed import Bed
from model.busy import Busy, Fbtype, merge, times_of
from model.capacity import Taken, above
from model.details import TENTATIVE, Status
from model.practice import Room
from model.session import Session
from model.stay import BedBooking
from sync.labels import taken_as


class Resource(StrEnum):
    """What may be taken and is nobody."""

    ROOM = "ROOM"
    ASSET = "ASSET"
    BED = "BED"


_Times = tuple[UUID, list[Busy]]


def resource_busy(sessions: Sessions, kind: Resource, ref: str, start: str, end: str) -> BusyTime:
    """The busy time of one of them; times are read in the practice's zone."""
    with reading(sessions) as database:
        tz = practice_zone(database)
        since, until = read_window(start, end, tz)
        found, blocks = _TIMES[kind](database, ref, since, until)
        taken = taken_as("ROOM" if kind is Resource.ROOM else "RESOURCE", found)
    merged = tuple(merge(blocks, start=since, end=until))
    return BusyTime(who=ref, start=since, end=until, tz=tz, blocks=merged, taken=taken)


def _room(database: Database, ref: str, since: datetime, until: datetime) -> _Times:
    room = by_ref(database, Room, ref)
    query = _within(since, until).add_columns(Session.room_id).where(Session.room_id == room.id)
    rows = [(status, Taken(room.id, begin, finish)) for status, begin, finish, _ in database.execute(query)]
    return room.id, _full(rows, room.capacity)


def _asset(database: Database, ref: str, since: datetime, until: datetime) -> _Times:
    asset = by_ref(database, Asset, ref)
    mine = SessionAsset.session_id == Session.id, SessionAsset.asset_id == asset.id
    query = _within(since, until).add_columns(SessionAsset.qty).join(SessionAsset, mine[0]).where(mine[1])
    rows = [
        (status, Taken(asset.id, begin, finish, qty))
        for status, begin, finish, qty in database.execute(query)
    ]
    return asset.id, _full(rows, asset.quantity)


def _within(since: datetime, until: datetime) -> Select[Status, datetime, datetime]:
    there: tuple[ColumnElement[bool], ...] = (Session.ends_at > since, Session.starts_at < until)
    query = select(Session.status, Session.starts_at, Session.ends_at)
    return query.where(Session.status != Status.CANCELLED, *there)


def _full(rows: list[tuple[Status, Taken]], there_are: int) -> list[Busy]:
    """While none is left; where that is so only because of drafts, tentatively."""

    def full(taken: list[Taken], fbtype: Fbtype) -> list[Busy]:
        return [Busy(start=at, end=then, fbtype=fbtype) for at, then in above(taken, there_are - 1)]

    certain = [taken for status, taken in rows if status not in TENTATIVE]
    return full([taken for _, taken in rows], Fbtype.BUSY_TENTATIVE) + full(certain, Fbtype.BUSY)


def _bed(database: Database, ref: str, since: datetime, until: datetime) -> _Times:
    bed = by_ref(database, Bed, ref)
    query = select(BedBooking.id).where(BedBooking.bed_id == bed.id)
    ids: list[UUID] = list(
        database.scalars(query.where(BedBooking.ends_at > since, BedBooking.starts_at < until))
    )
    return bed.id, [time for stay in load_bookings(database, ids) for time in times_of(stay)]


_TIMES = {Resource.ROOM: _room, Resource.ASSET: _asset, Resource.BED: _bed}
