"""Find the times that clients can book (R64), of one worker or of the whole practice; and say why others cannot be.

A fixed number of queries, whatever there is. Clients see free starts and a length; that of padding, and whatever else
makes a start one that cannot be chosen, is for staff alone, as rules and ids: no subject, nobody's name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref, practice_zone
from adapters.diary.staffing import blocklist_among
from adapters.diary.taken_online import (
    Asked,
    by_ids,
    taken_of_assets,
    taken_of_client,
    taken_of_rooms,
    taken_of_workers,
)
from adapters.diary.times import read_instant
from adapters.diary.views import written
from model.act import Act
from model.appointment_type import AppointmentType
from model.eligibility import Blocklist, ineligible
from model.errors import DomainError
from model.moment import zone
from model.people import Client, Worker
from model.practice import Site
from model.reserved_slot import ReservedSlot
from model.slots import Block, Candidate, Terms, Timeline, Why, candidates
from sync.settings import BookingSettings

MOST_DAYS = 62


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for, as typed: a type, one worker or all, between two times, for a client if one is named."""

    type: str
    worker: str | None = None
    start: str | None = None
    end: str | None = None
    client: str | None = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A time that can be booked, on the clock of `tz`; its length is what clients are shown (003-07)."""

    worker: str
    type: str
    start: str
    end: str
    minutes: int
    site: str | None
    tz: str


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One start that a window offers, whether it can be booked, and by what rule it cannot; `where` is the calendar,
    room or asset, `taken_from` and `taken_to` the time that is taken there."""

    worker: str
    window: str
    start: str
    free: bool
    rule: str = ""
    where: str = ""
    taken_from: datetime | None = None
    taken_to: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The same as rows and instants: what is to be booked, by whom if it is known, in [since, until)."""

    terms: Terms
    since: datetime
    until: datetime
    type_id: UUID | None = None
    client_id: UUID | None = None
    without: UUID | None = None


class Offered(NamedTuple):
    """A candidate, and whose it is."""

    worker: Worker
    slot: ReservedSlot
    candidate: Candidate


def find_slots(sessions: Sessions, act: Act, search: Search, settings: BookingSettings) -> list[Slot]:
    """What can be booked, in order of time, then of the workers' ids."""
    check_allowed(settings)
    with reading(sessions) as database:
        of_type, found = _search(database, act, search, settings)
        free = [one for one in found if one.candidate.free]
        sites = _sites(database, {one.slot for one in free})
    first = {(one.candidate.start, one.worker.ref): one for one in reversed(free)}
    clock = cache(_on_clock)  # many workers can be had at the same times
    return [_slot(first[key], of_type, sites, clock) for key in sorted(first)]


def explain_slots(sessions: Sessions, act: Act, search: Search, settings: BookingSettings) -> list[Explained]:
    """Every start that a window offers, free or not, and what makes it so."""
    check_allowed(settings)
    with reading(sessions) as database:
        _, found = _search(database, act, search, settings)
    ordered = sorted(found, key=lambda one: (one.candidate.start, one.worker.ref, one.slot.ref))
    return [_explained(one) for one in ordered]


def check_allowed(settings: BookingSettings) -> None:
    """Practice-wide: without it nothing is offered, and nothing done (003-01)."""
    if not settings.allow:
        raise DomainError("E_BOOKING_OFF", "Online booking is off; booking.allow would allow it")


def terms_for(act: Act, settings: BookingSettings, *, length_min: int, padding_min: int) -> Terms:
    """What every slot has to keep to, seen from now."""
    return Terms(
        length=timedelta(minutes=length_min),
        padding=timedelta(minutes=padding_min),
        now=act.now,
        cutoff=timedelta(minutes=settings.cutoff_min),
        how_far_days=settings.how_far_days,
        step=timedelta(minutes=settings.slot_step_min),
    )


def offered(
    database: Database, act: Act, workers: Sequence[Worker], wanted: Wanted, settings: BookingSettings
) -> Iterator[Offered]:
    """Every start in [since, until) that the windows of these workers offer, with what speaks against it."""
    found = {worker.id: worker for worker in workers}
    asked = Asked(
        now=act.now,
        since=wanted.since,
        until=wanted.until + wanted.terms.needs,
        tentative_blocks=settings.tentative_blocks,
        without=wanted.without,
    )
    slots = [slot for slot in _windows(database, found, wanted) if slot.allows(wanted.type_id)]
    taken = taken_of_workers(database, workers, asked)
    rooms = taken_of_rooms(database, {slot.room_id for slot in slots if slot.room_id}, asked)
    assets = taken_of_assets(database, {slot.asset_id for slot in slots if slot.asset_id}, asked)
    client = taken_of_client(database, wanted.client_id, asked)
    blocklist = blocklist_among(database, set(found))
    for slot in slots:
        blocks = [
            *taken[slot.worker_id],
            *by_ids(rooms, slot.room_id),
            *by_ids(assets, slot.asset_id),
            *client,
        ]
        yield from _of_slot(found[slot.worker_id], slot, wanted, Timeline(blocks), blocklist)


def _of_slot(
    worker: Worker, slot: ReservedSlot, wanted: Wanted, taken: Timeline, blocklist: Blocklist
) -> Iterator[Offered]:
    clients = [wanted.client_id] if wanted.client_id else []

    def may(at: datetime) -> bool:
        """Whoever may not be on such a session is not offered for it (R30)."""
        return ineligible(worker, at, clients=clients, blocklist=blocklist) is None

    since, until = wanted.since, wanted.until
    always = may(since) and may(until)  # who may on both days may between them
    for window in slot.windows(since, until):
        for one in candidates(window, wanted.terms, taken):
            if since <= one.start < until:
                fits = always or not one.free or may(one.start)
                yield Offered(worker, slot, one if fits else _not_eligible(one, wanted.terms))


def _not_eligible(one: Candidate, terms: Terms) -> Candidate:
    block = Block(start=one.start, end=one.start + terms.needs, why=Why.NOT_ELIGIBLE)
    return Candidate(start=one.start, window=one.window, block=block)


def _windows(database: Database, workers: Iterable[UUID], wanted: Wanted) -> Sequence[ReservedSlot]:
    query = select(ReservedSlot).where(
        ReservedSlot.worker_id.in_(list(workers)), ReservedSlot.starts_at < wanted.until
    )
    return database.scalars(
        query.options(selectinload(ReservedSlot.types)).order_by(ReservedSlot.starts_at, ReservedSlot.ref)
    ).all()


def _search(
    database: Database, act: Act, search: Search, settings: BookingSettings
) -> tuple[AppointmentType, list[Offered]]:
    of_type = by_ref(database, AppointmentType, search.type)
    of_type.check_offered()
    client = by_ref(database, Client, search.client) if search.client else None
    if search.worker:
        workers = [by_ref(database, Worker, search.worker)]
        tz = zone(workers[0].tz)
    else:
        workers = list(database.scalars(select(Worker).where(Worker.active).order_by(Worker.ref)))
        tz = practice_zone(database)
    terms = terms_for(act, settings, length_min=of_type.length_min, padding_min=of_type.padding_min)
    since = read_instant(search.start, tz) if search.start else act.now
    until = read_instant(search.end, tz) if search.end else as_far(since, act, settings)
    _check_range(since, until)
    wanted = Wanted(
        terms=terms, since=max(since, act.now), until=until, type_id=of_type.id,
        client_id=client.id if client else None,
    )  # fmt: skip
    return of_type, list(offered(database, act, workers, wanted, settings))


def as_far(since: datetime, act: Act, settings: BookingSettings) -> datetime:
    """As far as anything may be booked in any zone, and no further than may be asked for at once."""
    last = act.now + timedelta(days=settings.how_far_days + 2)
    return max(min(last, since + timedelta(days=MOST_DAYS)), since + timedelta(days=1))


def _check_range(since: datetime, until: datetime) -> None:
    """Long searches are for nobody's good (FAILURES G26)."""
    if until <= since:
        raise DomainError("E_END_BEFORE_START", "The end of the search must be later than its start")
    if until - since > timedelta(days=MOST_DAYS, hours=2):
        raise DomainError("E_TOO_MUCH", f"Search at most {MOST_DAYS} days at once")


def _sites(database: Database, slots: Iterable[ReservedSlot]) -> dict[UUID, str]:
    ids = {slot.site_id for slot in slots if slot.site_id}
    rows = database.execute(select(Site.id, Site.ref).where(Site.id.in_(ids))).all() if ids else []
    return {row[0]: row[1] for row in rows}


def _slot(
    one: Offered, of_type: AppointmentType, sites: dict[UUID, str], clock: Callable[[datetime, ZoneInfo], str]
) -> Slot:
    start, tz = one.candidate.start, one.candidate.window.tz
    minutes, site = of_type.length_min, one.slot.site_id
    return Slot(
        worker=one.worker.ref,
        type=of_type.ref,
        start=clock(start, tz),
        end=clock(start + timedelta(minutes=minutes), tz),
        minutes=minutes,
        site=sites.get(site) if site else None,
        tz=tz.key,
    )


def _on_clock(at: datetime, tz: ZoneInfo) -> str:
    return written(at.astimezone(tz))


def _explained(one: Offered) -> Explained:
    candidate, block = one.candidate, one.candidate.block
    start = _on_clock(candidate.start, candidate.window.tz)
    if block is None:
        return Explained(worker=one.worker.ref, window=one.slot.ref, start=start, free=True)
    return Explained(
        worker=one.worker.ref, window=one.slot.ref, start=start, free=False, rule=block.why, where=block.where,
        taken_from=block.start, taken_to=block.end,
    )  # fmt: skip
