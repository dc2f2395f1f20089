"""Explain what makes each moment free or taken (DOMAIN 4): every cause that speaks of it, the deciding ones first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from model.busy import Fbtype

FREE = "FREE"
_ORDER = [*Fbtype]


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Something that speaks of [start, end); without an `fbtype` it leaves the time free."""

    start: datetime
    end: datetime
    fbtype: Fbtype | None
    what: str


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A stretch of time, what it is, and because of what."""

    start: datetime
    end: datetime
    fbtype: str
    because: tuple[str, ...]


def explained(causes: Iterable[Cause], *, start: datetime, end: datetime, nothing: str) -> list[Explained]:
    """All of [start, end), cut where an answer or its causes change; `nothing` is said of what nobody speaks of."""
    inside = [
        replace(one, start=max(one.start, start), end=min(one.end, end))
        for one in causes
        if max(one.start, start) < min(one.end, end)
    ]
    edges = sorted({start, end, *(one.start for one in inside), *(one.end for one in inside)})
    coming = sorted(inside, key=lambda one: one.start, reverse=True)
    found: list[Explained] = []
    there: list[Cause] = []
    for at, then in pairwise(edges):
        while coming and coming[-1].start <= at:
            there.append(coming.pop())
        there = [one for one in there if one.end > at]
        _append(found, at, then, there, nothing)
    return found


def _append(found: list[Explained], at: datetime, then: datetime, there: list[Cause], nothing: str) -> None:
    """One more stretch, or the last one made longer."""
    ordered = sorted(there, key=_rank)
    because = tuple(dict.fromkeys(one.what for one in ordered)) or (nothing,)
    fbtype = ordered[0].fbtype if ordered else None
    shown = fbtype.value if fbtype is not None else FREE
    if found and (found[-1].fbtype, found[-1].because) == (shown, because):
        found[-1] = replace(found[-1], end=then)
    else:
        found.append(Explained(start=at, end=then, fbtype=shown, because=because))


def _rank(one: Cause) -> tuple[int, str]:
    return (len(_ORDER) if one.fbtype is None else _ORDER.index(one.fbtype)), one.what
