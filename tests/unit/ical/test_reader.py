"""What a resource means, quirk by quirk; each file in tests/data is named by its own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from adapters.ical.zones import UTC_ZONE
from sync.errors import Unreadable

ADELAIDE = ZoneInfo("Australia/Adelaide")


def at(month, day, hour, minute=0, tz=ADELAIDE):
    return datetime(2026, month, day, hour, minute, tzinfo=tz)


def name(*when):
    return at(*when).astimezone(UTC)


def test_a_series_with_a_moved_and_a_cancelled_occurrence(read):
    event = read("series-with-exceptions").event
    assert str(event.rule) == "FREQ=WEEKLY;COUNT=8;BYDAY=TU"
    assert event.exdates == {name(3, 24, 10)}
    assert event.overrides[name(3, 17, 10)].start == at(3, 18, 11, 15)
    short = event.overrides[name(3, 31, 10)]
    assert (short.start, short.end, short.status) == (at(3, 31, 10), at(3, 31, 11), "CANCELLED")
    assert event.sequence == 2


def test_exdates_are_matched_by_instant_and_by_day(read):  # C11
    event = read("exdate-as-date-and-utc").event
    assert event.exdates == {name(3, day, 10) for day in (10, 17, 24, 31)}


def test_a_recurrence_id_without_zone_or_time_is_matched_to_its_series(read):  # C9
    event = read("recurrence-id-floating-and-date").event
    assert {n: c.start.hour for n, c in event.overrides.items()} == {name(3, 10, 10): 12, name(3, 17, 10): 13}


def test_a_recurrence_id_with_a_time_names_a_day_of_an_all_day_series(read):  # C9, Exchange
    event = read("recurrence-id-with-time-on-all-day").event
    assert list(event.overrides) == [date(2026, 3, 10)]
    assert event.master.end == date(2026, 3, 4)


def test_this_and_future_is_not_one_occurrence(read):  # C10
    event = read("this-and-future").event
    assert (list(event.overrides), list(event.following)) == ([], [name(3, 17, 10)])


def test_the_newest_of_several_masters_counts(read):  # C4
    reading = read("several-masters")
    assert reading.event.master.summary == "newest"
    assert any("comes twice" in flag for flag in reading.flags)


def test_overrides_without_a_master_are_kept(read):  # C5
    event = read("orphan-override").event
    assert event.master is None
    assert list(event.overrides) == [name(3, 17, 10)]


def test_a_rule_in_an_override_is_ignored(read):  # C8
    reading = read("override-with-rule")
    assert str(reading.event.rule) == "FREQ=DAILY;COUNT=3"
    assert any("rule of an override" in flag for flag in reading.flags)


def test_the_first_of_doubled_properties_counts(read):  # C26
    reading = read("doubled-properties")
    assert (reading.event.master.summary, reading.event.master.start.day) == ("first", 3)
    assert len(reading.flags) == 2


def test_the_first_of_several_rules_counts(read):  # C15
    reading = read("several-rules")
    assert str(reading.event.rule) == "FREQ=DAILY;COUNT=3"
    assert len(reading.flags) == 2


def test_an_rdate_period_is_its_start_once(read):  # C25
    assert read("rdate-period").event.rdates == {datetime(2026, 3, 5, 10, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("quirk", "length", "flagged"),
    [
        ("end-before-start", timedelta(), True),  # C17
        ("end-missing", timedelta(), False),
        ("end-of-other-type", timedelta(hours=14), False),  # C18
        ("end-in-other-zone", timedelta(hours=1), False),
        ("duration-hours-over-dst", timedelta(hours=8), False),  # LIBRARIES, icalendar trap 10
        ("duration-day-over-dst", timedelta(hours=25), False),  # C19
        ("tzid-and-z", timedelta(hours=1), True),  # trap 5
    ],
)
def test_ends(read, quirk, length, flagged):
    reading = read(quirk)
    master = reading.event.master
    assert master.end.astimezone(UTC) - master.start.astimezone(UTC) == length
    assert master.end.tzinfo is master.start.tzinfo
    assert bool(reading.flags) is flagged


def test_a_z_beside_a_tzid_says_when(read):  # trap 5
    assert read("tzid-and-z").event.master.start == at(3, 3, 10, 30)


def test_floating_times_are_read_where_we_are(read):  # C21, C13
    event = read("floating").event
    assert event.master.start == at(3, 3, 10)
    assert event.rule.until == at(4, 1, 10)


def test_for_ever_is_also_written_as_the_year_9999(read):
    assert read("until-year-9999").event.rule.until.year == 2200


def test_an_escape_is_read_once(read):  # LIBRARIES, icalendar trap 3
    assert read("backslash-new").event.master.summary == "C:\\New folder, \n and \n; end \\x"


def test_bad_values_in_foreign_lines_are_harmless(read):  # trap 8, C38
    assert read("foreign-lines-broken").event.master.summary == "fine"


def test_what_is_not_utf8_is_windows_1252_and_flagged(read):  # C29
    reading = read("latin-1")
    assert reading.event.master.summary == "Körper"
    assert any("UTF-8" in flag for flag in reading.flags)


@pytest.mark.parametrize(
    ("quirk", "summary"),
    [
        ("fold-inside-character", "Körper und mehr"),
        ("cr-only", "old Mac"),
        ("lf-and-blank-lines", "spacedout"),
        ("control-characters", "abc"),
    ],
)
def test_odd_lines_are_read(read, quirk, summary):  # C27, C28
    assert read(quirk).event.master.summary == summary


def test_no_event_is_none(body):
    assert ICalendar().read(body("todo-only"), tz=ADELAIDE) is None


def test_without_uid_the_href_names_the_event(read, body):  # C1
    assert read("no-uid").event.uid == "item.ics"
    twice = {ICalendar().read(body("no-uid"), tz=ADELAIDE).event.uid for _ in range(2)}
    assert len(twice) == 1


def test_a_resource_means_its_first_uid(read):
    reading = read("two-uids")
    assert reading.event.uid == "quirk"
    assert any("other UIDs" in flag for flag in reading.flags)


def test_a_backslash_that_a_server_put_into_a_url_is_not_there(read):  # MATRIX, SOGo
    assert read("sogo-escaped-url").event.master.url == "https://a.example/?a=1;b=2"


@pytest.mark.parametrize(
    ("quirk", "line", "why"),
    [
        ("truncated", 4, "has no END"),
        ("mismatched-end", 9, "does not belong"),
        ("no-dtstart", 4, "without DTSTART"),
        ("year-1601", 7, "1970 to 2200"),
        ("impossible-date", 7, "does not exist"),
        ("hostile-rule-interval-0", 8, "INTERVAL"),  # LIBRARIES, dateutil bombs; G7
        ("hostile-rule-secondly", 8, "SECONDLY"),
        ("hostile-rule-count-1e9", 8, "COUNT"),
        ("hostile-rule-never-matching", 8, "no month"),
    ],
)
def test_what_cannot_be_understood_names_line_and_reason(body, quirk, line, why):
    with pytest.raises(Unreadable, match=rf"line {line}: .*{why}") as caught:
        ICalendar().read(body(quirk), tz=ADELAIDE, href="/h")
    assert caught.value.href == "/h"


@pytest.mark.parametrize(
    ("rule", "read_as"),
    [
        ("FREQ=WEEKLY;BYDAY=TU;BYEASTER=0;COUNT=4", "FREQ=WEEKLY;BYDAY=TU"),
        (
            "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;UNTIL=20271231T000000Z",
            "FREQ=MONTHLY;UNTIL=20271231T000000Z",
        ),
        ("RSCALE=CHINESE;FREQ=YEARLY;COUNT=3", "FREQ=DAILY"),
    ],
)
def test_c14_a_rule_that_says_more_than_is_understood_is_read_as_more_and_kept(
    rule: str, read_as: str
) -> None:
    """Busy time is never less than the truth (I11), and the words stay as they were."""
    body = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260301T000000Z\r\n"
        f"DTSTART:20260303T100000Z\r\nDTEND:20260303T110000Z\r\nRRULE:{rule}\r\nSUMMARY:Course\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
    reading = ICalendar().read(body, tz=UTC_ZONE)
    assert reading is not None
    assert str(reading.event.rule) == read_as
    assert reading.flags == ("line 9: RRULE cannot be expanded, more is kept busy than it says",)
    assert reading.event.master is not None
    renamed = replace(reading.event, master=replace(reading.event.master, summary="Other"))
    patched = ICalendar().patch(body, renamed, now=datetime(2026, 3, 1, tzinfo=UTC), tz=UTC_ZONE)
    assert f"RRULE:{rule}\r\n".encode() in patched


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0;BYEASTER=1;INTERVAL=0", "FREQ=SECONDLY"]
)
def test_c14_a_rule_that_never_moves_on_is_refused_whatever_else_it_says(rule: str) -> None:
    body = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260303T100000Z\r\n"
        f"RRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
    with pytest.raises(Unreadable):
        ICalendar().read(body, tz=UTC_ZONE)
