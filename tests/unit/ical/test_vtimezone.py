"""Our VTIMEZONEs, read by somebody else."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from adapters.ical.vtimezone import vtimezone

ZONES = ["Australia/Adelaide", "America/Chicago", "Europe/Berlin", "Europe/Dublin", "Pacific/Auckland"]
ZONES += [
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Etc/GMT",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Sao_Paulo",
]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(("first", "last"), [(2026, 2027), (2005, 2037), (2018, 2020)])
def test_an_independent_reader_finds_the_same_offsets(name, first, last):
    zone = ZoneInfo(name)
    text = bytes(vtimezone(zone, first, last)).decode()
    theirs = tzical(io.StringIO(text)).get(name)
    at, end, checked = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC), 0
    while at < end:
        wall = at.astimezone(zone)
        if not _odd(wall):
            assert theirs.utcoffset(wall.replace(tzinfo=None)) == wall.utcoffset(), wall
            checked += 1
        at += timedelta(hours=31)
    assert checked > 500


def _odd(wall):
    """A doubled or a missing time, which a reader of wall times cannot place."""
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def test_a_regular_zone_is_small_and_has_no_end():
    text = bytes(vtimezone(ZoneInfo("Europe/Berlin"), 2026, 2026)).decode()
    assert len(text) < 400
    assert text.count("RRULE:FREQ=YEARLY") == 2


def test_an_onset_is_local_time_before_the_jump():  # LIBRARIES, icalendar trap 11
    text = bytes(vtimezone(ZoneInfo("Europe/Berlin"), 2026, 2026)).decode()
    daylight = text[text.index("BEGIN:DAYLIGHT") :]
    assert "DTSTART:20250330T020000\r\nTZOFFSETFROM:+0100" in daylight


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(
    ("first", "last"), [(2026, 2090), (2088, 2088), (2090, 9999), (9999, 9999), (1, 2026), (1, 1)]
)
def test_years_beyond_the_tables_have_a_definition_too(name, first, last):  # found by the fuzzer
    text = bytes(vtimezone(ZoneInfo(name), first, last)).decode()
    assert "BEGIN:STANDARD" in text or "BEGIN:DAYLIGHT" in text
    if first == last == 2088:
        found = datetime(2088, 1, 15, 12, tzinfo=tzical(io.StringIO(text)).get(name))
        if name != "Africa/Casablanca":  # it follows the moon, and the tables end
            assert found.utcoffset() == datetime(2088, 1, 15, 12, tzinfo=ZoneInfo(name)).utcoffset()
