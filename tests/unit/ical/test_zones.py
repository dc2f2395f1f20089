"""Which zone a TZID means, and which VTIMEZONEs are refused."""

from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from sync.errors import Unreadable

ADELAIDE = ZoneInfo("Australia/Adelaide")


@pytest.mark.parametrize(
    ("quirk", "zone"),
    [
        ("windows-zone", "Australia/Adelaide"),
        ("customised-zone", "Australia/Adelaide"),
        ("vtimezone-year-1601", "Australia/Adelaide"),
        ("vendor-prefixed-zone", "Europe/Berlin"),
        ("lower-case-zone", "Europe/Berlin"),  # LIBRARIES, icalendar trap 5
        ("vtimezone-fixed-offset", "Etc/GMT+12"),
    ],
)
def test_a_tzid_becomes_an_iana_zone(read, quirk, zone):  # C22, C23
    assert read(quirk).event.master.start.tzinfo.key == zone


@pytest.mark.parametrize("quirk", ["unexplained-zone", "zone-that-is-a-folder"])
def test_a_tzid_that_nothing_explains_is_local_time_with_a_flag(read, quirk):  # trap 5
    reading = read(quirk)
    assert reading.event.master.start.tzinfo is ADELAIDE
    assert any("nothing explains" in flag for flag in reading.flags)


@pytest.mark.parametrize(
    "quirk",
    [
        "hostile-vtimezone-minutely",  # trap 2: 175 s in icalendar
        "hostile-vtimezone-hourly",
        "hostile-vtimezone-secondly",
        "vtimezone-absurd-offset",
        "vtimezone-without-observances",
    ],
)
def test_a_definition_that_cannot_be_trusted_is_refused(body, quirk):
    with pytest.raises(Unreadable, match=r"line 2[0-9]|line 1[0-9]"):
        ICalendar().read(body(quirk), tz=ADELAIDE)


def test_one_name_may_mean_two_zones_in_two_calendars():  # trap 1: icalendar's process-global cache
    plus, minus = _custom("+0100"), _custom("-0500")
    codec = ICalendar()
    starts = [codec.read(text, tz=ADELAIDE).event.master.start for text in (plus, minus, plus)]
    assert [start.utcoffset().total_seconds() / 3600 for start in starts] == [1, -5, 1]


def _custom(offset):
    return f"""BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Custom Zone
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:u
DTSTART;TZID=Custom Zone:20260303T100000
END:VEVENT
END:VCALENDAR
""".encode()


def test_a_tzid_of_absurd_length_is_no_path(body):  # trap 5: OSError out of from_ical
    text = body("windows-zone").replace(b"Cen. Australia Standard Time", b"x/" * 400)
    assert ICalendar().read(text, tz=ADELAIDE).event.master.start.tzinfo is ADELAIDE


def test_an_iana_name_means_iana_whatever_is_defined_beside_it():  # C24
    text = _custom("+0100").replace(b"Custom Zone", b"America/Chicago")
    start = ICalendar().read(text, tz=ADELAIDE).event.master.start
    assert (start.tzinfo.key, start.utcoffset().total_seconds() / 3600) == ("America/Chicago", -6)
