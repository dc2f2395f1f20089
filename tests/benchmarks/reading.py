"""Reading speed against icalendar's from_ical on the same objects, as events per second each.

The objects are the ones that LIBRARIES measures: 17 lines with RRULE, EXDATE and ATTENDEE, and a VTIMEZONE.
Ours also parses the rule and resolves zones, which from_ical leaves for later. Whether both mean the same is
a test (tests/unit/ical/test_equal_meaning.py).
"""

from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from adapters.ical import ICalendar
from tests.benchmarks.events import ZONE
from tests.benchmarks.practice import ADELAIDE


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Events per second."""

    ours: float
    icalendar: float

    @property
    def ratio(self) -> float:
        return self.ours / self.icalendar


def bodies(count: int = 1000) -> list[bytes]:
    """Calendar objects of one event each."""
    return [_body(number) for number in range(count)]


def _body(number: int) -> bytes:
    day = 2 + number % 26
    event = f"""BEGIN:VEVENT
UID:event-{number}@practice.example
DTSTAMP:20260101T000000Z
CREATED:20260101T000000Z
LAST-MODIFIED:20260101T000000Z
SEQUENCE:{number % 5}
DTSTART;TZID=Australia/Adelaide:202603{day:02d}T100000
DTEND;TZID=Australia/Adelaide:202603{day:02d}T110000
RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=12
EXDATE;TZID=Australia/Adelaide:202604{day:02d}T100000
SUMMARY:Session {number}\\, with a comma
DESCRIPTION:Some words about it\\nand a second line that is long enough to be
  folded by whoever wrote it
LOCATION:Room {number % 7}
ATTENDEE;CN="Doe, J";PARTSTAT=ACCEPTED:mailto:Someone{number}@example.org
CATEGORIES:One,Two
TRANSP:OPAQUE
END:VEVENT
"""
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Bench//EN\n{ZONE}{event}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def measure(count: int = 1000, rounds: int = 3) -> Rates:
    """The best of some rounds for each reader, over the same objects in turn."""
    from icalendar import Calendar  # noqa: PLC0415 only the comparison needs it

    texts, codec = bodies(count), ICalendar()
    ours, theirs = timedelta.max.total_seconds(), timedelta.max.total_seconds()
    for _ in range(rounds):
        begun = perf_counter()
        for text in texts:
            codec.read(text, tz=ADELAIDE)
        between = perf_counter()
        for text in texts:
            Calendar.from_ical(text)
        ours, theirs = min(ours, between - begun), min(theirs, perf_counter() - between)
    return Rates(ours=count / ours, icalendar=count / theirs)
