"""Cut lists into pages, in order of a time: each page is one more query, and costs what is on it.

A page begins after a row, not at a number: what is added or goes meanwhile moves nothing else about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Position:
    """After which row a page begins: by its time, and among those of the same time by its id."""

    at: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True)
class Paged(Generic[T]):
    """What is on one page, and where the next begins, if there is one."""

    rows: Sequence[T]
    following: Position | None


def beyond(
    at: InstrumentedAttribute[datetime],
    by: InstrumentedAttribute[UUID],
    after: Position | None,
    *,
    latest_first: bool = False,
) -> ColumnElement[bool]:
    """Of rows in the order of a time, then of an id: those after a position."""
    if after is None:
        return true()
    further = at < after.at if latest_first else at > after.at
    return or_(further, and_(at == after.at, by > after.id))


def cut(found: Sequence[T], limit: int, place: Callable[[T], Position]) -> Paged[T]:
    """A page of what was read with one more than is shown."""
    if len(found) <= limit:
        return Paged(rows=found, following=None)
    return Paged(rows=found[:limit], following=place(found[limit - 1]))
