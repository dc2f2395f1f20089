"""How a noun becomes a row: the declarative base, column types, and the columns that every row has.

Values are checked on their way in: a datetime without zone is refused, never guessed. Who stamps
`created_at`, `updated_at` and `rev` is `adapters.database.revisions`; nothing here reads a clock.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, MetaData, Text, Uuid, inspect
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator, TypeEngine

Json = dict[str, object]
SEALED = {
    "sealed": True
}  # of a column: `mapped_column(LargeBinary, info=SEALED)`; `key rotate` seals it anew


class _SqliteInstant(DATETIME):
    """Its text, which `Instant` makes by itself: a row has several, and the dialect's own way is slow."""

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None


@lru_cache(maxsize=256)
def _in_sqlite(value: datetime) -> str:
    """The text of an instant in UTC; remembered, as all rows of a transaction have the time of it."""
    return value.isoformat(" ", "microseconds").removesuffix("+00:00")


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite drops zones without converting (LIBRARIES 6), so naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            _SqliteInstant() if dialect.name == "sqlite" else self.impl_instance  # type: ignore[no-untyped-call]
        )

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], datetime | str | None]:
        """One step to what the driver takes, and one from what it gives: there are thousands of instants."""
        return _to_sqlite if dialect.name == "sqlite" else _to_server

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _from_sqlite if dialect.name == "sqlite" else _from_server


def _to_server(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a datetime without zone cannot be stored")
    return value.astimezone(UTC)


def _to_sqlite(value: datetime | None) -> str | None:
    at = _to_server(value)
    return None if at is None else _in_sqlite(at)


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def _from_server(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Few(Uuid[UUID]):
    """An id that most rows of an answer have in common: the same text is made a UUID once."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID] | None:
        read: Callable[[Any], UUID] | None = super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]
        return None if read is None else lru_cache(maxsize=1024)(read)  # kept as long as its statement is


class Fixed(TypeDecorator[Decimal]):
    """A number with so many decimal places, stored as a whole number of its smallest part: sums are exact on every
    database. What has more places is refused, never rounded.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        parts = value.scaleb(self.places)
        if parts != int(parts):
            raise ValueError(f"a number with more than {self.places} decimal places cannot be stored")
        return int(parts)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)


class JsonText(TypeDecorator[Json]):
    """A small record of ids, codes and times as canonical JSON text, the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json | None, dialect: Dialect) -> str | None:
        return None if value is None else _CANONICAL.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json | None:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """The parent of every mapped noun."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Instant,
        UUID: Uuid,
        StrEnum: Enum(StrEnum, native_enum=False, length=40),  # text: a new member needs no migration
        str: Text,
        int: BigInteger,
        Json: JsonText,
    }

    def __init__(self, **values: object) -> None:
        """A new row. Columns are put in place past the attributes' events, as nothing was there that could change;
        a page of new events has tens of thousands of them.
        """
        others = values.keys() - _columns(type(self))
        vars(self).update(values if not others else {k: v for k, v in values.items() if k not in others})
        for name in [name for name in values if name in others]:
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            if values[name] in (None, []):
                set_committed_value(self, name, values[name])  # nothing is told of nobody
            else:
                setattr(self, name, values[name])


@cache
def _columns(noun: type[Base]) -> frozenset[str]:
    """The columns whose values nobody checks or takes note of."""
    mapper = inspect(noun)
    return frozenset(mapper.column_attrs.keys() - mapper.validators.keys())


class Row:
    """What every row has. `rev` orders changes as they were committed; `id` is random and names nothing."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    rev: Mapped[int] = mapped_column(default=0)


class Revision(Base):
    """The one row that numbers changes: locked until commit, so the order of numbers is that of commits.

    `home` says where the database lies, for those that can tell: one read from a dump lies elsewhere. `named` is the
    number of the last change of a name that sessions show, of those that are past too.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    latest: Mapped[int] = mapped_column(default=0)
    home: Mapped[str] = mapped_column(default="")
    named: Mapped[int] = mapped_column(default=0)
