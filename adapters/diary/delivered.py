"""Read the lines of what was delivered, and what was driven, in a fixed order."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session as Database

from model.delivered import Delivered, ServiceDelivered
from model.money import in_dollars
from model.people import Client, Worker
from model.service import Service
from model.session import Session
from model.stay import BedBooking
from model.travel import Travel

_KINDS = case({kind.value: place for place, kind in enumerate(Delivered)}, value=ServiceDelivered.kind)


@dataclass(frozen=True, kw_only=True)
class DeliveredView:
    """One line: whose, for what, how much and at what rate. A client is an internal id, no name."""

    client: str
    worker: str | None
    service: str
    code: str
    kind: str
    quantity: str
    rate: str
    amount: str
    reason_code: str
    state: str


@dataclass(frozen=True, kw_only=True)
class TravelView:
    """What one worker drove, whether it was charged or not."""

    worker: str
    direction: str
    minutes: int
    km: str
    vehicle: str
    paid: str
    area: int | None


def lines() -> Select[ServiceDelivered, Client, str | None, Service, Session | None, BedBooking | None]:
    """Lines with whom and what they are about: by session or stay in time, by kind, client, service and amount."""
    query = select(ServiceDelivered, Client, Worker.ref, Service, Session, BedBooking)
    query = query.join(Client, Client.id == ServiceDelivered.client_id)
    query = query.join(Service, Service.id == ServiceDelivered.service_id)
    query = query.outerjoin(Session, Session.id == ServiceDelivered.session_id)
    query = query.outerjoin(BedBooking, BedBooking.id == ServiceDelivered.booking_id)
    query = query.outerjoin(Worker, Worker.id == ServiceDelivered.worker_id)
    return query.order_by(
        func.coalesce(Session.starts_at, BedBooking.starts_at),
        func.coalesce(Session.id, BedBooking.id),
        ServiceDelivered.day,
        _KINDS,
        Client.internal_id,
        Service.code,
        ServiceDelivered.amount_cents,
        ServiceDelivered.id,
    )


def view_lines(database: Database, session_id: UUID) -> list[DeliveredView]:
    """The lines of one session."""
    found = database.execute(lines().where(ServiceDelivered.session_id == session_id))
    return [
        DeliveredView(
            client=client.internal_id,
            worker=worker,
            service=service.ref,
            code=service.code,
            kind=line.kind,
            quantity=f"{line.quantity:.2f}",
            rate=in_dollars(line.rate_cents),
            amount=in_dollars(line.amount_cents),
            reason_code=line.reason_code,
            state=line.state,
        )
        for line, client, worker, service, *_ in found
    ]


def view_travel(database: Database, session_id: UUID) -> Iterator[TravelView]:
    """What was driven for one session."""
    query = select(Travel, Worker.ref).join(Worker, Worker.id == Travel.worker_id)
    mine = query.where(Travel.session_id == session_id).order_by(
        Travel.created_at, Travel.direction, Travel.id
    )
    for travel, worker in database.execute(mine):
        yield TravelView(
            worker=worker,
            direction=travel.direction,
            minutes=travel.minutes,
            km=str(travel.km),
            vehicle=travel.vehicle,
            paid=in_dollars(travel.tolls_cents + travel.parking_cents + travel.other_cents),
            area=travel.area,
        )
