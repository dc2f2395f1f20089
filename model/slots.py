"""Which times clients can choose (R64): the starts that windows offer, held against what is taken.

A window offers its own start, and then one every length + padding (or every step), as long as both fit in. All of it is
in UTC and counts elapsed minutes, so that no change of clocks makes a slot longer, shorter or twice. Half-open, as all
busy time: what ends when a slot begins does not meet it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from model.moment import instant


class Why(StrEnum):
    """What makes a start one that cannot be chosen; never about whom or what for."""

    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    CUT_OFF = "CUT_OFF"
    TOO_FAR = "TOO_FAR"
    NOT_KNOWN_YET = "NOT_KNOWN_YET"
    SESSION = "SESSION"
    PADDING = "PADDING"
    REQUEST = "REQUEST"
    DRAFT = "DRAFT"
    OTHER_EVENT = "OTHER_EVENT"
    SHIFT = "SHIFT"
    AWAY = "AWAY"
    CALENDAR = "CALENDAR"
    CALENDAR_TENTATIVE = "CALENDAR_TENTATIVE"
    ROOM = "ROOM"
    ASSET = "ASSET"
    CLIENT = "CLIENT"


@dataclass(frozen=True, kw_only=True)
class Window:
    """One stretch of a reserved slot; days are those of `tz`."""

    ref: str
    start: datetime
    end: datetime
    tz: ZoneInfo


class Block(NamedTuple):
    """A time that is taken, by what rule; `where` names the calendar, room or asset, if it is one."""

    start: datetime
    end: datetime
    why: Why
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long an appointment takes, and when it may begin, seen from now: not before the cut-off (003-04), and not on
    a later day than so many from today, where it takes place (003-05)."""

    length: timedelta
    padding: timedelta
    now: datetime
    cutoff: timedelta
    how_far_days: int
    step: timedelta = timedelta(0)

    @property
    def needs(self) -> timedelta:
        """What has to be free (003-08)."""
        return self.length + self.padding

    @property
    def earliest(self) -> datetime:
        return self.now + self.cutoff

    def ends(self, tz: ZoneInfo) -> datetime:
        """The first instant that is too far out: that of the day after the last one, where it takes place."""
        day = self.now.astimezone(tz).date() + timedelta(days=self.how_far_days + 1)
        return instant(day, tz)


class Candidate(NamedTuple):
    """One start of the thousands that windows offer; `block` is what speaks against it, None where it can be chosen."""

    start: datetime
    window: Window
    block: Block | None

    @property
    def free(self) -> bool:
        return self.block is None


class Timeline:
    """What is taken, so that asking costs no more than a look-up, however much there is."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = sorted(b for b in blocks if b.start < b.end)
        self._starts = [block.start for block in self._blocks]
        self._ends = list(accumulate((block.end for block in self._blocks), max))

    def meets(self, start: datetime, end: datetime) -> Block | None:
        """The first block that takes some of [start, end)."""
        found = None
        for at in range(bisect_left(self._starts, end) - 1, -1, -1):
            if self._ends[at] <= start:
                break
            if self._blocks[at].end > start:
                found = self._blocks[at]
        return found


def reachable(window: Window, terms: Terms) -> Window | None:
    """The part of a window in which something that is booked now may begin (003-04, 003-05); None: there is none."""
    start, end = max(window.start, terms.earliest), min(window.end, terms.ends(window.tz))
    return replace(window, start=start, end=end) if start < end else None


def candidates(window: Window, terms: Terms, taken: Timeline) -> Iterator[Candidate]:
    """Every start of a window with what speaks against it."""
    earliest, ends, needs = terms.earliest, terms.ends(window.tz), terms.needs
    start, last, step = window.start, window.end - needs, terms.step or needs
    while start <= last:
        end = start + needs
        if earliest <= start < ends:
            block = taken.meets(start, end)
        else:
            block = Block(start, end, Why.CUT_OFF if start < earliest else Why.TOO_FAR)
        yield Candidate(start, window, block)
        start += step
