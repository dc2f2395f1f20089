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


def take_from(
    database: Database,
    there: Sequence[PlannedService],
    some: Sequence[PlannedService],
    clients: Collection[UUID],
) -> None:
    """Take clients off some of the services of a plan; what is for nobody goes, and what is left has a primary one."""
    for plan in some:
        plan.clients[:] = [client for client in plan.clients if client.client_id not in clients]
        if not plan.clients:
            database.delete(plan)
    have_primary([plan for plan in there if plan.clients])


def have_primary(plans: Sequence[PlannedService]) -> None:
    """One service is the primary one: where none is, the first."""
    if plans and not any(plan.primary for plan in plans):
        plans[0].primary = True
