"""DOMAIN 4's table of busy time, row by row: what others see of a worker, and what `--why` says behind it.

Rows about calendars of the worker's own are in tests/unit/busy_sources, those of rooms, assets and beds in
test_resource_busy.py.
"""

import re
from datetime import date
from enum import StrEnum

import pytest
from sqlalchemy import event

from adapters.diary import cancelling, completing, periods, publishing, rosters
from adapters.diary.availability import offer_time, set_hours
from adapters.diary.busy import busy_time, vfreebusy
from adapters.diary.cancelling import Cancel
from adapters.diary.leave import NewLeave, add_leave
from adapters.diary.opening import availability_text
from adapters.diary.validating import validate
from adapters.diary.why import NOTHING, why
from model.attendance import Assignment
from model.cancellation import CancelledBy
from model.details import Kind, ShowAs, Status
from model.errors import DomainError
from sync.settings import DEFAULTS
from tests.unit.diary.conftest import Diary

DAY = ("2026-03-11", "2026-03-12")
HOUR = "23:30-00:30"  # ten o'clock in Adelaide


def shown(diary: Diary, worker: str = "priya", window: tuple[str, str] = DAY) -> list[str]:
    """As a VFREEBUSY says it, by the clock of UTC."""
    text = vfreebusy(busy_time(diary.sessions, worker, *window), diary.act)
    rows = re.findall(r"FREEBUSY;FBTYPE=([A-Z-]+):\d{8}T(\d\d)(\d\d)00Z/\d{8}T(\d\d)(\d\d)00Z", text)
    return [f"{a}:{b}-{c}:{d} {kind}" for kind, a, b, c, d in rows]


def because(diary: Diary, worker: str = "priya", window: tuple[str, str] = DAY) -> list[tuple[str, str]]:
    found = why(diary.sessions, worker, *window)
    return [(one.fbtype, "; ".join(one.because)) for one in found]


def session(diary: Diary, **other: object) -> str:
    return str(diary.add("2026-03-11 10:00", **other).session_id)


def other_event(diary: Diary, show_as: ShowAs) -> str:
    return session(diary, kind=Kind.OTHER_EVENT, clients=[], subject="Dentist", show_as=show_as)


def test_row_a_rostered_session_is_busy(diary: Diary) -> None:
    one = session(diary)
    assert shown(diary) == [f"{HOUR} BUSY"]
    assert because(diary) == [("FREE", NOTHING), ("BUSY", f"session {one[:8]}, ROSTERED"), ("FREE", NOTHING)]


@pytest.mark.parametrize("state", ["IN_PROGRESS", "COMPLETE"])
def test_row_a_session_that_has_begun_or_is_over_is_busy(diary: Diary, state: str) -> None:
    one = session(diary)
    diary.now = diary.now.replace(day=12)
    if state == "IN_PROGRESS":
        completing.start(diary.sessions, diary.act, one)
    else:
        completing.complete(diary.sessions, diary.act, one, completing.Form(), apportionment=True)
    assert shown(diary) == [f"{HOUR} BUSY"]
    assert because(diary)[1] == ("BUSY", f"session {one[:8]}, {state}")


def test_row_a_draft_is_tentative(diary: Diary) -> None:
    one = session(diary, rostered=False)
    assert shown(diary) == [f"{HOUR} BUSY-TENTATIVE"]
    assert because(diary)[1] == ("BUSY-TENTATIVE", f"session {one[:8]}, DRAFT")


def test_row_other_event_busy(diary: Diary) -> None:
    other_event(diary, ShowAs.BUSY)
    assert shown(diary) == [f"{HOUR} BUSY"]


def test_row_other_event_free_takes_nothing_and_opens_nothing(diary: Diary) -> None:
    free = other_event(diary, ShowAs.FREE)
    assert shown(diary) == []
    assert because(diary)[1] == ("FREE", f"Other Event {free[:8]}, FREE")
    one = session(diary)
    assert shown(diary) == [f"{HOUR} BUSY"]
    assert because(diary)[1] == ("BUSY", f"session {one[:8]}, ROSTERED; Other Event {free[:8]}, FREE")


def test_row_a_shift_without_a_session_is_busy(diary: Diary) -> None:
    one = session(diary, kind=Kind.SHIFT, clients=[], subject="", minutes=480)
    assert shown(diary) == ["23:30-07:30 BUSY"]
    assert because(diary)[1] == ("BUSY", f"shift {one[:8]}, ROSTERED")


def test_row_a_cancelled_session_takes_nothing(diary: Diary) -> None:
    one = session(diary)
    how = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")
    cancelling.cancel(diary.sessions, diary.act, one, how, None)
    assert shown(diary) == []
    assert because(diary)[1][0] == "FREE"
    assert f"session {one[:8]}, " in because(diary)[1][1]


def test_row_leave_and_what_is_outside_the_hours_is_unavailable_and_a_single_time_is_not(
    diary: Diary,
) -> None:
    hours = set_hours(diary.sessions, diary.act, "priya", "WE 09:00-17:00", first="2026-03-01", last=None)
    single = offer_time(diary.sessions, diary.act, "priya", "2026-03-11 18:00", end="19:00", minutes=None)
    new = NewLeave(worker="priya", start="2026-03-11 12:00", end="13:00")
    leave = add_leave(diary.sessions, diary.act, new)
    assert shown(diary) == [
        "13:30-22:30 BUSY-UNAVAILABLE",
        "01:30-02:30 BUSY-UNAVAILABLE",
        "06:30-07:30 BUSY-UNAVAILABLE",
        "08:30-13:30 BUSY-UNAVAILABLE",
    ]
    assert because(diary) == [
        ("BUSY-UNAVAILABLE", f"outside the weekly hours {hours.ref}"),
        ("FREE", f"weekly hours {hours.ref}"),
        ("BUSY-UNAVAILABLE", f"leave {leave.ref}"),
        ("FREE", f"weekly hours {hours.ref}"),
        ("BUSY-UNAVAILABLE", f"outside the weekly hours {hours.ref}"),
        ("FREE", f"single time {single.ref}"),
        ("BUSY-UNAVAILABLE", f"outside the weekly hours {hours.ref}"),
    ]


def test_r50_r53_a_base_roster_and_a_period_take_nothing_before_they_are_published(diary: Diary) -> None:
    factory, act = diary.sessions, diary.act
    rosters.add_base(factory, act, "West", weeks=1, start=date(2026, 3, 2))
    slot = rosters.Slot(start="10:00", minutes=60, workers=["priya"], clients=["noor"])
    rosters.add_slot(factory, act, "West", slot, week=1, weekday="WE")
    rosters.finalise(factory, act, "West")
    assert shown(diary) == []
    period = periods.create(factory, act, "West", date(2026, 3, 9))
    assert shown(diary) == []
    validate(factory, act, period)
    publishing.publish(factory, act, period, DEFAULTS)
    assert shown(diary) == [f"{HOUR} BUSY"]


def test_busy_over_unavailable_over_tentative(diary: Diary) -> None:
    draft = session(diary, rostered=False, minutes=180)
    new = NewLeave(worker="priya", start="2026-03-11 11:00", end="13:00")
    leave = add_leave(diary.sessions, diary.act, new)
    assert shown(diary) == ["23:30-00:30 BUSY-TENTATIVE", "00:30-02:30 BUSY-UNAVAILABLE"]
    assert because(diary)[2] == ("BUSY-UNAVAILABLE", f"leave {leave.ref}; session {draft[:8]}, DRAFT")


def test_h5_on_a_grid_nobody_sees_when_exactly(diary: Diary) -> None:
    diary.add("2026-03-11 10:05", minutes=35)
    diary.add("2026-03-11 10:50", minutes=5, clients=["liam"])
    found = busy_time(diary.sessions, "priya", *DAY).on_grid(15)
    assert [f"{b.start:%H:%M}-{b.end:%H:%M}" for b in found.blocks] == ["23:30-00:30"]


def test_why_and_availability_cost_the_same_however_much_there_is(diary: Diary) -> None:
    for day in range(1, 8):
        diary.add(f"2026-03-0{day} 09:00")
    asked: list[str] = []
    engine = diary.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    window = ("2026-03-01", "2026-03-09")
    assert len(why(diary.sessions, "priya", *window)) == 15
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 6
    asked.clear()
    availability_text(diary.sessions, diary.act, "priya", *window)
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 4


def test_leave_after_the_window_is_written_all_the_same(diary: Diary) -> None:
    """Whoever reads the text believes it for later, too."""
    add_leave(diary.sessions, diary.act, NewLeave(worker="priya", start="2026-06-01"))
    text = availability_text(diary.sessions, diary.act, "priya", *DAY)
    assert "DTSTART;TZID=Australia/Adelaide:20260601T000000" in text


def test_e_end_before_start_a_window_does_not_go_backwards(diary: Diary) -> None:
    for ask in (busy_time, why):
        with pytest.raises(DomainError) as refused:
            ask(diary.sessions, "priya", "2026-03-12", "2026-03-11")
        assert refused.value.code == "E_END_BEFORE_START"


@pytest.mark.parametrize("words", [Kind, Status, ShowAs, Assignment])
def test_the_words_that_decide_are_stored_as_they_are_written(words: type[StrEnum]) -> None:
    """Of years of sessions they are compared as stored: by their names."""
    assert [one.name for one in words] == [one.value for one in words]
