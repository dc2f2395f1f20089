"""Insert many new rows at once, past the unit of work: what a run or an import writes down and leaves alone then.

Values, defaults, numbers and stamps are those that the unit of work would give. The rows themselves are not
tracked: what is changed on them afterwards is lost.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Column, insert
from sqlalchemy.orm import Session as Database
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from adapters.database.diary_changes import inserted_in_bulk
from adapters.database.following import follow_new
from adapters.database.tables import metadata
from adapters.database.transactions import take
from model.base import Base, Row
from model.series import Series, SeriesAsset, SeriesClient, SeriesWorker
from model.service import PlannedService
from model.session import Session


def insert_all(database: Database, rows: Sequence[Base], *, now: datetime) -> None:
    """Insert them with the parts of new sessions, series and plans, a table at a time, in the order of references."""
    found: dict[type[Base], list[Base]] = defaultdict(list)
    for row in rows:
        for one in _with_children(row):
            found[type(one)].append(one)
    for noun in sorted(found, key=lambda noun: _order().index(noun.__tablename__)):
        stamp: dict[str, object] = {"created_at": now, "updated_at": now} if issubclass(noun, Row) else {}
        if noun in (Session, Series):
            stamp["rev"] = take(database)
        table = Base.metadata.tables[noun.__tablename__]
        values = _told([_values(row) | stamp for row in found[noun]])
        database.connection().execute(insert(table), values)
    sessions = [row for row in rows if isinstance(row, Session)]
    for session in sessions:
        session.rev = take(database)
        inserted_in_bulk(database, session)
    follow_new(database, sessions, now=now)


def _with_children(row: Base) -> Iterator[Base]:
    yield row
    if isinstance(row, Session):
        yield from (*row.workers, *row.clients, *row.assets)
    elif isinstance(row, Series):
        parts: list[SeriesWorker | SeriesClient | SeriesAsset] = [*row.workers, *row.clients, *row.assets]
        for part in parts:
            part.series_id = row.id
            yield part
    elif isinstance(row, PlannedService):
        for client in row.clients:
            client.planned_id = row.id
            yield client


def _values(row: Base) -> dict[str, object]:
    held = vars(row)
    return {name: held[name] if name in held else default() for name, default in _columns(type(row))}


@cache
def _columns(noun: type[Base]) -> list[tuple[str, Callable[[], object]]]:
    """Its columns with what makes their defaults; attributes are named as their columns are."""
    return [(column.key, _default(column)) for column in Base.metadata.tables[noun.__tablename__].columns]


def _told(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Without the columns that all of them leave empty: each value costs on its way to the database."""
    used = {name for row in rows for name, value in row.items() if value is not None}
    return [{name: value for name, value in row.items() if name in used} for row in rows]


def _default(column: Column[object]) -> Callable[[], object]:
    made = column.default
    if isinstance(made, CallableColumnDefault):
        return lambda: made.arg(None)  # type: ignore[arg-type] # ours look at no context
    value = made.arg if isinstance(made, ScalarElementColumnDefault) else None
    return lambda: value


@cache
def _order() -> list[str]:
    return [table.name for table in metadata.sorted_tables]
