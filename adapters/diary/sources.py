"""Find out which busy sources were not read lately: what they last said still counts, and more may be taken by now.

Nobody whose source is stale is offered to the public at once (DOMAIN 4, E15): booking asks here first.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from model.link import CalendarLink, LinkState, Role


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A busy source that was not read lately; `last_read` is None where it never was."""

    link: str
    last_read: datetime | None


def stale_links(
    database: Database, worker_ids: Collection[UUID] | None, *, now: datetime, after: timedelta
) -> list[CalendarLink]:
    """The busy sources of these workers, or of all, that were not read for longer than `after`; by name."""
    query = select(CalendarLink).where(
        CalendarLink.role == Role.BUSY_SOURCE, CalendarLink.state != LinkState.UNLINKED
    )
    if worker_ids is not None:
        query = query.where(CalendarLink.worker_id.in_(worker_ids))
    found = database.scalars(query.order_by(CalendarLink.ref))
    return [link for link in found if link.is_stale(now, after)]


def stale_sources(
    database: Database, worker_ids: Collection[UUID], *, now: datetime, after: timedelta
) -> dict[UUID, list[Stale]]:
    """The same by worker; who is not in it can be believed to be free where nothing is known. One query."""
    found: dict[UUID, list[Stale]] = defaultdict(list)
    for link in stale_links(database, worker_ids, now=now, after=after):
        found[link.worker_id].append(Stale(link=link.ref, last_read=link.last_ok_at))
    return dict(found)
