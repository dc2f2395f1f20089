"""Masking calendar objects (FAILURES H10): the same octets in number, and nothing that anybody wrote."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.ical.codec import ICalendar
from adapters.support.masked_ical import masked_object
from adapters.support.masking import Disguise, masked

DISGUISE = Disguise(salt=b"s" * 32, weeks=60)
DATA = sorted((Path(__file__).parents[2] / "data").rglob("*.ics"))
SESSION = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Somebody//Else\r
BEGIN:VTIMEZONE\r
TZID:Adelaide of ours\r
BEGIN:STANDARD\r
DTSTART:20080406T030000\r
RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\r
TZOFFSETFROM:+1030\r
TZOFFSETTO:+0930\r
TZNAME:Home time\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:jordan-blake@practice.example\r
DTSTAMP:20260301T000000Z\r
DTSTART;TZID=Australia/Adelaide:20260303T100000\r
DTEND;TZID=Australia/Adelaide:20260303T105000\r
RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260421T003000Z\r
EXDATE;TZID=Australia/Adelaide:20260310T100000,20260317T100000\r
SUMMARY;LANGUAGE=en:Jordan Blake \xe2\x80\x93 his knee\\, again\\nand ag\r
 ain\r
ATTENDEE;CN="Blake; Jordan";PARTSTAT=ACCEPTED:mailto:jordan@example.org\r
X-JORDAN-BLAKE:yes\r
STATUS:CONFIRMED\r
SEQUENCE:3\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
TRIGGER:-PT15M\r
DESCRIPTION:Jordan\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


def mask(body: bytes) -> bytes:
    return masked_object(body, DISGUISE)


def widths(body: bytes) -> list[int]:
    return [len(line) for line in body.split(b"\n")]


def test_h10_of_an_event_only_its_form_is_left() -> None:
    said = mask(SESSION)
    assert widths(said) == widths(SESSION)
    for word in (
        b"ordan",
        b"JORDAN",
        b"lake",
        b"knee",
        b"Adelaide of ours",
        b"Home",
        b"example",
        b"Somebody",
        b"again",
    ):
        assert word not in said, word
    for kept in (
        b"DTSTART;TZID=Australia/Adelaide:20250107T100000", b"RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20250225T003000Z",
        b"EXDATE;TZID=Australia/Adelaide:20250114T100000,20250121T100000", b"STATUS:CONFIRMED", b"SEQUENCE:3",
        b"TRIGGER:-PT15M", b"ACTION:DISPLAY", b"PARTSTAT=ACCEPTED", b"DTSTART:20080406T030000", b"TZOFFSETTO:+0930",
        b"RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU", b"\\,", b"\\n",
    ):  # fmt: skip
        assert kept in said, kept


def test_h10_what_is_masked_reads_as_the_same_kind_of_event() -> None:
    codec = ICalendar()
    tz = ZoneInfo("Australia/Adelaide")
    was, now = (codec.read(body, tz=tz).event for body in (SESSION, mask(SESSION)))  # type: ignore[union-attr]
    assert was.master is not None
    assert now.master is not None
    assert isinstance(was.master.start, datetime)
    assert now.master.start == was.master.start - timedelta(weeks=60)
    assert len(now.uid) == len(was.uid)
    assert str(now.rule).replace("20250225", "20260421") == str(was.rule)


@pytest.mark.parametrize("file", DATA, ids=lambda file: file.name)
def test_h10_every_file_of_the_wild_keeps_its_octets_and_loses_its_words(file: Path) -> None:
    body = file.read_bytes()
    said = mask(body)
    assert widths(said) == widths(body)
    unfolded = re.sub(rb"\r?\n[ \t]", b"", body)
    for text in re.findall(rb"\n(?:SUMMARY|DESCRIPTION|LOCATION|UID)[^:\n]*:([^\r\n]{5,})", unfolded):
        assert text not in said


_WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwyzäß字", min_size=6, max_size=12).map(
    "Qz".__add__
)
_PLACES = (
    "{0}:x",
    "{0};TZID={0}:20260303T100000",
    "SUMMARY:{0}",
    "SUMMARY;{0}=x:y",
    "SUMMARY;X={0}:y",
    'SUMMARY;X="a;{0}:b":y',
    "DTSTART;TZID={0}:20260303T100000",
    "DTSTART;VALUE={0}:20260303",
    "DTSTART:{0}",
    "DTSTART:20260303T100000{0}",
    "RRULE:{0}",
    "RRULE:FREQ={0}",
    "RRULE:FREQ=DAILY;{0}=1",
    "RRULE:FREQ=DAILY;UNTIL={0}",
    "RRULE:FREQ=WEEKLY;BYDAY=MO{0}",
    "BEGIN:{0}",
    "END:{0}",
    "STATUS:{0}",
    "SEQUENCE:{0}",
    "SEQUENCE:3{0}",
    "TRIGGER:{0}",
    "TRIGGER:-PT{0}",
    "UID:{0}",
    "TZID:{0}",
    "TZOFFSETTO:{0}",
    "X-CALENDULA-STATE:{0}",
    "X-{0}:1",
    "{0}",
    "{0} without colon",
    "PRODID:{0}",
    "TZNAME:{0}",
    "BEGIN:STANDARD\r\nDTSTART:{0}\r\nTZNAME:{0}\r\nEND:STANDARD",
    'ATTENDEE;CN="{0}:mailto',
    "SUMMARY:\\{0}",
)


@pytest.mark.parametrize("place", _PLACES)
@given(_WORD)
def test_h10_no_word_gets_through_wherever_it_stands(place: str, word: str) -> None:
    body = f"BEGIN:VEVENT\r\n{place.format(word)}\r\nEND:VEVENT\r\n".encode()
    assume(word[2:].encode() not in body.replace(word.encode(), b""))  # VEVENT is no word of a practice
    said = mask(body)
    assert word.encode() not in said
    assert word[2:].encode() not in said
    assert widths(said) == widths(body)


@given(st.binary(max_size=400))
def test_h10_whatever_bytes_come_as_many_go(body: bytes) -> None:
    assert widths(mask(body)) == widths(body)


@given(st.text(max_size=60))
def test_h10_a_masked_text_has_the_octets_of_what_it_hides(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert len(masked(clean).encode()) == len(clean.encode())


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_h10_names_that_are_the_same_stay_the_same_and_another_export_names_them_otherwise(
    one: str, other: str
) -> None:
    one, other = (text.encode("utf-8", "replace").decode() for text in (one, other))
    assert DISGUISE.name(one) == DISGUISE.name(one)
    if one != other and min(len(one), len(other)) >= 32:
        assert DISGUISE.name(one) != DISGUISE.name(other)
    if len(one) >= 32:
        assert Disguise(salt=b"t" * 32, weeks=60).name(one) != DISGUISE.name(one)


@given(st.dates())
def test_h10_days_keep_their_weekday(day: object) -> None:
    said = DISGUISE.day(f"{day:%Y%m%d}".zfill(8))
    if said != "0" * 8:
        assert datetime.strptime(said, "%Y%m%d").weekday() == day.weekday()  # type: ignore[attr-defined]  # noqa: DTZ007
