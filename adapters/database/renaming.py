"""Let a new name of a site, room, asset or client, and a new colour of a session type, reach the calendars: what shows
it is a change of its sessions.

What is past is left to the daily reconciliation, and feeds ask when a name was last changed. The
number itself is `revisions`' to take.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm.attributes import get_history

from model.asset import Asset
from model.attendance import SessionAsset, SessionClient
from model.base import Revision
from model.people import Client
from model.practice import Room, Site
from model.series import Series
from model.session import Session
from model.session_type import SessionType

_SHOWN = {
    Site: {"name", "code"},
    Room: {"name"},
    Asset: {"name"},
    Client: {"name", "internal_id"},
    SessionType: {"colour"},
}
Renamed = Site | Room | Asset | Client | SessionType


def renamed(rows: Iterable[object]) -> list[Renamed]:
    """The changed rows that sessions show by name."""
    return [row for row in rows if isinstance(row, Renamed) and _says_else(row)]


def number_what_shows(database: Database, rows: Collection[Renamed], *, number: int, now: datetime) -> None:
    """Give a change's number to the sessions to come that show these rows, and to their series."""
    values = {"rev": number, "updated_at": now}
    if rows:
        database.connection().execute(update(Revision).values(named=number))
    for row in rows:
        _tell_what_keeps(database, row)
        showing = _showing(row), Session.ends_at >= now
        series = select(Session.series_id).where(*showing, Session.series_id.is_not(None))
        for step in (update(Session).where(*showing), update(Series).where(Series.id.in_(series))):
            database.connection().execute(step.values(**values))


def _says_else(row: Renamed) -> bool:
    return any(get_history(row, name).has_changes() for name in _SHOWN[type(row)])


def _tell_what_keeps(database: Database, row: Renamed) -> None:
    """A session keeps the colour of its type itself, and so does a series."""
    if isinstance(row, SessionType):
        for noun in (Session, Series):
            step = update(noun).where(noun.session_type_id == row.id).values(colour=row.colour)
            database.connection().execute(step)


def _showing(row: Renamed) -> ColumnElement[bool]:
    if isinstance(row, Client):
        return Session.id.in_(select(SessionClient.session_id).where(SessionClient.client_id == row.id))
    if isinstance(row, Asset):
        return Session.id.in_(select(SessionAsset.session_id).where(SessionAsset.asset_id == row.id))
    if isinstance(row, SessionType):
        return Session.session_type_id == row.id
    return (Session.site_id if isinstance(row, Site) else Session.room_id) == row.id
