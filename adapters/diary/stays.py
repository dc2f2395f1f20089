"""List the stays in beds: of a stretch of time, a bed, a site, a client or a state (000-01, the Beds Calendar)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_bookings
from adapters.diary.lookup import by_ref, practice_zone
from adapters.diary.times import read_instant
from adapters.diary.views import written
from model.bed import Bed
from model.moment import in_zone
from model.people import Client
from model.practice import Site
from model.stay import BedBooking, BookingState


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """From when to when (not included), as typed, and of what; nothing given: every stay."""

    start: str | None = None
    end: str | None = None
    bed: str | None = None
    site: str | None = None
    client: str | None = None
    state: BookingState | None = None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One stay as staff see it in a list; a client is an internal id, no name. `holds` are nights, the last not
    included."""

    id: UUID
    bed: str
    site: str
    client: str
    state: str
    start: str
    end: str
    nights: int
    holds: tuple[str, ...]
    services: tuple[str, ...]


def list_stays(sessions: Sessions, wanted: Wanted) -> list[Stay]:
    """The stays that touch a window, in order of time; a fixed number of queries."""
    with reading(sessions) as database:
        query, tz = select(BedBooking.id), practice_zone(database)
        if wanted.bed:
            query = query.where(BedBooking.bed_id == by_ref(database, Bed, wanted.bed).id)
        if wanted.site:
            there = select(Bed.id).where(Bed.site_id == by_ref(database, Site, wanted.site).id)
            query = query.where(BedBooking.bed_id.in_(there))
        if wanted.client:
            query = query.where(BedBooking.client_id == by_ref(database, Client, wanted.client).id)
        if wanted.start:
            query = query.where(BedBooking.ends_at > read_instant(wanted.start, tz))
        if wanted.end:
            query = query.where(BedBooking.starts_at < read_instant(wanted.end, tz))
        if wanted.state:
            query = query.where(BedBooking.state == wanted.state)
        return [told(row) for row in load_bookings(database, database.scalars(query).all())]


def told(row: BedBooking) -> Stay:
    """Show one loaded stay."""
    span = row.span
    return Stay(
        id=row.id,
        bed=row.bed.ref,
        site=row.bed.site.ref,
        client=row.client.internal_id,
        state=row.state,
        start=written(in_zone(span.start, span.tz)),
        end=written(in_zone(span.end, span.tz)),
        nights=len(row.nights),
        holds=tuple(f"{hold.first_night}/{hold.until}" for hold in row.holds),
        services=tuple(f"{one.service.ref}:{one.quantity} {one.basis}" for one in row.services),
    )
