"""The events that try a calendar out: made-up, far in the future, without a real guest. Nothing is sent here.

What the engine has no words for (alarms, foreign X- values) is put in as lines.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from model.recurrence import Rule
from sync.event import TRIAL_URL, Component, Event
from sync.ports import Codec

SUMMARY = "Calendula test event"
EDITED = "Calendula test event, edited"
ZONE = ZoneInfo("Europe/Berlin")
# RFC 2606: nothing below .invalid exists, so no mail can arrive.
NOBODY = "mailto:nobody@calendula.invalid"
PLAIN = b"X-TEST-PLAIN:a1+/="
COMMAS = b"X-TEST-LIST:a,b,c"
_FOREIGN = (
    PLAIN,
    COMMAS,
    b"BEGIN:VALARM",
    b"ACTION:DISPLAY",
    b"DESCRIPTION:Calendula test alarm",
    b"TRIGGER:-PT15M",
    b"END:VALARM",
)


def sample_event(uid: str, *, year: int) -> Event:
    """A series with all that sessions use: an exception, a moved occurrence, our mark, categories, a URL."""
    start = datetime(year, 3, 5, 9, 0, tzinfo=ZONE)
    weeks = [start + timedelta(weeks=n) for n in range(4)]
    master = Component(
        start=start,
        end=start + timedelta(minutes=50),
        summary=SUMMARY,
        url=TRIAL_URL,
        transparent=True,
        categories=frozenset({"Calendula"}),
        marks={"MARK": "test"},
    )
    later = weeks[2] + timedelta(hours=2)
    moved = replace(master, start=later, end=later + timedelta(minutes=50))
    return Event(
        uid=uid,
        master=master,
        rule=Rule.parse("FREQ=WEEKLY;COUNT=4", start),
        exdates=frozenset({weeks[1].astimezone(UTC)}),
        overrides={weeks[2].astimezone(UTC): moved},
    )


def sample_body(codec: Codec, uid: str, *, now: datetime) -> bytes:
    """The series as it is sent: with an alarm, and X- values that some servers cut."""
    body = codec.write(sample_event(uid, year=now.year + 10), now=now)
    master, end, rest = body.partition(b"END:VEVENT\r\n")
    return master + b"".join(line + b"\r\n" for line in _FOREIGN) + end + rest


def plain_body(codec: Codec, uid: str, *, now: datetime, summary: str = SUMMARY) -> bytes:
    """One more event, as plain as can be."""
    return codec.write(_plain(uid, now, summary), now=now)


def invitation(codec: Codec, uid: str, *, organizer: str, now: datetime) -> bytes:
    """An event of the user's own with a guest who cannot exist."""
    master, end, rest = codec.write(_plain(uid, now), now=now).partition(b"END:VEVENT\r\n")
    people = f"ORGANIZER:{organizer}\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:{NOBODY}\r\n".encode()
    return master + people + end + rest


def _plain(uid: str, now: datetime, summary: str = SUMMARY) -> Event:
    start = datetime(now.year + 10, 3, 6, 9, 0, tzinfo=ZONE)
    end = start + timedelta(minutes=50)
    return Event(uid=uid, master=Component(start=start, end=end, summary=summary, url=TRIAL_URL))
