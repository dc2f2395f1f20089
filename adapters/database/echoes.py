"""What we created in a calendar and no position of it covers yet: whether it was deleted, no report may tell."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from model.link import EventMapping


def unechoed(database: Database, link_id: UUID) -> dict[str, datetime]:
    """When it was created, by href key."""
    query = select(EventMapping.href_key, EventMapping.unechoed_since).where(
        EventMapping.link_id == link_id, EventMapping.unechoed_since.is_not(None)
    )
    return {key: since for key, since in database.execute(query) if since is not None}


def hear(database: Database, link_id: UUID, href_keys: Collection[str]) -> None:
    """A position that is kept covers them."""
    for some in portions(sorted(href_keys)):
        those = EventMapping.link_id == link_id, EventMapping.href_key.in_(some)
        step = update(EventMapping).where(*those).values(unechoed_since=None)
        database.execute(step, execution_options={"synchronize_session": False})
