"""Read what is planned for sessions, with the services and the clients who get them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload, selectinload

from adapters.database.portions import portions
from model.series import Series
from model.service import PlannedService
from model.session import Session

Owner = Session | Series
_WHOLE = (joinedload(PlannedService.service, innerjoin=True), selectinload(PlannedService.clients))
_FIRST = (PlannedService.primary.desc(), PlannedService.ad_hoc, PlannedService.created_at, PlannedService.id)


def plans_of(database: Database, sessions: Sequence[UUID]) -> dict[UUID, list[PlannedService]]:
    """By session: the primary service first, then those of agreements, then ad hoc ones."""
    found: dict[UUID, list[PlannedService]] = defaultdict(list)
    for some in portions(sessions):
        query = select(PlannedService).where(PlannedService.session_id.in_(some)).options(*_WHOLE)
        for plan in database.scalars(query.order_by(*_FIRST)):
            assert plan.session_id is not None  # noqa: S101 - it was asked for by it
            found[plan.session_id].append(plan)
    return found


def pattern_of(database: Database, series: Series) -> list[PlannedService]:
    """What each occurrence of a series to come will deliver."""
    query = select(PlannedService).where(PlannedService.series_id == series.id).options(*_WHOLE)
    return list(database.scalars(query.order_by(*_FIRST)))


def forget_clients(
    database: Database, rows: Sequence[Session], series: Series | None, gone: Collection[UUID]
) -> None:
    """What was planned is not for clients any more who do not take part: neither in these sessions, nor in those of
    their series that are made later."""
    owned = list(plans_of(database, [row.id for row in rows]).values())
    for plans in [*owned, pattern_of(database, series)] if series is not None else owned:
        take_from(database, plans, plans, gone)


def take_from(
    database: Database,
    there: Sequence[PlannedService],
    some: Sequence[PlannedService],
    clients: Collection[UUID],
) -> None:
    """Take clients off some of the services of a plan; what is for nobody goes."""
    for plan in some:
        plan.clients[:] = [client for client in plan.clients if client.client_id not in clients]
        if not plan.clients:
            database.delete(plan)
    keep_one_primary([plan for plan in there if plan.clients])


def keep_one_primary(left: Sequence[PlannedService]) -> None:
    """Portions and travel follow a session's primary service: there is one as long as there is any."""
    if left and not any(plan.primary for plan in left):
        left[0].primary = True
