"""Publish a roster period: what was planned becomes rostered sessions on the live schedule (R53).

In portions, each a transaction: a planned session that became one says so, and publishing goes on where it was cut
off. Doing it twice does nothing. From then on sessions are changed by themselves (R54).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.conflicts import check_places, overlaps
from adapters.diary.periods import period_named
from adapters.diary.transaction import record, writing
from model.act import Act
from model.activity import on_the_clock
from model.asset import Need
from model.moment import zone
from model.practice import Room, Site
from model.roster import PeriodState, RosterPeriod, RosterSlot
from model.session import LocationType, Session, ShowAs, Source, Status
from sync.settings import DEFAULTS, Settings

PORTION = 100


@dataclass(frozen=True, kw_only=True)
class Published:
    """How many sessions were made now, of how many; and what they met with."""

    made: int
    all: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Places:
    """The rows of the places that are named, by their ids."""

    sites: dict[UUID, Site]
    rooms: dict[UUID, Room]


def publish(sessions: Sessions, act: Act, period: str, settings: Settings = DEFAULTS) -> Published:
    """Make a session of everything planned in a validated period; again is no harm."""
    made, warnings = 0, set[str]()
    while True:
        with writing(sessions) as database:
            row = period_named(database, period)
            if row.state is PeriodState.PUBLISHED:
                return Published(made=made, all=len(row.slots), warnings=tuple(sorted(warnings)))
            row.check_publishable(frozenset(settings.rules.block_on))
            left = [slot for slot in row.slots if not slot.published]
            warnings |= set(_portion(database, act, row, left[:PORTION]))
            made += len(left[:PORTION])
            if len(left) <= PORTION:
                row.state = PeriodState.PUBLISHED
                record(database, act, "period-published")


def _portion(database: Database, act: Act, period: RosterPeriod, slots: Sequence[RosterSlot]) -> list[str]:
    places, tz = _places(database, slots), zone(period.base.tz)
    rows = [_session(act, slot, places, tz, period) for slot in slots]
    database.add_all(rows)
    database.flush()
    for slot, row in zip(slots, rows, strict=True):
        slot.session_id, slot.published = row.id, True
    check_places(database, rows)
    return overlaps(database, rows)


def _session(act: Act, slot: RosterSlot, places: _Places, tz: ZoneInfo, period: RosterPeriod) -> Session:
    """A rostered session; who made it is the roster, which is how edits from calendars are judged (DOMAIN 1.6)."""
    row = Session(
        id=act.new_id(), kind=slot.kind, work_type=slot.work_type, status=Status.ROSTERED,
        source=Source.ROSTER, subject=slot.subject, show_as=ShowAs.BUSY, tentative=False,
        site_id=slot.site_id, room_id=slot.room_id, roster_period_id=period.id,
        location_type=LocationType.SITE if slot.site_id else None,
        clients=[], workers=[], cancellations=[], assets=[], services=[],
    )  # fmt: skip
    row.is_exception = row.needs_reschedule = row.overlap_acknowledged = False
    row.site = places.sites[slot.site_id] if slot.site_id else None
    row.room = places.rooms[slot.room_id] if slot.room_id else None
    row.span = slot.span(tz)
    row.activities = on_the_clock(slot.activities, row.span)
    for attending in slot.clients:
        row.add_client(attending.client, act)
    for assigned in slot.workers:
        row.add_worker(assigned.worker, act)
    for taken in slot.assets:
        row.take(Need(asset=taken.asset, qty=taken.qty))
    return row


def _places(database: Database, slots: Sequence[RosterSlot]) -> _Places:
    sites, rooms = {slot.site_id for slot in slots}, {slot.room_id for slot in slots}
    return _Places(
        sites={site.id: site for site in database.scalars(select(Site).where(Site.id.in_(sites - {None})))},
        rooms={room.id: room for room in database.scalars(select(Room).where(Room.id.in_(rooms - {None})))},
    )
