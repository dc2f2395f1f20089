"""When a worker is busy (DOMAIN 4): merged, half-open, without a word about what or with whom."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.database.busy_blocks import times_of
from adapters.database.engine import Sessions, reading
from adapters.diary.engagements import busy_with_sessions
from adapters.diary.lookup import by_ref
from adapters.diary.presence import away_between
from adapters.diary.sources import Stale
from adapters.diary.sources import stale_sources as stale_by_worker
from adapters.diary.times import read_instant
from model.act import Act
from model.busy import Busy, merge
from model.errors import DomainError
from model.moment import zone
from model.people import Worker
from model.rounding import rounded

PRODID = "-//Calendula//Calendula//EN"


@dataclass(frozen=True, kw_only=True)
class BusyTime:
    """The busy time of a worker, a room, an asset or a bed (`who`) in [start, end), as UTC instants.

    `tz` is where its days begin. `taken`: which room, asset or bed it is, as `sync.labels` names them; empty for a
    worker, who is never named.
    """

    who: str
    start: datetime
    end: datetime
    tz: ZoneInfo
    blocks: tuple[Busy, ...]
    taken: str = ""

    def on_grid(self, minutes: int) -> "BusyTime":
        """The same, made coarser for others (H5)."""
        coarse = rounded(self.blocks, minutes=minutes, tz=self.tz, start=self.start, end=self.end)
        return replace(self, blocks=tuple(coarse))


def busy_time(sessions: Sessions, worker: str, start: str, end: str) -> BusyTime:
    """Read and merge what the practice knows, what the worker's busy sources said, and when the worker cannot be had; a
    fixed number of queries."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_window(start, end, zone(found.tz))
        blocks = [
            *busy_with_sessions(database, found.id, since, until),
            *times_of(database, found.id, since, until),
            *away_between(database, found, since, until),
        ]
    merged = tuple(merge(blocks, start=since, end=until))
    return BusyTime(who=found.ref, start=since, end=until, tz=zone(found.tz), blocks=merged)


def read_window(start: str, end: str, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """The stretch of time that was typed."""
    since, until = read_instant(start, tz), read_instant(end, tz)
    if until <= since:
        raise DomainError("E_END_BEFORE_START", "The end of the window must be later than its start")
    return since, until


def stale_sources(sessions: Sessions, worker: str, *, now: datetime, after: timedelta) -> list[Stale]:
    """The worker's busy sources that were not read for longer: more may be taken by now than is known."""
    with reading(sessions) as database:
        mine = by_ref(database, Worker, worker).id
        return stale_by_worker(database, {mine}, now=now, after=after).get(mine, [])


def vfreebusy(busy: BusyTime, act: Act) -> str:
    """Write busy time as a VFREEBUSY (RFC 5545, 3.6.4): times in UTC, a line each, no person named."""
    uid: UUID = act.new_id()
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "BEGIN:VFREEBUSY",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(act.now)}",
        f"DTSTART:{_utc(busy.start)}",
        f"DTEND:{_utc(busy.end)}",
        *_resource(busy.taken),
        *_periods(busy.blocks),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    return "\r\n".join([*lines, ""])


def _resource(taken: str) -> list[str]:
    """What it is the time of: CUTYPE says that it is nobody (RFC 5545, 3.2.3)."""
    kind, _, urn = taken.partition(" ")
    return [f"ATTENDEE;CUTYPE={kind}:{urn}"] if taken else []


def _periods(blocks: Iterable[Busy]) -> list[str]:
    return [f"FREEBUSY;FBTYPE={b.fbtype}:{_utc(b.start)}/{_utc(b.end)}" for b in blocks]


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")
