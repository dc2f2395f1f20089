"""Write when a worker can be had, as others may read it (RFC 7953): two answers to two questions.

Staff ask for the hours, and get hours, single times and leave; what clients may book is no part of that. Clients'
programs ask what can be booked, and get the reserved windows as far as they can be booked now (003-04, 003-05); what
is taken in them is VFREEBUSY's to say.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.busy import read_window
from adapters.diary.lookup import by_ref
from adapters.diary.presence import working_times
from adapters.diary.slots import terms_for
from adapters.ical.vavailability import bookable, vavailability
from model.act import Act
from model.moment import zone
from model.painting import Interval
from model.people import Worker
from model.reserved_slot import ReservedSlot
from model.slots import reachable
from sync.settings import BookingSettings

_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def availability_text(sessions: Sessions, act: Act, worker: str, start: str, end: str) -> str:
    """The hours, single times and leave of a worker from `start` on, also what comes after `end`."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_window(start, end, zone(found.tz))
        known = working_times(database, [found], since, _EVER)[found.id]
        return vavailability(known, worker=found.id, now=act.now, since=since, until=until)


def bookable_text(
    sessions: Sessions, act: Act, worker: str, start: str, end: str, settings: BookingSettings
) -> str:
    """The windows of a worker from `start` to `end`, narrowed by what can be booked now; none where nobody can book
    online (003-01)."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_window(start, end, zone(found.tz))
        offered = settings.allow and found.active
        times = _bookable(database, act, found, since, until, settings) if offered else []
    tz = zone(found.tz)
    return bookable(_joined(times), tz=tz, worker=found.id, now=act.now, since=since, until=until)


def _bookable(
    database: Database, act: Act, worker: Worker, since: datetime, until: datetime, settings: BookingSettings
) -> list[Interval]:
    terms = terms_for(act, settings, length_min=0, padding_min=0)
    until = min(until, act.now + timedelta(days=settings.how_far_days + 2))  # no zone's last day ends later
    query = select(ReservedSlot).where(ReservedSlot.worker_id == worker.id, ReservedSlot.starts_at < until)
    windows = (window for slot in database.scalars(query) for window in slot.windows(since, until))
    narrowed = (reachable(window, terms) for window in windows)
    return [(max(_whole(one.start), since), min(one.end, until)) for one in narrowed if one is not None]


def _whole(at: datetime) -> datetime:
    """The next full minute: text has no parts of a second, and nothing may begin before the cut-off."""
    begun = at.replace(second=0, microsecond=0)
    return begun if begun == at else begun + timedelta(minutes=1)


def _joined(times: Iterable[Interval]) -> list[Interval]:
    """Windows that overlap or touch, as one: of which kind of appointment each is for is not said."""
    found: list[Interval] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif start < end:
            found.append((start, end))
    return found
