"""Take one of the offered times: found again in the transaction that books it, or refused (R64).

Whoever is told no learns a rule of the practice (E_CUTOFF, E_TOO_FAR), or that the time is gone (E_SLOT_TAKEN): never
what took it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.diary.adding import New, prepare
from adapters.diary.agreements import items_on
from adapters.diary.planning import day_of
from adapters.diary.slots import Offered, Wanted, offered, terms_for
from adapters.diary.terms import Plan, terms_of
from adapters.diary.views import written
from model.act import Act
from model.appointment_type import AppointmentType
from model.asset import Asset
from model.details import Source, Status
from model.errors import DomainError
from model.moment import zone
from model.people import Client, Worker
from model.practice import Room, Site
from model.service import PlannedService, PlannedServiceClient, Service
from model.session import Session
from model.slots import Terms
from sync.settings import Settings

_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """What is to be booked, and by whom: its length, the padding after it, and its type where it has one."""

    client: Client
    worker: Worker
    length_min: int
    padding_min: int
    type_id: UUID | None = None


def choose(
    database: Database,
    act: Act,
    what: Appointment,
    start: datetime,
    settings: Settings,
    *,
    without: UUID | None = None,
) -> Offered:
    """The offer that begins then, if it can be booked."""
    terms = terms_for(act, settings.booking, length_min=what.length_min, padding_min=what.padding_min)
    wanted = Wanted(
        terms=terms, since=start, until=start + _MOMENT, type_id=what.type_id, client_id=what.client.id,
        without=without,
    )  # fmt: skip
    found = [
        one
        for one in offered(database, act, [what.worker], wanted, settings.booking)
        if one.candidate.start == start
    ]
    free = next((one for one in found if one.candidate.free), None)
    if free is None:
        raise _refusal(start, what.worker, terms)
    return free


def _refusal(start: datetime, worker: Worker, terms: Terms) -> DomainError:
    if start < terms.earliest:
        return DomainError("E_CUTOFF", "That is too soon to be booked online; choose a later time")
    if start >= terms.ends(zone(worker.tz)):
        return DomainError(
            "E_TOO_FAR", f"Only {terms.how_far_days} days ahead can be booked online; choose an earlier day"
        )
    return DomainError("E_SLOT_TAKEN", "That time cannot be booked, or is taken meanwhile; choose another")


def make_session(
    database: Database, act: Act, what: Appointment, chosen: Offered, status: Status, settings: Settings
) -> Session:
    """The row of it, at the place of the window, with what the window takes along."""
    tz, slot = chosen.candidate.window.tz, chosen.slot
    new = New(
        start=written(chosen.candidate.start.astimezone(tz)),
        minutes=what.length_min,
        tz=tz.key,
        workers=[what.worker.ref],
        clients=[what.client.ref],
        site=database.get_one(Site, slot.site_id).ref if slot.site_id else None,
        room=database.get_one(Room, slot.room_id).ref if slot.room_id else None,
        assets=[database.get_one(Asset, slot.asset_id).ref] if slot.asset_id else [],
        rostered=True,
    )
    (row,) = prepare(database, new, act, settings).rows
    row.source, row.status = Source.ONLINE, status
    row.appointment_type_id, row.padding_min = what.type_id, what.padding_min
    database.add(row)
    database.flush()
    return row


def plan_service(database: Database, act: Act, row: Session) -> None:
    """What its type delivers: at the rate agreed for the day, else at the service's own; what the NDIS funds only where
    it was agreed (000-06)."""
    if row.appointment_type_id is None:
        return
    of_type = database.get_one(AppointmentType, row.appointment_type_id)
    if of_type.service_id is None:
        return
    service, clients = database.get_one(Service, of_type.service_id), [one.client_id for one in row.clients]
    items = items_on(database, clients, day_of(row))
    agreed = [items[key] for key in ((client, service.id) for client in clients) if key in items]
    if service.ndis and not agreed:
        return
    terms = terms_of(service, Plan(service=service.ref, primary=True), len(clients))
    rate = agreed[0].rate_cents if agreed else service.rate_cents
    made = PlannedService(id=act.new_id(), session_id=row.id, rate_cents=rate, ad_hoc=False, **terms)
    made.clients = [PlannedServiceClient(client_id=client) for client in clients]
    database.add(made)
