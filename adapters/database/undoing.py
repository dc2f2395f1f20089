"""Undo what a transaction did to sessions and series, row by row, and note how to undo that again.

It works below the rules, on what was kept: whether it may happen was asked before. The units touched get a new
`rev`, so that every calendar that shows them is brought up to date.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, Uuid, and_, delete, insert, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.diary_changes import NOUNS, Group, Name, Values, name_of
from adapters.database.following import follow_undone
from adapters.database.transactions import take
from model.base import Base, Fixed, Instant
from model.link import EventMapping
from model.service import PlannedService, PlannedServiceClient

_OF_SESSION = ("cancellation", "session_client", "session_worker", "session_asset")
_OF_SERIES = ("series_client", "series_worker", "series_asset")
# A run makes no plans: they only go and come with their session or series.
_PLANS = (PlannedService, PlannedServiceClient)
_TABLES: dict[str, Table] = {
    noun.__tablename__: Base.metadata.tables[noun.__tablename__] for noun in (*NOUNS, *_PLANS)
}
_OF_BOTH = tuple(noun.__tablename__ for noun in _PLANS)
_ORDER = ("series", "session", *_OF_SERIES, *_OF_SESSION, *_OF_BOTH)  # owners first
_TIME_AND_PLACE = {
    "tz",
    "local_start",
    "local_end",
    "status",
    "location_type",
    "site_id",
    "room_id",
    "address",
}


def to_bytes(group: Group) -> bytes:
    """What is kept of a group."""
    stored = {
        "new": sorted(group.new),
        "changed": [[*name, _plain(values)] for name, values in group.changed.items()],
        "gone": [[*name, _plain(values)] for name, values in group.gone.items()],
    }
    return json.dumps(stored).encode()


def from_bytes(stored: bytes, units: Iterable[str]) -> Group:
    found = json.loads(stored)
    return Group(
        units=set(units),
        new={(table, key) for table, key in found["new"]},
        changed={(table, key): values for table, key, values in found["changed"]},
        gone={(table, key): values for table, key, values in found["gone"]},
    )


def moved_by(group: Group) -> set[UUID]:
    """The sessions that undoing a group would move, place otherwise or delete: what is locked stays (DOMAIN 1.7)."""
    other = {name for name, values in group.changed.items() if _TIME_AND_PLACE & values.keys()}
    return {UUID(key) for table, key in group.new | other if table == "session"}


def undo(database: Database, group: Group, *, now: datetime) -> Group:
    """Bring the rows back; the answer is the group that would undo this."""
    database.flush()
    opposite = Group(units=set(group.units))
    _free_names(database, group, opposite)
    units = {name_of(unit) for unit in group.units}
    _remove(database, [name for name in group.new if name not in units], opposite)
    for (table, key), values in sorted(group.gone.items(), key=lambda one: _ORDER.index(one[0][0])):
        database.connection().execute(insert(_TABLES[table]).values(_typed(_TABLES[table], values)))
        opposite.new.add((table, key))
    for (table, key), values in group.changed.items():
        step = update(_TABLES[table]).where(_is(table, key)).values(_typed(_TABLES[table], values))
        database.connection().execute(step)
    _remove(database, [name for name in group.new if name in units], opposite)
    _number(database, units, now)
    _forget(database)
    follow_undone(database, _sessions_in(opposite), now=now)
    return opposite


def _sessions_in(opposite: Group) -> dict[UUID, Values]:
    """The sessions that were brought back, with what they were until then."""
    back: dict[Name, Values] = {name: {} for name in opposite.new} | opposite.changed
    return {UUID(key): values for (table, key), values in back.items() if table == "session"}


def _free_names(database: Database, group: Group, opposite: Group) -> None:
    """Note what the changed rows hold now, and let occurrences change names among each other."""
    for (table, key), values in group.changed.items():
        columns = [_TABLES[table].c[name] for name in values]
        row = database.connection().execute(select(*columns).where(_is(table, key))).mappings().one_or_none()
        if row is not None:
            opposite.changed[table, key] = dict(row)
        if "occurrence_key" in values:
            step = update(_TABLES[table]).where(_is(table, key)).values(occurrence_key=None)
            database.connection().execute(step)


def _remove(database: Database, names: Sequence[Name], opposite: Group) -> None:
    """Delete rows with all that belongs to them, what is owned before its owner."""
    by_table = {table: [key for kind, key in names if kind == table] for table in _ORDER}
    series, sessions = ([UUID(key) for key in by_table[kind]] for kind in ("series", "session"))
    session = _TABLES["session"]
    owned = select(session.c.id).where(session.c.id.in_(sessions) | session.c.series_id.in_(series))
    ids = database.connection().execute(owned).scalars().all()
    _remove_plans(database, series, ids, opposite)
    for table in _OF_SESSION:
        chosen = _TABLES[table].c.session_id.in_(ids)
        _delete(database, table, chosen, opposite)
        for key in by_table[table]:
            _delete(database, table, _is(table, key), opposite)
    _delete(database, "session", session.c.id.in_(ids), opposite)
    for table in _OF_SERIES:
        _delete(database, table, _TABLES[table].c.series_id.in_(series), opposite)
        for key in by_table[table]:
            _delete(database, table, _is(table, key), opposite)
    _delete(database, "series", _TABLES["series"].c.id.in_(series), opposite)


def _remove_plans(
    database: Database, series: Sequence[UUID], sessions: Sequence[UUID], opposite: Group
) -> None:
    """Delete what was planned for some series and sessions, so that undoing this brings it back with them."""
    plan, client = (_TABLES[table] for table in _OF_BOTH)
    owned = select(plan.c.id).where(plan.c.session_id.in_(sessions) | plan.c.series_id.in_(series))
    ids = database.connection().execute(owned).scalars().all()
    _delete(database, client.name, client.c.planned_id.in_(ids), opposite)
    _delete(database, plan.name, plan.c.id.in_(ids), opposite)


def _delete(database: Database, table: str, where: ColumnElement[bool], opposite: Group) -> None:
    found = _TABLES[table]
    for row in database.connection().execute(select(found).where(where)).mappings():
        opposite.gone[table, " ".join(str(row[column.name]) for column in found.primary_key)] = dict(row)
    database.connection().execute(delete(found).where(where))


def _number(database: Database, units: Iterable[Name], now: datetime) -> None:
    number = take(database)
    for table, key in units:
        step = update(_TABLES[table]).where(_is(table, key)).values(rev=number, updated_at=now)
        database.connection().execute(step)


def _forget(database: Database) -> None:
    """Nothing that was loaded before may be written back over it."""
    for row in list(database.identity_map.values()):
        if isinstance(row, (*NOUNS, *_PLANS)):
            database.expunge(row)
        elif isinstance(row, EventMapping):
            database.expire(row, ["session_id", "series_id"])


def _is(table: str, key: str) -> ColumnElement[bool]:
    columns = _TABLES[table].primary_key.columns
    return and_(*(column == UUID(text) for column, text in zip(columns, key.split(), strict=True)))


def _plain(values: Values) -> Values:
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Enum | Decimal) else value


def _typed(table: Table, values: Values) -> Values:
    """Values as their columns want them; some come as they were stored."""
    return {name: _value(table.c[name], value) for name, value in values.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Fixed):
        return Decimal(value)
    return UUID(value) if isinstance(column.type, Uuid) else value
