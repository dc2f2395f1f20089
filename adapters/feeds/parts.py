"""The events of a feed as they were written, in the database: they outlive the service, and what nobody changed is
never written twice.

A state follows from everything that a part was written from, so what stands under it cannot be stale. Which states a
feed has now is its reader's to say.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session as Database

from adapters.database.many import many
from adapters.database.portions import portions
from adapters.ical.feed import Part
from model.feed import FeedPart

_KEPT = select(FeedPart.state, FeedPart.octets, FeedPart.zones, FeedPart.years).where(
    FeedPart.feed_id == bindparam("feed", type_=FeedPart.feed_id.type)
)


class Made(NamedTuple):
    """What was written just now, and of which session or series it is; None: of the whole feed."""

    of: UUID | None
    part: Part


def parts_of(database: Database, feed_id: UUID) -> dict[str, Part]:
    """All that is kept of a feed, by state."""
    rows = many(database, _KEPT, {"feed": feed_id})
    around = {(zones, years): _around(zones, years) for _, _, zones, years in rows}
    return {state: Part(octets, *around[zones, years]) for state, octets, zones, years in rows}


def keep(database: Database, feed_id: UUID, made: Mapping[str, Made], gone: Iterable[str]) -> None:
    """Add what was written, and forget what is not shown any more."""
    for some in portions(sorted(gone)):
        database.execute(delete(FeedPart).where(FeedPart.feed_id == feed_id, FeedPart.state.in_(some)))
    if made:
        rows = [_row(feed_id, state, one) for state, one in made.items()]
        database.connection().execute(insert(FeedPart), rows)


def _around(zones: str, years: str) -> tuple[frozenset[str], frozenset[int]]:
    return frozenset(zones.split()), frozenset(map(int, years.split()))


def _row(feed_id: UUID, state: str, made: Made) -> dict[str, object]:
    return {
        "feed_id": feed_id,
        "state": state,
        "of": made.of,
        "octets": made.part.octets,
        "zones": " ".join(sorted(made.part.zones)),
        "years": " ".join(map(str, sorted(made.part.years))),
    }
