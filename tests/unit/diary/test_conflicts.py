"""DOMAIN 4: a full room refuses; a worker or client taken twice is a warning that is kept."""

import pytest
from sqlalchemy import event, select

from adapters.database.loading import load_session
from adapters.diary import cancelling, changing
from adapters.diary.busy import busy_time, vfreebusy
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from model.cancellation import CancelledBy
from model.details import Kind, ShowAs
from model.errors import DomainError
from model.journal import HistoryEntry
from model.series import Scope
from tests.unit.diary.conftest import Diary


def an_event(diary: Diary, start: str, **other: object) -> str:
    usual = {"kind": Kind.OTHER_EVENT, "workers": ["mia"], "clients": [], "subject": "Dentist"}
    return str(diary.add(start, **(usual | other)).session_id)


def busy(diary: Diary, worker: str = "mia", start: str = "2026-03-11", end: str = "2026-03-12") -> list[str]:
    found = busy_time(diary.sessions, worker, start, end)
    return [f"{b.start:%H:%M}-{b.end:%H:%M} {b.fbtype}" for b in found.blocks]


def test_a_room_is_for_one_session_at_a_time(either_diary: Diary) -> None:
    diary = either_diary
    diary.add("2026-03-03 10:00", room="room-1", workers=["tom"])
    diary.add("2026-03-03 11:00", room="room-1")

    with pytest.raises(DomainError) as refused:
        diary.add("2026-03-03 10:30", room="room-1", clients=["liam"])
    assert refused.value.code == "E_ROOM_CONFLICT"


def test_a_room_holds_as_many_as_it_has_room_for(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", room="gym", workers=["tom"], clients=["liam"])
    diary.add("2026-03-03 11:00", room="gym", workers=["tom"], clients=["liam"])
    diary.add("2026-03-03 10:30", room="gym")
    with pytest.raises(DomainError):
        diary.add("2026-03-03 10:45", room="gym", workers=["lena"], clients=["eva"])


def test_one_occurrence_in_a_taken_room_refuses_the_whole_series_and_stores_nothing(diary: Diary) -> None:
    diary.add("2026-03-17 10:00", room="room-1", workers=["tom"], clients=["liam"])
    with pytest.raises(DomainError):
        diary.add("2026-03-03 10:00", room="room-1", rule="FREQ=WEEKLY;COUNT=8")
    assert busy(diary, "priya", "2026-03-01", "2026-05-01") == []


def test_a_series_moves_into_a_room_only_where_it_is_free(diary: Diary) -> None:
    diary.add("2026-03-18 10:00", room="room-1", workers=["tom"], clients=["liam"])
    added = diary.add("2026-03-03 10:00", room="room-1", rule="FREQ=WEEKLY;COUNT=8")
    to = Move(start="2026-03-04 10:00")
    with pytest.raises(DomainError) as refused:
        changing.move(diary.sessions, diary.act, str(added.session_id), to, Scope.ALL_IN_SERIES)
    assert refused.value.code == "E_ROOM_CONFLICT"


def test_a_cancelled_session_leaves_its_room(diary: Diary) -> None:
    first = diary.add("2026-03-03 10:00", room="room-1")
    how = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")
    cancelling.cancel(diary.sessions, diary.act, str(first.session_id), how, None)
    assert diary.add("2026-03-03 10:00", room="room-1").warnings == ()


def test_004_16_the_same_slot_warns_and_is_remembered(diary: Diary) -> None:
    diary.add("2026-03-05 14:00")
    second = diary.add("2026-03-05 14:00", clients=["liam"])
    third = diary.add("2026-03-05 14:30", workers=["tom"], clients=["liam"])

    assert (second.warnings, third.warnings) == (("SLOT_OVERLAP",), ("CLIENT_OVERLAP",))
    with diary.read() as database:
        row = load_session(database, second.session_id)  # type: ignore[arg-type]
        assert row is not None
        assert row.overlap_warned
        assert not row.overlap_acknowledged  # nobody said so (`test_knowing`)
        codes = database.scalars(select(HistoryEntry.code).where(HistoryEntry.session_id == row.id)).all()
        assert codes == ["SLOT_OVERLAP"]
    assert busy(diary, "priya", "2026-03-05", "2026-03-06") == ["03:30-04:30 BUSY"]


def test_a_session_without_worker_is_unassigned(diary: Diary) -> None:
    assert diary.add("2026-03-05 14:00", workers=[]).warnings == ("UNASSIGNED",)


def test_a_free_event_blocks_nothing_and_never_opens_what_another_blocks(diary: Diary) -> None:
    an_event(diary, "2026-03-11 13:00", show_as=ShowAs.FREE)
    assert busy(diary) == []
    assert diary.add("2026-03-11 13:30", tz="America/Chicago", workers=["mia"]).warnings == ()
    assert busy(diary) == ["18:30-19:30 BUSY"]


def test_us8_an_event_that_is_set_free_gives_its_time_back(diary: Diary) -> None:
    dentist = an_event(diary, "2026-03-11 13:00")
    assert busy(diary) == ["18:00-19:00 BUSY"]
    changing.show_as(diary.sessions, diary.act, dentist, ShowAs.FREE, None)
    assert busy(diary) == []


def test_drafts_are_tentative_and_what_is_certain_shows_over_them(diary: Diary) -> None:
    diary.add("2026-03-11 13:00", tz="America/Chicago", workers=["mia"], minutes=120, rostered=False)
    an_event(diary, "2026-03-11 13:30")
    assert busy(diary) == ["18:00-18:30 BUSY-TENTATIVE", "18:30-19:30 BUSY", "19:30-20:00 BUSY-TENTATIVE"]


def test_busy_time_is_six_queries_whatever_there_is(diary: Diary) -> None:
    for day in range(1, 8):
        an_event(diary, f"2026-03-0{day} 09:00")
    asked: list[str] = []
    engine = diary.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *about: asked.append(about[2]))

    assert len(busy(diary, start="2026-03-01", end="2026-03-09")) == 7
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 6


def test_a_vfreebusy_has_times_and_nothing_else(diary: Diary) -> None:
    an_event(diary, "2026-03-11 13:00")
    text = vfreebusy(busy_time(diary.sessions, "mia", "2026-03-11", "2026-03-12"), diary.act)
    lines = text.split("\r\n")

    assert lines[-1] == ""
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        "BEGIN", "VERSION", "PRODID", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND",
        "FREEBUSY;FBTYPE=BUSY", "END", "END",
    ]  # fmt: skip
    assert "FREEBUSY;FBTYPE=BUSY:20260311T180000Z/20260311T190000Z" in lines
    assert "Dentist" not in text
    assert "mia" not in text


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"minutes": 0}, "E_END_BEFORE_START"),
        ({"end": "09:00"}, "E_END_BEFORE_START"),
        ({"start": "2026-03-33 10:00"}, "E_TIME"),
        ({"tz": "Mars/Base"}, "E_ZONE"),
        ({"workers": ["nobody"]}, "E_NOT_FOUND"),
        ({"clients": []}, "E_CLIENT_REQUIRED"),
        ({"clients": ["noor", "liam"]}, "E_DUPLICATE_CLIENT"),
        ({"site": "chicago", "room": "room-1"}, "E_SITE_REQUIRED"),
        ({"rule": "FREQ=SECONDLY"}, "E_RRULE"),
    ],
)
def test_what_is_wrong_with_a_new_session_is_named(diary: Diary, wrong: dict[str, object], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        diary.add(**({"start": "2026-03-03 10:00"} | wrong))  # type: ignore[arg-type]
    assert refused.value.code == code
