"""Publish a roster period: what was planned becomes rostered sessions on the live schedule (R53).

In portions, each a transaction: a planned session that became one says so, and publishing goes on where it was cut
off. Doing it twice does nothing. From then on sessions are changed by themselves (R54). Shifts come first, so that each
session finds the shift of its worker that it lies in (001-17).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload

from adapters.database.engine import Sessions
from adapters.diary.conflicts import check_places, overlaps
from adapters.diary.periods import period_id
from adapters.diary.rosters import PARTS
from adapters.diary.shifts import put_into_shifts
from adapters.diary.slot_services import agreed_with, rates_on
from adapters.diary.transaction import record, writing
from model.act import Act
from model.activity import on_the_clock
from model.asset import Need
from model.details import Kind, LocationType, ShowAs, Source, Status
from model.moment import zone
from model.practice import Room, Site
from model.roster import PeriodState, RosterPeriod, RosterSlot
from model.session import Session
from model.slot_service import published_plan
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
            row = _period(database, period)
            if row.state is PeriodState.PUBLISHED:
                return Published(made=made, all=_planned(database, row), warnings=tuple(sorted(warnings)))
            row.check_publishable(frozenset(settings.rules.block_on))
            left = _left(database, row)
            warnings |= set(_portion(database, act, row, left))
            made += len(left)
            if len(left) < PORTION:
                row.state = PeriodState.PUBLISHED
                record(database, act, "period-published")


def _period(database: Database, text: str) -> RosterPeriod:
    """The period without what is planned in it: of that only so much is read at a time."""
    return database.get_one(RosterPeriod, period_id(database, text), options=[joinedload(RosterPeriod.base)])


def _left(database: Database, period: RosterPeriod) -> Sequence[RosterSlot]:
    """The next portion of what is not published yet: shifts before what lies in them."""
    mine = RosterSlot.period_id == period.id, RosterSlot.published.is_(False)
    order = (RosterSlot.kind != Kind.SHIFT, RosterSlot.day, RosterSlot.start, RosterSlot.id)
    query = select(RosterSlot).where(*mine).order_by(*order)
    return database.scalars(query.limit(PORTION).options(*PARTS)).all()


def _planned(database: Database, period: RosterPeriod) -> int:
    query = select(func.count()).where(RosterSlot.period_id == period.id)
    return database.scalar(query) or 0


def _portion(database: Database, act: Act, period: RosterPeriod, slots: Sequence[RosterSlot]) -> list[str]:
    places, tz = _places(database, slots), zone(period.base.tz)
    rows = [_session(act, slot, places, tz, period) for slot in slots]
    warnings = _plan(database, act, slots, rows)
    database.add_all(rows)
    database.flush()
    for slot, row in zip(slots, rows, strict=True):
        slot.session_id, slot.published = row.id, True
    put_into_shifts(database, period, rows)
    check_places(database, rows)
    return warnings + overlaps(database, rows)


def _plan(database: Database, act: Act, slots: Sequence[RosterSlot], rows: Sequence[Session]) -> list[str]:
    """Plan what was to be delivered, at the rates of the day; what was not agreed for it is left out (001-12)."""
    agreements, missing = agreed_with(database, slots), False
    for slot, row in zip(slots, rows, strict=True):
        rates = rates_on(agreements, slot)
        row.services = published_plan(slot.services, act, rates)
        missing |= any(one.not_agreed(rates) for one in slot.services)
    return ["AGREEMENT"] * missing


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
