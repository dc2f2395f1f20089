"""Watch what one transaction does to sessions and series: rows by name, with the values they had.

What is new is only named, what is changed keeps its old values, what is deleted keeps all of them. So a first
pull costs names, and undoing (`adapters.database.undoing`) needs to know no rule that made a change.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, object_session
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm.util import identity_key

from model.attendance import SessionAsset, SessionClient, SessionWorker
from model.base import Base
from model.cancellation import Cancellation
from model.series import Series, SeriesAsset, SeriesClient, SeriesWorker
from model.session import Session

_OfSession = SessionClient | SessionWorker | SessionAsset | Cancellation
_OfSeries = SeriesClient | SeriesWorker | SeriesAsset
NOUNS = (
    *(Series, SeriesClient, SeriesWorker, SeriesAsset),
    *(Session, SessionClient, SessionWorker, SessionAsset, Cancellation),
)
_STAMPS = ("rev", "updated_at")
_WATCHED = "diary changes"
Values = dict[str, Any]
Name = tuple[str, str]  # a table, and the row's key as text


@dataclass(kw_only=True)
class Group:
    """Changes that hang together: they are undone as one, or not at all. `units` names what they are about."""

    units: set[str] = field(default_factory=set)
    new: set[Name] = field(default_factory=set)
    changed: dict[Name, Values] = field(default_factory=dict)
    gone: dict[Name, Values] = field(default_factory=dict)

    @property
    def only_new(self) -> bool:
        """Whether nothing was there before: then there is nothing to keep."""
        return not self.changed and not self.gone and all(name_of(unit) in self.new for unit in self.units)

    def then(self, later: "Group") -> None:
        """Add what was done later: the first values a row had are what it had before all of it."""
        self.units |= later.units
        self.new |= later.new
        for name, values in later.changed.items():
            if name not in self.new:
                self.changed[name] = values | self.changed.get(name, {})
        for name, values in later.gone.items():
            if name in self.new:
                self.new.discard(name)
            else:
                self.gone[name] = values | self.changed.pop(name, {})


class Changes:
    """What a transaction did so far, by the units that it concerns."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}  # by unit; units that hang together share one
        self.fresh: dict[UUID, Session] = {}  # new single sessions: all that belongs to them is new too

    def watch(self, database: Database) -> None:
        """Take notice of every flush of this transaction."""
        database.info[_WATCHED] = self

    def groups(self) -> list[Group]:
        return list({id(group): group for group in self._groups.values()}.values())

    def add(self, later: Group) -> None:
        """Put a change to what was done before to any of its units: from here on they hang together."""
        known = {id(g): g for unit in later.units if (g := self._groups.get(unit)) is not None}
        group = next(iter(known.values()), None) or Group()
        for other in list(known.values())[1:]:
            group.then(other)
        group.then(later)
        self._groups |= dict.fromkeys(group.units, group)

    def inserted(self, row: Base) -> None:
        if isinstance(row, Session) and row.series_id is None:
            self.fresh[row.id] = row
        elif not self._is_fresh(row):
            self.add(Group(units=_units_of(row), new={_name(row)}))

    def updated(self, row: Base) -> None:
        if not self._is_fresh(row) and (values := _old_values(row)):
            self.add(Group(units=_units_of(row), changed={_name(row): values}))

    def deleted(self, row: Base) -> None:
        if isinstance(row, Session) and self.fresh.pop(row.id, None) is not None:
            return
        if not self._is_fresh(row):
            self.add(Group(units=_units_of(row), gone={_name(row): _all_values(row)}))

    def _is_fresh(self, row: Base) -> bool:
        """Whether a row is new with its session."""
        if isinstance(row, Session):
            return row.id in self.fresh
        return isinstance(row, _OfSession) and row.session_id in self.fresh


def inserted_in_bulk(database: Database, row: Session) -> None:
    """Take notice of a new single session that came past the unit of work."""
    changes = database.info.get(_WATCHED)
    if isinstance(changes, Changes):
        changes.inserted(row)


def name_of(unit: str) -> Name:
    """The row that a unit is."""
    kind, _, key = unit.partition(":")
    return kind, key


def _name(row: Base) -> Name:
    return row.__tablename__, " ".join(
        str(value) for value in inspect(row).mapper.primary_key_from_instance(row)
    )


def _units_of(row: Base) -> set[str]:
    """The units a row is, belongs to, or has just left."""
    if isinstance(row, Series | _OfSeries):
        return {f"series:{row.id if isinstance(row, Series) else row.series_id}"}
    if isinstance(row, Session):
        left = {f"series:{one}" for one in inspect(row).attrs.series_id.history.deleted or () if one}
        return left | {_unit(row.id, row.series_id)}
    assert isinstance(row, _OfSession)  # noqa: S101 - for the type checker
    return {_unit(row.session_id, _series_id(row))}


def _unit(session_id: UUID, series_id: UUID | None) -> str:
    return f"series:{series_id}" if series_id is not None else f"session:{session_id}"


def _series_id(row: _OfSession) -> UUID | None:
    """The series of the session that a row belongs to; sessions are written before what belongs to them."""
    database = object_session(row)
    assert database is not None  # noqa: S101 - it is being flushed
    session = database.identity_map.get(identity_key(Session, row.session_id))
    if isinstance(session, Session):
        return session.series_id
    query = select(Session.series_id).where(Session.id == row.session_id)
    return database.connection().execute(query).scalar_one_or_none()


def _old_values(row: Base) -> Values:
    """What each changed column held."""
    state = inspect(row)
    return {
        column.key: history.deleted[0]
        for column in state.mapper.column_attrs
        if column.key not in _STAMPS and (history := state.attrs[column.key].history).deleted
    }


def _all_values(row: Base) -> Values:
    columns = inspect(row).mapper.local_table.columns  # attributes are named as their columns are
    return {column.key: getattr(row, column.key) for column in columns} | _old_values(row)


def _watched(row: Base) -> Changes | None:
    database = object_session(row)
    found = database.info.get(_WATCHED) if database is not None else None
    return found if isinstance(found, Changes) else None


def listen() -> None:
    """Have the flushes of all units of work looked at; only watched ones are written down."""

    def on_insert(_: Mapper[Any], __: Connection, row: Base) -> None:
        if (changes := _watched(row)) is not None:
            changes.inserted(row)

    def on_update(_: Mapper[Any], __: Connection, row: Base) -> None:
        if (changes := _watched(row)) is not None:
            changes.updated(row)

    def on_delete(_: Mapper[Any], __: Connection, row: Base) -> None:
        if (changes := _watched(row)) is not None:
            changes.deleted(row)

    for noun in NOUNS:
        event.listen(noun, "after_insert", on_insert)
        event.listen(noun, "before_update", on_update)
        event.listen(noun, "before_delete", on_delete)


listen()
