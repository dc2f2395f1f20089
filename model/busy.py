"""Busy time: merge intervals of different kinds into what others may see (DOMAIN 4). Half-open, never a
name. What is kept of a busy source is here too: times alone.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Row
from model.link import SeenItem
from model.moment import instant
from model.stay import BedBooking, BookingState


class Fbtype(StrEnum):
    """FBTYPE of RFC 5545, 3.2.9, in falling precedence."""

    BUSY = "BUSY"
    BUSY_UNAVAILABLE = "BUSY-UNAVAILABLE"
    BUSY_TENTATIVE = "BUSY-TENTATIVE"


_KINDS = tuple(Fbtype)
_MOST = 1 << 20  # blocks of a kind at one time
_WEIGHT = {kind: _MOST**number for number, kind in enumerate(_KINDS)}


class Busy(NamedTuple):
    """One stretch of time, as UTC instants; a year of somebody has thousands."""

    start: datetime
    end: datetime
    fbtype: Fbtype


class BusyBlock(Row, Base):
    """One stretch of time that an event of a busy source takes: no title, no place, nobody's name.

    The UID is kept as a hash, as some apps write the owner's address into it.
    """

    __tablename__ = "busy_block"
    __table_args__ = (Index("ix_busy_block_link_id_ends_at", "link_id", "ends_at"),)

    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("seen_item.id"), index=True)
    uid_hash: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    fbtype: Mapped[Fbtype]

    # declared so that a unit of work writes an item before its blocks
    item: Mapped[SeenItem] = relationship(lazy="raise")

    @property
    def time(self) -> Busy:
        return Busy(start=self.starts_at, end=self.ends_at, fbtype=self.fbtype)


def times_of(stay: BedBooking) -> list[Busy]:
    """How a stay takes its bed: busy, and tentatively while it is on hold (DOMAIN 4)."""
    if stay.state is BookingState.CANCELLED:
        return []
    tz, at, found = stay.span.tz, stay.starts_at, list[Busy]()
    for hold in sorted(stay.holds, key=lambda hold: hold.first_night):
        start, end = max(instant(hold.first_night, tz), at), min(instant(hold.until, tz), stay.ends_at)
        found.append(Busy(start=at, end=start, fbtype=Fbtype.BUSY))
        found.append(Busy(start=start, end=end, fbtype=Fbtype.BUSY_TENTATIVE))
        at = end
    found.append(Busy(start=at, end=stay.ends_at, fbtype=Fbtype.BUSY))
    return [time for time in found if time.start < time.end]


def hash_of(uid: str) -> str:
    """What is kept of a UID: two copies of one event have the same."""
    return sha256(uid.encode()).hexdigest()


def merge(blocks: Iterable[Busy], *, start: datetime, end: datetime) -> list[Busy]:
    """Merge overlapping and adjacent blocks inside [start, end); where kinds overlap, the stronger one
    shows.
    """
    merged: list[Busy] = []
    there, kind, begin = 0, None, start
    for (at, step), (then, _) in pairwise([*_edges(blocks, start, end), (end, 0)]):
        there += step
        if at < then and (strongest := _strongest(there)) is not kind:
            if kind is not None:
                merged.append(Busy(begin, at, kind))
            begin, kind = at, strongest
    return merged if kind is None else [*merged, Busy(begin, end, kind)]


def _edges(blocks: Iterable[Busy], start: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """Where each block begins and ends inside [start, end), in order of time, and what it adds to what is there."""
    found: list[tuple[datetime, int]] = []
    for begins, ends, fbtype in blocks:
        a = max(start, begins)
        b = min(end, ends)
        if a < b:
            weight = _WEIGHT[fbtype]
            found += (a, weight), (b, -weight)
    found.sort()
    return found


@cache  # of few combinations, asked for at each edge
def _strongest(there: int) -> Fbtype | None:
    """Of what is there, each kind counted in digits of its own; the last digits are those of the strongest."""
    for kind in _KINDS:
        there, count = divmod(there, _MOST)
        if count:
            return kind
    return None
