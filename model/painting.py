"""Paint what is said of somebody's hours over one another (RFC 7953, 4; DOMAIN 4): the lower priority first.

A layer is what one VAVAILABILITY says. What lies higher hides what is below it, where it opens time as well as where
it closes it. Where nothing is painted nothing is said. Events come on top of all, and are `model.busy`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from model.busy import Busy, Fbtype, merge

Interval = tuple[datetime, datetime]
_UNDEFINED = 10  # PRIORITY:0 says nothing, and lies below 9 (RFC 7953, 3.1)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """From `start` to `end` somebody is `fbtype`, but for the times that are `available`.

    `priority`: 1 is the highest, 9 the lowest, and 0 lower still. `name` is what people find it by.
    """

    priority: int
    start: datetime
    end: datetime
    fbtype: Fbtype = Fbtype.BUSY_UNAVAILABLE
    available: Sequence[Interval] = ()
    name: str = ""


class Stroke(NamedTuple):
    """What is to be seen of one layer: without an `fbtype` it opens this time."""

    start: datetime
    end: datetime
    fbtype: Fbtype | None
    layer: Layer


def paint(layers: Iterable[Layer], start: datetime, end: datetime) -> list[Busy]:
    """The times in [start, end) that are closed when all is painted, merged."""
    return merge(closed(layers, start, end), start=start, end=end)


def closed(layers: Iterable[Layer], start: datetime, end: datetime) -> Iterable[Busy]:
    """The same as it was painted: what touches is not one yet."""
    for one in strokes(layers, start, end):
        if one.fbtype is not None:
            yield Busy(one.start, one.end, one.fbtype)


def strokes(layers: Iterable[Layer], start: datetime, end: datetime) -> list[Stroke]:
    """What is to be seen in [start, end), in order of time; no two overlap."""
    canvas: list[Stroke] = []
    for layer in sorted(layers, key=_height):
        a, b = max(layer.start, start), min(layer.end, end)
        if a < b:
            canvas = [*_around(canvas, a, b), *_drawn(layer, a, b)]
    return sorted(canvas, key=lambda one: one.start)


def _height(layer: Layer) -> tuple[int, int]:
    """From the bottom up; of two as high the busier one is drawn later (BUSY over BUSY-UNAVAILABLE over TENTATIVE)."""
    return -(layer.priority or _UNDEFINED), -list(Fbtype).index(layer.fbtype)


def _around(canvas: Iterable[Stroke], start: datetime, end: datetime) -> Iterable[Stroke]:
    """What is left of it beside [start, end)."""
    for one in canvas:
        if one.end <= start or one.start >= end:
            yield one
            continue
        if one.start < start:
            yield one._replace(end=start)
        if one.end > end:
            yield one._replace(start=end)


def _drawn(layer: Layer, start: datetime, end: datetime) -> Iterable[Stroke]:
    """A layer by itself in [start, end): open, closed, open ..."""
    at = start
    for begin, until in sorted(layer.available):
        opens, closes = max(at, begin), min(until, end)
        if opens >= closes:
            continue
        if opens > at:
            yield Stroke(at, opens, layer.fbtype, layer)
        yield Stroke(opens, closes, None, layer)
        at = closes
    if at < end:
        yield Stroke(at, end, layer.fbtype, layer)
