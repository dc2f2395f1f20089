"""What there is of one client: sessions and series, which of them are theirs alone, and what calendars show of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from model.archive import ArchiveEntry
from model.attendance import SessionClient
from model.link import EventMapping
from model.series import SeriesClient
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Units:
    """Sessions and series that a client takes, or took, part in; `own_...`: nobody else ever did."""

    sessions: list[UUID]
    own_sessions: list[UUID]
    series: list[UUID]
    own_series: list[UUID]

    @property
    def alone(self) -> frozenset[UUID]:
        return frozenset([*self.own_sessions, *self.own_series])


def units_of(database: Database, client_id: UUID) -> Units:
    """All of them, whatever became of them. A series is theirs alone where no occurrence ever had anybody else."""
    mine = select(SessionClient.session_id).where(SessionClient.client_id == client_id)
    shared = select(SessionClient.session_id).group_by(SessionClient.session_id).having(func.count() > 1)
    sessions = list(database.scalars(mine.order_by(SessionClient.session_id)))
    groups = set(database.scalars(shared.where(SessionClient.session_id.in_(mine))))
    kept = select(SeriesClient.series_id).where(SeriesClient.client_id == client_id)
    of_sessions = select(Session.series_id).where(Session.id.in_(mine), Session.series_id.is_not(None))
    series = sorted({*database.scalars(kept), *(one for one in database.scalars(of_sessions) if one)})
    others = _with_others(database, client_id, series)
    return Units(
        sessions=sessions, own_sessions=[one for one in sessions if one not in groups],
        series=series, own_series=[one for one in series if one not in others],
    )  # fmt: skip


def _with_others(database: Database, client_id: UUID, series: list[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for some in portions(series):
        pattern = select(SeriesClient.series_id).where(
            SeriesClient.series_id.in_(some), SeriesClient.client_id != client_id
        )
        others = SessionClient.client_id != client_id
        rows = select(Session.series_id).join(SessionClient, SessionClient.session_id == Session.id)
        found |= set(database.scalars(pattern))
        found |= {one for one in database.scalars(rows.where(Session.series_id.in_(some), others)) if one}
    return found


def mappings_of(database: Database, units: Units) -> list[UUID]:
    """The events that show them, in every calendar; parts of a series' event go with it."""
    found: dict[UUID, None] = {}
    for ids, column in ((units.sessions, EventMapping.session_id), (units.series, EventMapping.series_id)):
        for some in portions(ids):
            found |= dict.fromkeys(database.scalars(select(EventMapping.id).where(column.in_(some))))
    for some in portions(list(found)):
        parts = select(EventMapping.id).where(EventMapping.part_of.in_(some))
        found |= dict.fromkeys(database.scalars(parts))
    return list(found)


def archived_of(database: Database, units: Units) -> list[int]:
    """What runs kept of them to undo: bodies of events, and rows of ours."""
    mappings = set(mappings_of(database, units))
    names = {f"session:{one}" for one in units.sessions} | {f"series:{one}" for one in units.series}
    entries = select(ArchiveEntry.number, ArchiveEntry.mapping_id, ArchiveEntry.units)
    asked = entries.where(or_(ArchiveEntry.mapping_id.is_not(None), ArchiveEntry.units != ""))
    return [row[0] for row in database.execute(asked) if row[1] in mappings or names & set(_named(row[2]))]


def _named(units: str) -> Iterable[str]:
    return units.split()
