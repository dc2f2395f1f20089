"""Tell whether a unit is still as it was: a hash of what people would call it, by unit.

Bookkeeping does not count, nor do modifiers of what is billed, nor that a series was extended: only its rule, its
exceptions and its people.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as Database

from model.attendance import Assignment, Attendance, SessionAsset, SessionClient, SessionWorker
from model.base import Base
from model.cancellation import Cancellation
from model.series import Series, SeriesAsset, SeriesClient, SeriesWorker
from model.session import Session

_BOOKKEEPING = {"created_at", "updated_at", "rev", "materialised_until", "modifier_text"}
_MANY = 400


def fingerprints(database: Database, units: Collection[str]) -> dict[str, str]:
    """A hash for each unit; empty for one that is not there."""
    ids = {
        kind: [UUID(u.partition(":")[2]) for u in units if u.startswith(kind)]
        for kind in ("session", "series")
    }
    facts: dict[str, list[str]] = defaultdict(list)
    for start in range(0, max(map(len, ids.values()), default=0), _MANY):
        _add(database, facts, [chosen[start : start + _MANY] for chosen in (ids["session"], ids["series"])])
    return {unit: _hash(facts[unit]) if unit in facts else "" for unit in units}


def _add(database: Database, facts: dict[str, list[str]], ids: list[list[UUID]]) -> None:
    singles, series = ids
    for name, chosen in (("session", singles), ("series", series)):
        table = Base.metadata.tables[name]
        columns = [column for column in table.columns if column.name not in _BOOKKEEPING]
        for row in database.execute(select(*columns).where(table.c.id.in_(chosen))) if chosen else ():
            facts[f"{name}:{row.id}"].append(_text(row))
    mine = or_(Session.id.in_(singles), Session.series_id.in_(series))
    if series:
        _add_of_series(database, facts, series)
    for session_id, series_id, *row in _parts(database, mine):
        facts[f"series:{series_id}" if series_id else f"session:{session_id}"].append(
            _text((session_id, *row))
        )


def _add_of_series(database: Database, facts: dict[str, list[str]], series: list[UUID]) -> None:
    """Occurrences that differ from their series, and the people of all."""
    query = (
        select(
            Session.series_id, Session.occurrence_key, Session.local_start, Session.local_end, Session.status
        )
        .join(Series, Series.id == Session.series_id)
        .where(Session.series_id.in_(series), or_(Session.is_exception, Session.status != Series.status))
    )
    people: tuple[Any, ...] = (
        select(SeriesClient.series_id, SeriesClient.client_id).where(SeriesClient.series_id.in_(series)),
        select(SeriesWorker.series_id, SeriesWorker.worker_id).where(SeriesWorker.series_id.in_(series)),
        select(SeriesAsset.series_id, SeriesAsset.asset_id, SeriesAsset.qty).where(
            SeriesAsset.series_id.in_(series)
        ),
    )
    for found in (query, *people):
        for series_id, *row in database.execute(found):
            facts[f"series:{series_id}"].append(_text(row))


def _parts(database: Database, mine: ColumnElement[bool]) -> Iterable[Any]:
    """Attendances and assignments of single sessions and those that are not as they began, and cancellations."""
    single = Session.series_id.is_(None)
    whose = (Session.id, Session.series_id)
    attending = SessionClient.client_id, SessionClient.status
    yield from database.execute(
        select(*whose, *attending)
        .join(SessionClient, SessionClient.session_id == Session.id)
        .where(mine, or_(single, SessionClient.status != Attendance.BOOKED))
    )
    changed = or_(SessionWorker.status != Assignment.ASSIGNED, SessionWorker.dismissed)
    yield from database.execute(
        select(
            *whose,
            SessionWorker.worker_id,
            SessionWorker.status,
            SessionWorker.dismissed,
            SessionWorker.starts_at,
        )
        .join(SessionWorker, SessionWorker.session_id == Session.id)
        .where(mine, or_(single, changed))
    )
    yield from database.execute(
        select(*whose, SessionAsset.asset_id, SessionAsset.qty)
        .join(SessionAsset, SessionAsset.session_id == Session.id)
        .where(mine, single)
    )
    yield from database.execute(
        select(*whose, Cancellation.id).join(Cancellation, Cancellation.session_id == Session.id).where(mine)
    )


def _text(row: Iterable[object]) -> str:
    return "|".join(map(str, row))


def _hash(facts: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()[:32]
