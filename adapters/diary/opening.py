"""Write when a worker can be had, as others may read it (RFC 7953)."""

from datetime import UTC, datetime

from adapters.database.engine import Sessions, reading
from adapters.diary.busy import read_window
from adapters.diary.lookup import by_ref
from adapters.diary.presence import working_times
from adapters.ical.vavailability import vavailability
from model.act import Act
from model.moment import zone
from model.people import Worker

_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def availability_text(sessions: Sessions, act: Act, worker: str, start: str, end: str) -> str:
    """The hours, single times and leave of a worker from `start` on, also what comes after `end`."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_window(start, end, zone(found.tz))
        known = working_times(database, [found], since, _EVER)[found.id]
        return vavailability(known, worker=found.id, now=act.now, since=since, until=until)
