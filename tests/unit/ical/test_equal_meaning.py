"""What we read is what icalendar reads, but for its own faults, each named here."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from adapters.ical import ICalendar
from adapters.ical.text import clean
from model.moment import key
from model.recurrence import Rule
from sync.errors import Unreadable
from tests.benchmarks.reading import bodies
from tests.unit.ical.conftest import DATA

ADELAIDE = ZoneInfo("Australia/Adelaide")
# Files that icalendar reads in another way, and why. Numbers are the traps of LIBRARIES, section 1.
NAMED_DIFFERENCES = {
    "cr-only": "8: it rejects CR as a line end",
    "fold-inside-character": "it decodes before it unfolds, and loses the character (FAILURES C28)",
    "latin-1": "8: Latin-1 octets become U+FFFD there, Windows-1252 here",
    "mismatched-end": "8: it accepts an END of another component, we refuse the object",
    "control-characters": "9: it lets control characters through",
    "tzid-and-z": "5: it ignores the Z beside a TZID",
    "unexplained-zone": "5: it gives a time without a zone and no error",
    "zone-that-is-a-folder": "5: it gives a time without a zone, or an OSError",
    "lower-case-zone": "5: it gives a time without a zone",
    "floating": "floating times have no zone there; we are told where we are",
    "duration-hours-over-dst": "10: it adds hours on the wall clock",
    "end-before-start": "it refuses or keeps a negative length, we clamp it (FAILURES C17)",
    "end-of-other-type": "it refuses or keeps an end of another type, we convert it (FAILURES C18)",
    "doubled-properties": "it gives a list or an error, we take the first (FAILURES C26)",
    "several-rules": "it gives a list, we take the first (FAILURES C15)",
    "several-masters": "it has no notion of a master (FAILURES C4)",
    "foreign-lines-broken": "8: a bad line in VALARM makes it refuse the file",
    "orphan-override": "it has no notion of a master (FAILURES C5)",
}


def theirs(body):
    """The master as icalendar reads it: start, end, summary, rule, exdates."""
    event = next(e for e in Calendar.from_ical(body).walk("VEVENT") if "RECURRENCE-ID" not in e)
    rule = event.get("RRULE")
    start = event.start
    exdates = [moment for moment in event.exdates if not _is_other_type(moment, start)]
    return (
        start,
        event.end,
        str(event.get("SUMMARY", "")),
        Rule.parse(rule.to_ical().decode(), start) if rule else None,
        {key(moment) for moment in exdates if _placed(moment)},
    )


def _is_other_type(moment, start):
    return isinstance(moment, datetime) != isinstance(start, datetime)


def _placed(moment):
    return not isinstance(moment, datetime) or moment.tzinfo is not None


def ours(body):
    event = ICalendar().read(body, tz=ADELAIDE).event
    master = event.master
    return master.start, master.end, master.summary, event.rule, set(event.exdates)


def test_a_thousand_plain_events_mean_the_same():
    texts = bodies(1000)
    assert [ours(text) for text in texts] == [theirs(text) for text in texts]


def readable(path):
    if path.stem in NAMED_DIFFERENCES:
        return False
    try:
        reading = ICalendar().read(path.read_bytes(), tz=ADELAIDE)
    except Unreadable:
        return False
    return reading is not None


@pytest.mark.parametrize(
    "path", [path for path in sorted(DATA.glob("*.ics")) if readable(path)], ids=lambda path: path.stem
)
def test_files_mean_the_same_outside_the_list(path):
    mine, other = ours(path.read_bytes()), theirs(path.read_bytes())
    assert mine[:4] == (*other[:2], clean(other[2]), other[3])
    assert other[4] <= mine[4]


def _differs(path):
    """Whether icalendar raises, or says something else than we do."""
    try:
        mine = ours(path.read_bytes())
    except (Unreadable, AttributeError):
        mine = None
    try:
        return mine is None or theirs(path.read_bytes()) != mine
    except Exception:  # noqa: BLE001 LIBRARIES, icalendar trap 12: it raises whatever comes up
        return True


@pytest.mark.parametrize("name", sorted(NAMED_DIFFERENCES))
def test_every_named_difference_is_still_one(name):
    assert _differs(DATA / f"{name}.ics"), "icalendar agrees by now: take it off the list"
