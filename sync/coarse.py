"""Make a feed coarser before others read it (FAILURES H5): when exactly somebody is busy may tell why.

All that takes time in it is widened to a grid and merged: what is left are stretches of busy time, and not how many
sessions there are, how long each is, nor which of them repeats. A stretch that stays the same is the same event,
octet by octet. Pure: no clock, database or socket.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from model.busy import Busy, Fbtype
from model.moment import Span
from model.rounding import rounded
from sync.disclosure import busy_time
from sync.event import Event
from sync.feed import Entry, name_in
from sync.occupied import Window, occupied

_NOBODY: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Lines every so many minutes on the wall clock of `tz`, in [start, end). `made_at` is the feed's own beginning:
    the only time of a change that is told."""

    feed_id: UUID
    minutes: int
    tz: ZoneInfo
    start: datetime
    end: datetime
    made_at: datetime
    title: str


def on_grid(entries: Iterable[Entry], grid: Grid) -> list[Entry]:
    """The same time, merged, as events that say that and no more."""
    window = Window(since=grid.start, until=grid.end, tz=grid.tz)
    blocks = [block for one in entries for block in occupied(one.event, window, owner=_NOBODY)]
    wider = rounded(blocks, minutes=grid.minutes, tz=grid.tz, start=grid.start, end=grid.end)
    return [_entry(one, grid) for one in wider]


def _entry(block: Busy, grid: Grid) -> Entry:
    name = f"{block.fbtype} {block.start.isoformat()} {block.end.isoformat()}"
    span = Span(start=block.start.astimezone(UTC), end=block.end.astimezone(UTC), tz=ZoneInfo("UTC"))
    master = busy_time(span, grid.title, tentative=block.fbtype is Fbtype.BUSY_TENTATIVE)
    return Entry(event=Event(uid=name_in(grid.feed_id, name), master=master), changed=grid.made_at)
