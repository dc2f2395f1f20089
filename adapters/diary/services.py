"""Read services: those of the practice, those a session may plan, and those that are planned for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.agreements import items_on
from adapters.diary.lookup import find_session
from adapters.diary.planned import plans_of
from adapters.diary.planning import day_of
from model.money import in_dollars
from model.people import Client
from model.service import PlannedService, Service


@dataclass(frozen=True, kw_only=True)
class ServiceView:
    """One service of the practice, or of a client's agreement."""

    service: str
    code: str
    name: str
    category: str
    unit: str
    rate: str
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """One service that a session is to deliver."""

    service: str
    code: str
    ratio: str
    method: str
    quantity: str | None
    rate: str
    claim_type: str
    travel_chargeable: bool
    primary: bool
    ad_hoc: bool
    clients: tuple[str, ...]


def list_services(sessions: Sessions) -> list[ServiceView]:
    """All that the practice delivers, by id."""
    with reading(sessions) as database:
        return [
            _service(row, row.rate_cents) for row in database.scalars(select(Service).order_by(Service.ref))
        ]


def list_choices(sessions: Sessions, session: str) -> list[ServiceView]:
    """What may be planned: the services that its clients have agreed to on that day, at what rate (000-06)."""
    with reading(sessions) as database:
        row = find_session(database, session)
        clients = {attendance.client_id: attendance.client.internal_id for attendance in row.active_clients}
        found: dict[tuple[str, int], tuple[Service, list[str]]] = {}
        for (client, _), item in items_on(database, clients, day_of(row)).items():
            key = (item.service.ref, item.rate_cents)
            found.setdefault(key, (item.service, []))[1].append(clients[client])
        return [
            _service(one, rate, who) for (_, rate), (one, who) in sorted(found.items(), key=lambda kv: kv[0])
        ]


def list_plans(sessions: Sessions, session: str) -> list[PlanView]:
    """What is planned for a session, the primary service first."""
    with reading(sessions) as database:
        row = find_session(database, session)
        plans = plans_of(database, [row.id])[row.id]
        names = _internal_ids(database, plans)
        return [_plan(plan, names) for plan in plans]


def _internal_ids(database: Database, plans: Iterable[PlannedService]) -> dict[UUID, str]:
    ids = {client.client_id for plan in plans for client in plan.clients}
    found = database.execute(select(Client.id, Client.internal_id).where(Client.id.in_(ids)))
    return {row[0]: row[1] for row in found}


def _service(row: Service, rate_cents: int, clients: Iterable[str] = ()) -> ServiceView:
    return ServiceView(
        service=row.ref,
        code=row.code,
        name=row.name,
        category=row.category,
        unit=row.unit,
        rate=in_dollars(rate_cents),
        clients=tuple(sorted(clients)),
    )


def _plan(plan: PlannedService, names: dict[UUID, str]) -> PlanView:
    return PlanView(
        service=plan.service.ref,
        code=plan.service.code,
        ratio=f"1:{plan.ratio}",
        method=plan.method,
        quantity=None if plan.quantity is None else str(plan.quantity),
        rate=in_dollars(plan.rate_cents),
        claim_type=plan.claim_type,
        travel_chargeable=plan.travel_chargeable,
        primary=plan.primary,
        ad_hoc=plan.ad_hoc,
        clients=tuple(sorted(names[client.client_id] for client in plan.clients)),
    )
