"""Number changes in the order of their commits, and stamp rows with the injected clock.

One transaction takes one number (`transactions`). It goes to each session and series that changed, and to the unit a
row belongs to: an attendance, an assignment, a cancellation or an offer changes its session; an occurrence changes its
series; a new name changes what shows it (`renaming`). So what changed since a link last looked is `rev > seen` on these
two tables. No other table takes a number: an unchanged run leaves the row alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction
from sqlalchemy.orm.util import identity_key

from adapters.database.renaming import number_what_shows, renamed
from adapters.database.transactions import now_of, take
from adapters.database.waking import wake_resources
from model.attendance import SessionAsset, SessionClient, SessionWorker
from model.base import Row
from model.cancellation import Cancellation
from model.offer import Offer
from model.series import Series, SeriesAsset, SeriesClient, SeriesWorker
from model.session import Session

_AHEAD = "materialised_until"
_OF_SESSION = (SessionClient, SessionWorker, SessionAsset, Cancellation, Offer)
_OF_SERIES = (SeriesClient, SeriesWorker, SeriesAsset)


def stamp(database: Database, _: UOWTransaction, __: Sequence[object] | None) -> None:
    """Before each flush: `created_at`, `updated_at` and `rev`."""
    now = now_of(database)
    changed = [row for row in database.dirty if database.is_modified(row) and _visible(row)]
    touched = [*database.new, *changed, *database.deleted]
    sessions = _sessions_of(touched)
    series = _series_of(database, touched, sessions)
    names = renamed(changed)
    if sessions or series or names:
        number = take(database)
        number_what_shows(database, names, number=number, now=now)
        _bump(database, Session, sessions, number=number, now=now)
        _bump(database, Series, series, number=number, now=now)
    wake_resources(database, new=database.new, changed=changed, now=now)
    _stamp(database.new, changed, now)


def renumber(database: Database, sessions: Iterable[UUID], *, now: datetime) -> None:
    """Number sessions whose locks came or went, and their series: no row of theirs changed, but what they show did."""
    ids = set(sessions)
    number = take(database)
    _bump(database, Session, ids, number=number, now=now)
    _bump(database, Series, _series_of(database, [], ids), number=number, now=now)


def _visible(row: object) -> bool:
    """How far a series has been made ahead is nobody's business but ours."""
    if not isinstance(row, Series):
        return True
    return any(attribute.history.has_changes() for attribute in inspect(row).attrs if attribute.key != _AHEAD)


def _stamp(new: Iterable[object], changed: Iterable[object], now: datetime) -> None:
    for row in new:
        if isinstance(row, Row):
            row.created_at = row.updated_at = now
    for row in changed:
        if isinstance(row, Row):
            row.updated_at = now


def _sessions_of(rows: Iterable[object]) -> set[UUID]:
    """The sessions that some rows are, or belong to."""
    found = {row.id for row in rows if isinstance(row, Session)}
    return found | {row.session_id for row in rows if isinstance(row, _OF_SESSION) and row.session_id}


def _series_of(database: Database, rows: Iterable[object], sessions: set[UUID]) -> set[UUID]:
    """The series that some rows are or belong to, and those which an occurrence left or joined."""
    found: set[UUID | None] = {row.id for row in rows if isinstance(row, Series)}
    found |= {row.series_id for row in rows if isinstance(row, _OF_SERIES)}
    occurrences = [row for row in rows if isinstance(row, Session)]
    for row in occurrences:
        found |= {row.series_id, *(inspect(row).attrs.series_id.history.deleted or ())}
    if others := sessions - {row.id for row in occurrences}:
        query = select(Session.series_id).where(Session.id.in_(others))
        found |= set(database.connection().execute(query).scalars())
    return {series_id for series_id in found if series_id is not None}


def _bump(
    database: Database, noun: type[Session] | type[Series], ids: set[UUID], *, number: int, now: datetime
) -> None:
    """Give the number to each row: on the object where it is loaded, else in the table."""
    new = {row.id: row for row in database.new if isinstance(row, noun)}
    absent = []
    for row_id in ids:
        row = new.get(row_id) or database.identity_map.get(identity_key(noun, row_id))
        if row is None:
            absent.append(row_id)
        elif isinstance(row, noun) and row not in database.deleted:
            row.rev, row.updated_at = number, now
    if absent:
        step = update(noun).where(noun.id.in_(absent)).values(rev=number, updated_at=now)
        database.connection().execute(step)
