"""The object as DOMAIN 1.9 shows it, and what can never get into one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from adapters.ical.text import escape, fold, line, unescape
from model.recurrence import Rule
from sync.event import Component, Event

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
START = datetime(2026, 3, 3, 10, tzinfo=ADELAIDE)
SESSION = Component(
    start=START,
    end=START + timedelta(hours=1),
    summary="Session C-1077",
    location="ADL1",
    classification="PRIVATE",
    categories=frozenset({"Client session", "Telehealth"}),
    url="https://sync.practice.example/s/9f2c",
    conference="https://video.example/x",
    marks={"STATE": "ROSTERED"},
)


def written(component=SESSION, **facts):
    return ICalendar().write(Event(uid="5b1f6c1e", master=component, **facts), now=NOW).decode()


def test_a_series_is_written_in_a_stable_order():
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260421T103000", START)
    name = datetime(2026, 3, 17, 10, tzinfo=ADELAIDE).astimezone(UTC)
    gone = datetime(2026, 4, 14, 10, tzinfo=ADELAIDE).astimezone(UTC)
    moved = SESSION.starting(datetime(2026, 3, 18, 11, 15, tzinfo=ADELAIDE))
    text = written(rule=rule, exdates=frozenset({gone}), overrides={name: moved}, sequence=2)
    event = text[text.index("BEGIN:VEVENT") :].split("\r\n")
    assert event[:23] == [
        "BEGIN:VEVENT",
        "UID:5b1f6c1e",
        "DTSTAMP:20260310T003000Z",
        "LAST-MODIFIED:20260310T003000Z",
        "SEQUENCE:2",
        "DTSTART;TZID=Australia/Adelaide:20260303T100000",
        "DTEND;TZID=Australia/Adelaide:20260303T110000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260421T010000Z;BYDAY=TU",
        "EXDATE;TZID=Australia/Adelaide:20260414T100000",
        "SUMMARY:Session C-1077",
        "LOCATION:ADL1",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "CLASS:PRIVATE",
        "URL:https://sync.practice.example/s/9f2c",
        "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://video.example/x",
        "CATEGORIES:Client session",
        "CATEGORIES:Telehealth",
        "X-CALENDULA-STATE:ROSTERED",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:5b1f6c1e",
    ]
    assert event[23] == "RECURRENCE-ID;TZID=Australia/Adelaide:20260317T100000"
    assert text.count("TZID:Australia/Adelaide\r\n") == 1


def test_an_all_day_series_names_its_days_as_dates():
    days = replace(SESSION, start=date(2026, 3, 3), end=date(2026, 3, 4))
    text = written(days, exdates=frozenset({date(2026, 3, 10)}))
    assert "DTSTART;VALUE=DATE:20260303" in text
    assert "EXDATE;VALUE=DATE:20260310" in text
    assert "VTIMEZONE" not in text


def test_the_second_of_a_doubled_hour_is_written_in_utc():  # D2, D3
    start = datetime(2026, 4, 5, 1, 30, tzinfo=ADELAIDE)
    end = (start.astimezone(UTC) + timedelta(hours=2)).astimezone(ADELAIDE)
    text = written(replace(SESSION, start=start, end=end))
    assert "DTEND:20260404T170000Z" in text
    read = ICalendar().read(text.encode(), tz=ADELAIDE).event.master
    assert read.end.astimezone(UTC) - read.start.astimezone(UTC) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"status": "CANCELLED"}, "FREE"),
        ({"status": "TENTATIVE"}, "TENTATIVE"),
        ({"transparent": True}, "FREE"),
        ({}, "BUSY"),
    ],
)
def test_outlook_is_told_the_same_as_everybody(facts, shown):
    assert f"X-MICROSOFT-CDO-BUSYSTATUS:{shown}\r\n" in written(replace(SESSION, **facts))


@pytest.mark.parametrize("text", ["C:\\New folder", "C:\\new", "a,b;c\\", "\\n\n\\\\n", "x\\;y"])
def test_backslash_and_n_survive(text):  # LIBRARIES, icalendar trap 3
    assert unescape(escape(text)) == text


def test_line_ends_and_controls_cannot_get_through():  # G9
    text = written(replace(SESSION, summary="a\r\nATTENDEE:x\rb\u2028c\x00\x0bd\x85e"))
    assert "SUMMARY:a\\nATTENDEE:x\\nb\\nc\\nd\\ne\r\n" in text


def test_a_text_that_looks_like_a_zone_is_a_text():
    assert "SUMMARY:a\\;TZID=Nowhere\r\n" in written(replace(SESSION, summary="a;TZID=Nowhere"))
    assert "TZID:Nowhere" not in written(replace(SESSION, url="https://x/;TZID=Nowhere:y"))


@pytest.mark.parametrize(
    ("name", "value"), [("X-A:B", "v"), ("X\r\nY", "v"), ("x", "v"), ("X", "a\nB:c"), ("X", "a\u2028b")]
)
def test_a_line_is_one_line_or_an_error(name, value):  # trap 9: icalendar's guard is an assert
    with pytest.raises(ValueError, match=r"name|control"):
        line(name, value)


def test_a_parameter_cannot_leave_its_place():  # trap 9
    made = line("ATTENDEE", "mailto:a@b", CN='x";Y:Z\r\nB:c')
    assert made.text == b'ATTENDEE;CN="x^\';Y:Z^nB:c":mailto:a@b'
    assert made.parameters == {"CN": 'x";Y:Z\nB:c'}


def test_a_mark_holds_only_what_every_server_keeps():  # MATRIX, rule 12
    with pytest.raises(ValueError, match="mark"):
        written(replace(SESSION, marks={"STATE": "a,b"}))


def test_folds_fall_between_characters():  # C28
    text = ("ä€😀" * 60).encode()
    parts = fold(text).split(b"\r\n ")
    assert max(len(part) for part in parts) <= 75
    assert b"".join(part.removesuffix(b"\r\n") for part in parts) == text
    assert all(part.decode() for part in parts)


def test_resources_are_written_read_and_taken_away_again():
    rooms = replace(SESSION, resources=frozenset({"Minibus, West", "Chair"}))
    text = written(rooms)
    assert "RESOURCES:Chair\r\nRESOURCES:Minibus\\, West\r\n" in text
    codec = ICalendar()
    assert codec.read(text.encode(), tz=ADELAIDE).event.master.resources == {"Minibus, West", "Chair"}
