"""When and where the demo takes place: so that its weekly series crosses the next change of clocks.

Pure: today comes in. Of the two zones of the sample practice the one whose clocks change first is taken.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LEAD = 21  # the series begins 19 days before the change, and not before tomorrow
_YEAR = 366
WEEKS = 8


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who plays, by the ids of practice.toml."""

    zone: str
    worker: str
    name: str
    client: str
    other_client: str
    site: str
    room: str


CASTS = (
    Cast(
        zone="America/Chicago",
        worker="mia",
        name="Dr Mia Chen",
        client="jordan",
        other_client="eva",
        site="chicago",
        room="room-2",
    ),
    Cast(
        zone="Australia/Adelaide",
        worker="priya",
        name="Priya Rao",
        client="noor",
        other_client="liam",
        site="adelaide",
        room="room-1",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The demo's days: `change` is the Sunday of the clocks, the series runs on the Tuesdays around it."""

    cast: Cast
    change: date

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.cast.zone)

    def tuesday(self, number: int, hour: int = 10, *, later: int = 0) -> datetime:
        """The series' n-th Tuesday (from 0), or some days later in that week."""
        day = self.change - timedelta(days=19) + timedelta(weeks=number, days=later)
        return datetime.combine(day, time(hour), self.tz)


def choose(now: datetime) -> Calendar:
    """The cast whose clocks change next, early enough ahead for the series to begin in the future."""
    found = [Calendar(cast=cast, change=change) for cast in CASTS for change in _changes(cast.zone, now)]
    return min(found, key=lambda calendar: calendar.change)


def _changes(name: str, now: datetime) -> list[date]:
    """The Sundays of the coming year on which the clocks change, far enough ahead."""
    tz = ZoneInfo(name)
    today = now.astimezone(tz).date()
    days = [today + timedelta(days=number) for number in range(_LEAD, _LEAD + _YEAR)]
    return [day for day in days if _offset(day, tz) != _offset(day + timedelta(days=1), tz)]


def _offset(day: date, tz: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(0), tz).utcoffset()
