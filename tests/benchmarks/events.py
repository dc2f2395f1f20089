"""The events that a practitioner's calendar is full of, as a phone writes them."""

from datetime import UTC, datetime, timedelta

from tests.benchmarks.practice import ADELAIDE

ZONE = """\
BEGIN:VTIMEZONE
TZID:Australia/Adelaide
BEGIN:STANDARD
DTSTART:20250406T030000
TZOFFSETFROM:+1030
TZOFFSETTO:+0930
RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20251005T020000
TZOFFSETFROM:+0930
TZOFFSETTO:+1030
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU
END:DAYLIGHT
END:VTIMEZONE
"""


def foreign(count: int, *, per_day: int = 32) -> list[bytes]:
    """Single events with a zone, a place, some words and an alarm; UIDs are given by whoever stores them."""
    today = datetime.now(UTC).astimezone(ADELAIDE).replace(hour=9, minute=0)
    starts = [
        today + timedelta(days=1 + number // per_day, minutes=15 * (number % per_day))
        for number in range(count)
    ]
    return [_body(number, start) for number, start in enumerate(starts)]


def _body(number: int, start: datetime) -> bytes:
    event = f"""\
BEGIN:VEVENT
UID:{number}
DTSTAMP:20260101T000000Z
CREATED:20260101T000000Z
SEQUENCE:0
DTSTART;TZID=Australia/Adelaide:{start:%Y%m%dT%H%M00}
DTEND;TZID=Australia/Adelaide:{start + timedelta(minutes=15):%Y%m%dT%H%M00}
SUMMARY:Appointment {number}\\, with a comma
DESCRIPTION:Some words about it\\nand a second line
LOCATION:Room {number % 7}
TRANSP:OPAQUE
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Reminder
TRIGGER:-PT15M
END:VALARM
END:VEVENT
"""
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Bench//EN\n{ZONE}{event}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()
