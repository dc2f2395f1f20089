"""Which sites people belong to, and whether they may be at this one (001-10, DOMAIN 2)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session as Database

from model.people import ClientSite, WorkerSite, check_site_clients
from model.session import Session

Sites = Mapping[UUID, frozenset[UUID]]
_KNOWN = "known sites of clients"


def sites_of_clients(database: Database, clients: Iterable[UUID]) -> Sites:
    """The sites of each of these clients; who is linked to none has an empty set."""
    known = database.info.get(_KNOWN)
    if known is not None:
        return {client: known.get(client, frozenset()) for client in clients}
    wanted = set(clients)
    if not wanted:
        return {}
    query = select(ClientSite.client_id, ClientSite.site_id)
    return _grouped(wanted, database.execute(query.where(ClientSite.client_id.in_(wanted))))


def remember_sites(database: Database) -> None:
    """Let `sites_of_clients` answer from what is read once, in this transaction: an import asks for each session."""
    found = database.execute(select(ClientSite.client_id, ClientSite.site_id)).all()
    database.info[_KNOWN] = _grouped({row[0] for row in found}, found)


def sites_of_workers(database: Database, workers: Iterable[UUID]) -> Sites:
    """The same of workers."""
    wanted = set(workers)
    if not wanted:
        return {}
    query = select(WorkerSite.worker_id, WorkerSite.site_id)
    return _grouped(wanted, database.execute(query.where(WorkerSite.worker_id.in_(wanted))))


def _grouped(people: set[UUID], found: Iterable[Row[UUID, UUID]]) -> Sites:
    sites: dict[UUID, set[UUID]] = {person: set() for person in people}
    for person, site in found:
        sites[person].add(site)
    return {person: frozenset(theirs) for person, theirs in sites.items()}


def check_at_site(database: Database, site_id: UUID | None, clients: Iterable[UUID]) -> None:
    """Refuse clients of other sites (E_NOT_SITE_CLIENT); where there is no site, nothing is asked."""
    people = list(clients)
    if site_id is not None and people:
        check_site_clients(sites_of_clients(database, people).values(), site_id)


def check_at_sites(database: Database, rows: Iterable[Session], added: Iterable[UUID]) -> None:
    """The same for clients who come into several sessions."""
    people = list(added)
    for site_id in {row.site_id for row in rows}:
        check_at_site(database, site_id, people)
