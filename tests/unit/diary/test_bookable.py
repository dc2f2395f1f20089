"""What can be booked online as VAVAILABILITY (003-01, 003-04, 003-05, 003-10): the windows, and never staff's hours."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from adapters.diary.availability import set_hours
from adapters.diary.leave import NewLeave, add_leave
from adapters.diary.opening import availability_text, bookable_text
from model.moment import zone
from tests.unit.diary.conftest import Diary
from tests.unit.diary.online import Online, opened

CHICAGO = zone("America/Chicago")
MARCH = ("2026-03-09", "2026-04-20")


@pytest.fixture
def online(diary: Diary) -> Online:
    return opened(diary)


def written(online: Online, start: str = MARCH[0], end: str = MARCH[1], worker: str = "mia") -> str:
    return bookable_text(online.diary.sessions, online.diary.act, worker, start, end, online.rules)


def read(text: str) -> list[str]:
    """Its AVAILABLE times in Chicago, as another library reads them."""
    (component,) = icalendar.Calendar.from_ical(text).walk("VAVAILABILITY")
    times = [(part["DTSTART"].dt, part["DTEND"].dt) for part in component.subcomponents]
    return [f"{a.astimezone(CHICAGO):%m-%d %H:%M}-{b.astimezone(CHICAGO):%H:%M}" for a, b in sorted(times)]


def test_003_10_reserved_windows_are_what_is_available_for_booking(online: Online) -> None:
    online.window("2026-03-17 13:00", "15:00", rule="FREQ=WEEKLY;COUNT=3")
    assert read(written(online)) == [
        *("03-10 09:00-12:00", "03-17 13:00-15:00", "03-24 13:00-15:00", "03-31 13:00-15:00"),
    ]
    (component,) = icalendar.Calendar.from_ical(written(online)).walk("VAVAILABILITY")
    assert component["BUSYTYPE"] == "BUSY-UNAVAILABLE"
    assert "mia" not in written(online).lower()


def test_003_10_what_is_taken_in_a_window_is_still_in_it_and_windows_that_meet_are_one(
    online: Online,
) -> None:
    online.book("2026-03-10 09:00")
    online.window("2026-03-10 11:00", "13:00", types=["call"])
    add_leave(
        online.diary.sessions, online.diary.act, NewLeave(worker="mia", start="2026-03-10 10:00", end="10:30")
    )
    assert read(written(online)) == ["03-10 09:00-13:00"]


def test_003_01_with_online_booking_off_the_windows_leave_it(online: Online) -> None:
    online.allow(allow=False)
    assert read(written(online)) == []
    online.allow(allow=True)
    assert read(written(online)) == ["03-10 09:00-12:00"]


def test_003_04_the_cut_off_narrows_what_is_available(online: Online) -> None:
    online.allow(cutoff_min=24 * 60 + 90)
    assert read(written(online)) == ["03-10 10:30-12:00"]
    online.diary.now += timedelta(seconds=1)
    assert read(written(online)) == ["03-10 10:31-12:00"]
    online.diary.now += timedelta(hours=2)
    assert read(written(online)) == []


def test_003_05_no_day_too_far_out_is_available(online: Online) -> None:
    online.window("2026-04-07 22:00", "2026-04-08 02:00", rule="FREQ=DAILY;COUNT=3")
    online.allow(how_far_days=30)  # 8 April is the last
    assert read(written(online))[1:] == ["04-07 22:00-02:00", "04-08 22:00-00:00"]


def test_003_05_an_endless_window_asked_about_for_ever_ends_with_the_last_day(online: Online) -> None:
    online.window("2026-03-11 09:00", "10:00", rule="FREQ=DAILY")
    found = read(written(online, "2026-03-01", "9990-01-01"))
    assert (len(found), found[-1]) == (30, "04-08 09:00-10:00")


def test_003_10_every_time_that_can_be_booked_begins_in_it(online: Online) -> None:
    online.allow(cutoff_min=90, how_far_days=14, slot_step_min=25)
    online.window("2026-03-09 08:00", "18:00", rule="FREQ=DAILY;INTERVAL=2")
    (component,) = icalendar.Calendar.from_ical(written(online)).walk("VAVAILABILITY")
    times = [(part["DTSTART"].dt, part["DTEND"].dt) for part in component.subcomponents]
    offered = [
        (datetime.fromisoformat(one.start).astimezone(UTC), one.free)
        for one in online.why("2026-03-09", "2026-04-20")
    ]
    assert {free for _, free in offered} == {True, False}
    for start, free in offered:
        assert any(a <= start < b for a, b in times) is free


def test_003_01_the_hours_for_staff_say_nothing_of_windows(online: Online) -> None:
    act = online.diary.act
    set_hours(online.diary.sessions, act, "mia", "MO-FR 08:00-09:00", first="2026-03-02", last=None)
    text = availability_text(online.diary.sessions, act, "mia", *MARCH)
    assert "T090000" in text
    assert "T120000" not in text
    online.allow(allow=False)
    assert availability_text(online.diary.sessions, act, "mia", *MARCH) == text
