"""Edits that touch their own lines and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from tests.unit.ical.conftest import DATA

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CODEC = ICalendar()
STAMPS = (b"DTSTAMP", b"LAST-MODIFIED")


def meaning(body):
    return CODEC.read(body, tz=ADELAIDE).event


def patch(body, event):
    patched = CODEC.patch(body, event, now=NOW, tz=ADELAIDE)
    assert meaning(patched) == event
    assert CODEC.patch(patched, event, now=NOW, tz=ADELAIDE) is patched
    return patched


def changed(before, after):
    """Lines that came and lines that went, stamps apart."""
    old, new = before.split(b"\r\n"), after.split(b"\r\n")
    came = [line for line in new if line not in old and not line.startswith(STAMPS)]
    went = [line for line in old if line not in new and not line.startswith(STAMPS)]
    return came, went


def with_master(event, **facts):
    return replace(event, master=replace(event.master, **facts))


def readable():
    refused = ("hostile-", "truncated", "mismatched", "todo", "no-dtstart", "year-1601", "impossible")
    refused += ("vtimezone-absurd", "vtimezone-without")
    return sorted(path.stem for path in DATA.glob("*.ics") if not path.stem.startswith(refused))


@pytest.mark.parametrize("quirk", readable())
def test_every_readable_file_is_itself_where_nothing_differs(body, quirk):
    text = body(quirk)
    assert CODEC.patch(text, meaning(text), now=NOW, tz=ADELAIDE) is text


@pytest.mark.parametrize("quirk", sorted(set(readable()) - {"orphan-override"}))
def test_every_readable_file_takes_a_new_time_and_title(body, quirk):
    event = meaning(body(quirk))
    start = event.master.start + timedelta(days=1)
    event = replace(event, master=replace(event.master.starting(start), summary="new; one"))
    if quirk != "no-uid":
        patch(body(quirk), event)


def test_a_title_is_one_line(body):
    text = body("series-with-exceptions")
    after = patch(text, with_master(meaning(text), summary="Another, title"))
    assert changed(text, after) == ([b"SUMMARY:Another\\, title"], [])  # the override keeps the old one
    assert b"SEQUENCE:2" in after


def test_a_longer_session_keeps_its_start_line_and_raises_the_sequence(body):
    text = body("series-with-exceptions")
    event = meaning(text)
    cancelled = datetime(2026, 3, 31, 10, tzinfo=ADELAIDE).astimezone(UTC)
    longer = event.master.end + timedelta(minutes=30)
    overrides = {
        **event.overrides,
        cancelled: replace(event.overrides[cancelled], end=longer.replace(day=31)),
    }
    after = patch(text, with_master(replace(event, overrides=overrides), end=longer))
    came, went = changed(text, after)
    assert came == [b"SEQUENCE:3", b"DTEND;TZID=Australia/Adelaide:20260303T113000"]
    assert went == [b"SEQUENCE:2", b"DTEND;TZID=Australia/Adelaide:20260303T110000"]


def test_a_moved_event_keeps_its_duration_line_and_a_longer_one_gets_an_end(body):
    text = body("duration-and-alarm")
    event = meaning(text)
    moved = patch(text, replace(event, master=event.master.starting(event.master.start + timedelta(hours=2))))
    assert b"DURATION:PT1H" in moved
    longer = patch(text, with_master(event, end=event.master.end + timedelta(hours=1)))
    assert b"DURATION" not in longer
    assert b"SUMMARY;LANGUAGE=de:Termin" in longer
    assert longer.count(b"SUMMARY:not ours") == 1


def test_a_new_exdate_is_a_line_of_its_own_and_a_removed_one_leaves_the_others(body):
    text = body("exdate-as-date-and-utc")
    event = meaning(text)
    gone = datetime(2026, 3, 10, 10, tzinfo=ADELAIDE).astimezone(UTC)
    new = datetime(2026, 4, 14, 10, tzinfo=ADELAIDE).astimezone(UTC)
    after = patch(text, replace(event, exdates=event.exdates - {gone} | {new}))
    came, went = changed(text, after)
    assert came == [
        b"EXDATE;VALUE=DATE:20260317",
        b"EXDATE;TZID=Australia/Adelaide:20260414T100000",
        b"SEQUENCE:1",
    ]
    assert went == [b"EXDATE;VALUE=DATE:20260310,20260317"]


def test_a_date_in_exdate_still_names_its_day_when_the_series_moves(body):  # C11
    text = body("exdate-as-date-and-utc")
    event = meaning(text)
    after = patch(text, event.moved_by(event.master.start + timedelta(hours=1)))
    assert b"EXDATE;VALUE=DATE:20260310,20260317" in after


def test_a_new_override_is_a_copy_of_its_master_with_its_foreign_lines(body):
    text = body("series-with-exceptions")
    event = meaning(text)
    name = datetime(2026, 4, 7, 10, tzinfo=ADELAIDE).astimezone(UTC)
    moved = event.master.starting(datetime(2026, 4, 8, 15, tzinfo=ADELAIDE))
    after = patch(text, replace(event, overrides={**event.overrides, name: moved}))
    added = after[after.rindex(b"BEGIN:VEVENT") :]
    assert b"RECURRENCE-ID;TZID=Australia/Adelaide:20260407T100000\r\n" in added
    assert b"X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC" in added
    assert b"BEGIN:VALARM" in added
    assert b"RRULE" not in added
    assert b"EXDATE" not in added
    assert after[: after.rindex(b"BEGIN:VEVENT")] == text[: -len(b"END:VCALENDAR\r\n")]


def test_overrides_of_a_moved_series_keep_their_lines(body):
    text = body("series-with-exceptions")
    event = meaning(text)
    later = event.moved_by(event.master.start + timedelta(hours=1))
    after = patch(text, later)
    assert after.count(b"BEGIN:VEVENT") == 3
    assert b"RECURRENCE-ID;TZID=Australia/Adelaide:20260317T110000" in after


def test_an_override_goes_with_its_component(body):
    text = body("series-with-exceptions")
    after = patch(text, replace(meaning(text), overrides={}))
    assert after.count(b"BEGIN:VEVENT") == 1


def test_this_and_future_may_go_but_is_never_written(body):  # C10
    text = body("this-and-future")
    event = meaning(text)
    assert b"THISANDFUTURE" not in patch(text, replace(event, following={}))
    with pytest.raises(ValueError, match="never written"):
        CODEC.write(event, now=NOW)


def test_floating_stays_floating(body):  # C21
    text = body("floating")
    event = meaning(text)
    after = patch(text, with_master(event, end=event.master.end + timedelta(hours=1)))
    assert b"DTSTART:20260303T100000" in after
    assert b"DTEND:20260303T120000" in after


def test_a_new_zone_brings_its_definition_and_method_goes(body):  # C32
    text = body("method-in-store")
    berlin = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    after = patch(text, with_master(meaning(text), start=berlin, end=berlin + timedelta(hours=1)))
    assert after.count(b"TZID:Europe/Berlin") == 1
    assert b"METHOD" not in after


def test_an_empty_text_takes_its_line_away(body):
    text = body("duration-and-alarm")
    after = patch(text, with_master(meaning(text), summary=""))
    assert changed(text, after)[1] == [b"SUMMARY;LANGUAGE=de:Termin"]


def test_older_twins_go_when_the_newest_changes(body):  # C4
    text = body("several-masters")
    after = patch(text, with_master(meaning(text), summary="x"))
    assert after.count(b"BEGIN:VEVENT") == 1


def test_a_patch_never_changes_the_uid(body):
    text = body("floating")
    with pytest.raises(ValueError, match="UID"):
        CODEC.patch(text, replace(meaning(text), uid="another"), now=NOW, tz=ADELAIDE)


def test_a_list_line_keeps_the_zone_it_came_with(body):
    text = body("exdate-as-date-and-utc").replace(
        b"EXDATE:20260331T100000", b"EXDATE;TZID=Nowhere:20260331T100000,20260407T100000"
    )
    event = meaning(text)
    gone = datetime(2026, 4, 7, 10, tzinfo=ADELAIDE).astimezone(UTC)
    assert b"EXDATE;TZID=Nowhere:20260331T100000\r\n" in patch(
        text, replace(event, exdates=event.exdates - {gone})
    )
