"""Keep base rosters: their versions and what stands in them (001-01, R50, R51, R55)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from adapters.database.engine import Sessions, reading
from adapters.diary.activities import at, read_activities, told
from adapters.diary.adding import need
from adapters.diary.lookup import all_by_ref, by_ref, practice_zone
from adapters.diary.transaction import record, writing
from model.act import Act
from model.activity import check_inside
from model.attendance import check_clients, check_workers
from model.details import Kind, WorkType, check_participants
from model.errors import DomainError
from model.moment import WEEKDAYS, zone
from model.people import Client, Worker
from model.practice import Room, Site
from model.roster import (
    BaseRoster,
    RosterSlot,
    RosterSlotAsset,
    RosterSlotClient,
    RosterSlotWorker,
    RosterState,
    check_pattern,
)
from model.shift import check_shift
from model.slot_service import RosterSlotService


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A session to be, in the words of whoever asks: a time of day, people and places by their ids."""

    start: str
    minutes: int
    workers: Sequence[str] = ()
    clients: Sequence[str] = ()
    work_type: WorkType = WorkType.APPOINTMENT
    subject: str = ""
    site: str | None = None
    room: str | None = None
    assets: Sequence[str] = ()
    activities: Sequence[str] = ()
    kind: Kind = Kind.CLIENT_SESSION


@dataclass(frozen=True, kw_only=True)
class BaseView:
    """One version of a base roster."""

    name: str
    version: int
    state: str
    weeks: int
    start_date: str
    slots: int
    budget_cents: int | None


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """One planned session; people by their ids, clients by their internal ids."""

    id: str
    when: str
    start: str
    minutes: int
    workers: tuple[str, ...]
    clients: tuple[str, ...]
    services: tuple[str, ...]
    activities: tuple[str, ...] = ()
    kind: str = Kind.CLIENT_SESSION
    published: bool = False


def add_base(
    sessions: Sessions,
    act: Act,
    name: str,
    *,
    weeks: int,
    start: date,
    tz: str | None = None,
    budget_cents: int | None = None,
) -> None:
    """A new base roster, as a draft; its periods begin on the weekday of `start`."""
    check_pattern(weeks=weeks)
    with writing(sessions) as database:
        if _versions(database, name):
            raise DomainError("E_EXISTS", f'There is a base roster "{name[:60]}" already')
        where = zone(tz) if tz else practice_zone(database)
        base = BaseRoster(id=act.new_id(), name=name, weeks=weeks, start_date=start, tz=where.key, version=1)
        base.state, base.slots, base.budget_cents = RosterState.DRAFT, [], budget_cents
        database.add(base)
        record(database, act, "roster-added")


def add_slot(sessions: Sessions, act: Act, name: str, slot: Slot, *, week: int, weekday: str) -> str:
    """Put a session into the draft of a base roster; its id."""
    with writing(sessions) as database:
        base = base_draft(database, name)
        check_pattern(weeks=base.weeks, week=week, weekday=weekday)
        row = made(database, act, slot, base_id=base.id, week=week, weekday=weekday)
        base.slots.append(row)
        record(database, act, "roster-slot-added")
        return str(row.id)


def remove_slot(sessions: Sessions, act: Act, name: str, slot: str) -> None:
    """Take a session out of the draft of a base roster."""
    with writing(sessions) as database:
        base = base_draft(database, name)
        base.slots.remove(slot_named(base.slots, slot))
        record(database, act, "roster-slot-removed")


def draft(sessions: Sessions, act: Act, name: str) -> int:
    """Begin the next version, as a copy of the active one; there is one draft at a time (DOMAIN 2)."""
    with writing(sessions) as database:
        versions = _versions(database, name)
        if any(base.state is RosterState.DRAFT for base in versions):
            raise DomainError("E_EXISTS", "There is a draft of this base roster already")
        active = _in_state(versions, RosterState.ACTIVE, name)
        version = max(base.version for base in versions) + 1
        database.add(_copied(active, act, name=name, version=version))
        record(database, act, "roster-drafted")
        return version


def finalise(sessions: Sessions, act: Act, name: str) -> int:
    """The draft becomes active, and the version before it inactive: periods made so far keep theirs (R51)."""
    with writing(sessions) as database:
        versions = _versions(database, name)
        new = _in_state(versions, RosterState.DRAFT, name)
        for old in versions:
            if old.state is RosterState.ACTIVE:
                old.become(RosterState.INACTIVE)
        new.become(RosterState.ACTIVE)
        record(database, act, "roster-finalised")
        return new.version


def clone(sessions: Sessions, act: Act, name: str, new_name: str) -> None:
    """A copy under another name, without the history of this one (R55)."""
    with writing(sessions) as database:
        if _versions(database, new_name):
            raise DomainError("E_EXISTS", f'There is a base roster "{new_name[:60]}" already')
        newest = newest_base(database, name)
        database.add(_copied(newest, act, name=new_name, version=1))
        record(database, act, "roster-cloned")


def list_bases(sessions: Sessions) -> list[BaseView]:
    """Every version of every base roster."""
    with reading(sessions) as database:
        query = select(BaseRoster).order_by(BaseRoster.name, BaseRoster.version)
        return [
            BaseView(
                name=base.name, version=base.version, state=base.state, weeks=base.weeks,
                start_date=base.start_date.isoformat(), slots=len(base.slots), budget_cents=base.budget_cents,
            )
            for base in database.scalars(query.options(selectinload(BaseRoster.slots)))
        ]  # fmt: skip


def show_base(sessions: Sessions, name: str) -> list[SlotView]:
    """What stands in the newest version of a base roster."""
    with reading(sessions) as database:
        newest = newest_base(database, name)
        ordered = sorted(
            newest.slots, key=lambda s: (s.week or 0, WEEKDAYS.index(s.weekday or "MO"), s.start)
        )
        return [seen(slot, f"week {slot.week} {slot.weekday}") for slot in ordered]


# --- slots, of bases and of periods ---------------------------------------------------------------------------

PARTS: tuple[_AbstractLoad, ...] = (
    selectinload(RosterSlot.workers).joinedload(RosterSlotWorker.worker, innerjoin=True),
    selectinload(RosterSlot.clients).joinedload(RosterSlotClient.client, innerjoin=True),
    selectinload(RosterSlot.assets).joinedload(RosterSlotAsset.asset, innerjoin=True),
    selectinload(RosterSlot.services).joinedload(RosterSlotService.service, innerjoin=True),
    selectinload(RosterSlot.services).selectinload(RosterSlotService.clients),
)


def made(database: Database, act: Act, slot: Slot, **where: object) -> RosterSlot:
    """A row for what was asked for; who takes part is checked as for a session, who is free is validated later."""
    workers = all_by_ref(database, Worker, slot.workers)
    clients = all_by_ref(database, Client, slot.clients)
    check_participants(kind=slot.kind, work_type=slot.work_type, clients=len(clients))
    check_workers(worker.id for worker in workers)
    check_clients(client.id for client in clients)
    if slot.kind is Kind.SHIFT:
        check_shift(workers=len(workers))
    site = by_ref(database, Site, slot.site) if slot.site else None
    room = by_ref(database, Room, slot.room) if slot.room else None
    row = RosterSlot(
        id=act.new_id(), start=time_of_day(slot.start), minutes=length(slot.minutes), kind=slot.kind,
        work_type=slot.work_type, subject=slot.subject, room_id=room.id if room else None, published=False, **where,
    )  # fmt: skip
    row.site_id = site.id if site else room.site_id if room else None
    row.workers = [RosterSlotWorker(worker_id=worker.id, worker=worker) for worker in workers]
    row.clients = [RosterSlotClient(client_id=client.id, client=client) for client in clients]
    needs = [need(database, text) for text in slot.assets]
    row.assets = [RosterSlotAsset(asset_id=one.asset.id, asset=one.asset, qty=one.qty) for one in needs]
    give(row, slot.activities)
    row.services = []
    return row


def give(row: RosterSlot, texts: Sequence[str]) -> None:
    """Replace its activities."""
    row.activities = read_activities(texts, at(row.start), [one.worker for one in row.workers])
    check_inside(row.activities, timedelta(minutes=row.minutes))


def length(minutes: int) -> int:
    """From a minute to a day."""
    if not 1 <= minutes <= 24 * 60:
        raise DomainError("E_END_BEFORE_START", "A session lasts from a minute to a day")
    return minutes


def time_of_day(text: str) -> str:
    """A wall time as it is kept, like 07:00."""
    try:
        return time.fromisoformat(text.strip()).replace(tzinfo=None).isoformat(timespec="minutes")
    except ValueError as error:
        raise DomainError("E_TIME", f'"{text[:40]}" is not a time of day; write it like 07:00') from error


def seen(slot: RosterSlot, when: str) -> SlotView:
    return SlotView(
        id=str(slot.id),
        when=when,
        start=slot.start,
        minutes=slot.minutes,
        workers=tuple(sorted(one.worker.ref for one in slot.workers)),
        clients=tuple(sorted(one.client.internal_id for one in slot.clients)),
        activities=told(slot.activities, at(slot.start), {w.worker_id: w.worker.ref for w in slot.workers}),
        kind=slot.kind,
        services=tuple(f"{one.service.ref} 1:{one.ratio}" for one in slot.services),
        published=slot.published,
    )


def slot_named(slots: Sequence[RosterSlot], text: str) -> RosterSlot:
    """The slot whose id begins like that."""
    found = [slot for slot in slots if len(text) >= 4 and str(slot.id).startswith(text.strip().lower())]
    if len(found) != 1:
        raise DomainError("E_NOT_FOUND", f'There is no planned session "{text[:40]}", or several')
    return found[0]


def newest_base(database: Database, name: str) -> BaseRoster:
    """The version that was made last."""
    return max(_found(_versions(database, name), name), key=lambda base: base.version)


def active_base(database: Database, name: str) -> BaseRoster:
    """The version that periods are made from."""
    return _in_state(_versions(database, name), RosterState.ACTIVE, name)


def _versions(database: Database, name: str) -> list[BaseRoster]:
    query = select(BaseRoster).where(BaseRoster.name == name).order_by(BaseRoster.version)
    return list(database.scalars(query.options(selectinload(BaseRoster.slots).options(*PARTS))))


def _found(versions: list[BaseRoster], name: str) -> list[BaseRoster]:
    if not versions:
        raise DomainError("E_NOT_FOUND", f'There is no base roster "{name[:60]}"')
    return versions


def _in_state(versions: list[BaseRoster], state: RosterState, name: str) -> BaseRoster:
    for base in _found(versions, name):
        if base.state is state:
            return base
    raise DomainError(
        "E_TRANSITION",
        f"This base roster has no version that is {state}; roster base list shows all, base draft makes one to change",
    )


def base_draft(database: Database, name: str) -> BaseRoster:
    """The version that may be changed."""
    return _in_state(_versions(database, name), RosterState.DRAFT, name)


def _copied(base: BaseRoster, act: Act, *, name: str, version: int) -> BaseRoster:
    new = BaseRoster(
        id=act.new_id(), name=name, version=version, weeks=base.weeks, start_date=base.start_date, tz=base.tz
    )
    new.state, new.budget_cents = RosterState.DRAFT, base.budget_cents
    new.slots = [
        slot.copied(act, base_id=new.id, week=slot.week, weekday=slot.weekday) for slot in base.slots
    ]
    return new
