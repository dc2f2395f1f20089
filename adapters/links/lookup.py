"""Find a link by its name, with its account and its worker."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from model.errors import DomainError
from model.link import CalendarLink, LinkState


def link_named(database: Database, ref: str) -> CalendarLink:
    """The living link with this name."""
    query = select(CalendarLink).where(CalendarLink.ref == ref, CalendarLink.state != LinkState.UNLINKED)
    found = database.scalar(query.options(*_parts()))
    if found is None:
        raise DomainError("E_NOT_FOUND", f'There is no link "{ref[:60]}"; calendula link list shows all')
    return found


def living_links(database: Database) -> list[CalendarLink]:
    """All links that were not removed, by name."""
    query = select(CalendarLink).where(CalendarLink.state != LinkState.UNLINKED).order_by(CalendarLink.ref)
    return list(database.scalars(query.options(*_parts())))


def runnable_links(database: Database) -> list[tuple[UUID, str]]:
    """Ids and names of all links that are neither removed nor paused, by name."""
    resting = (LinkState.UNLINKED, LinkState.PAUSED)
    query = select(CalendarLink.id, CalendarLink.ref).where(CalendarLink.state.not_in(resting))
    return [(link_id, ref) for link_id, ref in database.execute(query.order_by(CalendarLink.ref))]


def _parts() -> tuple[_AbstractLoad, ...]:
    """The account, the worker, and what a resource calendar is of."""
    wanted = (
        CalendarLink.account,
        CalendarLink.worker,
        CalendarLink.room,
        CalendarLink.asset,
        CalendarLink.bed,
    )
    return tuple(map(selectinload, wanted))
