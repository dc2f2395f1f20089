"""How many fit in at once: at any moment a room, an asset or a bed is full or not (DOMAIN 4). Half-open intervals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID


@dataclass(frozen=True)
class Taken:
    """One stretch of time of a room, an asset, a bed, a worker or a client (`who`), and how many of it are taken."""

    who: UUID
    start: datetime
    end: datetime
    qty: int = 1

    def meets(self, other: "Taken") -> bool:
        return self.who == other.who and self.start < other.end and other.start < self.end


def too_many(wanted: Sequence[Taken], others: Sequence[Taken], capacity: Mapping[UUID, int]) -> list[Taken]:
    """Those of `wanted` that do not fit in beside `others` and each other; where no capacity is known there is one."""
    by_who: dict[UUID, list[Taken]] = {want.who: [] for want in wanted}
    for taken in (*wanted, *others):
        if taken.who in by_who:
            by_who[taken.who].append(taken)
    whole = {who: above(several, capacity.get(who, 1)) for who, several in by_who.items()}
    return [
        want
        for want in wanted
        if any(start < want.end and want.start < end for start, end in whole[want.who])
    ]


def above(taken: Iterable[Taken], level: int) -> list[tuple[datetime, datetime]]:
    """The stretches of time in which more than that is taken; who leaves at a moment makes room for who comes."""
    edges = sorted(edge for t in taken for edge in ((t.start, t.qty), (t.end, -t.qty)))
    used, found = 0, []
    for (at, step), (then, _) in pairwise(edges):
        used += step
        if used > level and at < then:
            found.append((at, then))
    return found
