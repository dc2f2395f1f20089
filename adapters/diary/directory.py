"""The people and places of the practice, as lists to choose from: ids, names, zones."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters.database.engine import Sessions, reading
from model.people import Client, Worker
from model.practice import Room, Site


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """A worker."""

    id: str
    name: str
    tz: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class ClientView:
    """A client: by whatever name the practice says; how to reach them is not here."""

    id: str
    internal_id: str
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class SiteView:
    """A site, and its rooms."""

    id: str
    code: str
    name: str
    tz: str
    rooms: tuple[str, ...]


def list_workers(sessions: Sessions) -> list[WorkerView]:
    """All workers, by id."""
    with reading(sessions) as database:
        rows = database.scalars(select(Worker).order_by(Worker.ref))
        return [WorkerView(id=row.ref, name=row.name, tz=row.tz, active=row.active) for row in rows]


def list_clients(sessions: Sessions) -> list[ClientView]:
    """All clients, by id."""
    with reading(sessions) as database:
        rows = database.scalars(select(Client).order_by(Client.ref))
        return [
            ClientView(id=row.ref, internal_id=row.internal_id, name=row.name, active=row.active)
            for row in rows
        ]


def list_sites(sessions: Sessions) -> list[SiteView]:
    """All sites with their rooms, by id."""
    with reading(sessions) as database:
        rooms: dict[object, list[str]] = {}
        for site_id, ref in database.execute(select(Room.site_id, Room.ref).order_by(Room.ref)):
            rooms.setdefault(site_id, []).append(ref)
        return [
            SiteView(id=row.ref, code=row.code, name=row.name, tz=row.tz, rooms=tuple(rooms.get(row.id, ())))
            for row in database.scalars(select(Site).order_by(Site.ref))
        ]
