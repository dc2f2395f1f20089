"""What a calendar shows of shifts and activities, and what its edits of them become (001-13, 001-17; DOMAIN 1.6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from adapters.diary.answering import Answer, confirm
from model.activity import ActivityType, SessionActivity
from model.details import Kind, Status
from model.errors import DomainError
from model.moment import Span
from model.recurrence import Rule
from model.session import Session
from sync.disclosure import WAITING_LINE
from sync.event import Component
from sync.settings import InboundSettings, Level, PrivacySettings, Settings
from tests.unit.syncing.test_projection import LEVELS, PRIYA, TOM, event_of, series, session, shown, view
from tests.world import ADELAIDE, World, at

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"


def a_break(worker: UUID, after: int = 30, minutes: int = 15, **other: object) -> SessionActivity:
    known = {"type": ActivityType.BREAK, "paid": False} | other
    return SessionActivity(worker_id=worker, after=after, minutes=minutes, **known)  # type: ignore[arg-type]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World(sqlite_url, level="initials")
    yield made
    made.close()


def settled(world: World) -> World:
    world.settle()
    world.clock.advance(minutes=5)
    return world


# --- what is shown --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_001_13_activities_are_a_line_from_initials_on_and_nothing_below(level: Level) -> None:
    row = session(workers=(PRIYA, TOM))
    without = shown(row, view(level))
    row.activities = (
        a_break(PRIYA.id),
        a_break(PRIYA.id, 45, 5, type=ActivityType.WAKE_UP, paid=True),
        a_break(TOM.id, 0, 5),
    )
    found = shown(row, view(level))
    lines = found.description.splitlines()
    assert lines == ([] if level in ("busy", "reference") else ["Break 10:30-10:45", "Wake up 10:45-10:50"])
    assert replace(found, description="") == replace(without, description="")


def test_001_13_show_activities_off_says_nothing_at_any_level() -> None:
    row = session(activities=(a_break(PRIYA.id),))
    for level in LEVELS:
        quiet = view(level, privacy=PrivacySettings(show_activities=False))
        assert shown(row, quiet).description == ""


def test_001_13_a_series_says_it_once_and_an_occurrence_of_its_own_says_its_own() -> None:
    made = series(activities=(a_break(PRIYA.id),))
    made.occurrences[2].activities = (a_break(PRIYA.id, 0, 10),)
    made.occurrences[2].is_exception = True
    event = event_of(made, view("initials"))
    assert event.master is not None
    assert event.master.description == "Break 10:30-10:45"
    assert [one.description for one in event.overrides.values()] == ["Break 10:00-10:10"]


@pytest.mark.parametrize(
    ("level", "summary"), [(level, "Busy" if level == "busy" else "Shift") for level in LEVELS]
)
def test_001_17_a_shift_is_opaque_and_its_title_tells_nothing(level: Level, summary: str) -> None:
    found = shown(session(kind=Kind.SHIFT, subject="Night watch"), view(level))
    assert (found.summary, found.transparent, found.status) == (summary, False, "CONFIRMED")
    assert found.categories == (frozenset() if level == "busy" else frozenset({"Shift"}))
    assert "Night" not in repr(found)


def test_001_17_a_cancelled_shift_is_shown_as_such() -> None:
    found = shown(session(kind=Kind.SHIFT, status=Status.CANCELLED))
    assert (found.summary, found.status, found.transparent) == ("Cancelled – Shift", "CANCELLED", True)


def test_001_13_a_break_that_is_not_shown_writes_nothing_and_one_that_is_does(sqlite_url: str) -> None:
    for number, (level, writes) in enumerate((("reference", 0), ("initials", 1))):
        world = World(sqlite_url.replace("calendula", f"calendula{number}"), level=level)
        row = world.add_session(at(10))
        settled(world)
        with world.session(row) as found:
            found.activities = (a_break(world.worker.id),)
        assert [line.action for line in world.sync().lines] == ["replace"] * writes
        world.close()


# --- what comes back ------------------------------------------------------------------------------------------


def master(world: World) -> Component:
    found = world.phone.only().master
    assert found is not None
    return found


@pytest.mark.parametrize(("minutes", "expected"), [(45, "APPLIED"), (44, "REFUSED ACTIVITY_OUTSIDE")])
def test_e3_activity_outside_a_session_is_not_shortened_below_its_break(
    world: World, minutes: int, expected: str
) -> None:
    row = world.add_session(at(10))
    with world.session(row) as found:
        found.activities = (a_break(world.worker.id),)
    settled(world).phone.move(world.phone.only().uid, at(10), minutes=minutes)
    world.settle()
    assert [f"{state} {reason}".strip() for _, state, reason in world.judged()] == [expected]
    (stands,) = world.all_sessions()
    assert stands.span.length == timedelta(minutes=45 if expected == "APPLIED" else 60)
    assert master(world).span(ADELAIDE).length == stands.span.length


def test_e1_001_13_a_break_goes_along_with_a_drag_and_the_event_says_when_it_is_now(world: World) -> None:
    row = world.add_session(at(10))
    with world.session(row) as found:
        found.activities = (a_break(world.worker.id),)
    settled(world).phone.move(world.phone.only().uid, at(10, 14))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]
    assert master(world).description == "Break 14:30-14:45"


def test_e3_activity_outside_of_a_series_neither(world: World) -> None:
    made = world.add_series(at(3), WEEKLY)
    with world.series(made) as found:
        found.activities = (a_break(world.worker.id),)
        for one in found.occurrences:
            one.activities = found.activities
    settled(world).phone.move(world.phone.only().uid, at(3), minutes=40)
    world.settle()
    assert world.judged() == [("E3", "REFUSED", "ACTIVITY_OUTSIDE")]
    assert {one.span.length for one in world.all_sessions()} == {timedelta(hours=1)}


def test_e3_activity_outside_of_a_group_is_noted_on_what_is_held(world: World) -> None:
    row = world.add_session(at(10), clients=2)
    with world.session(row) as found:
        found.activities = (a_break(world.worker.id),)
    settled(world).phone.move(world.phone.only().uid, at(10), minutes=40)
    world.settle()
    (change,) = world.changes()
    assert (change.state, change.reason_code) == ("HELD", "GROUP_SESSION")
    assert "ACTIVITY_OUTSIDE" in str(change.warnings)
    with pytest.raises(DomainError, match="lie inside") as refused:
        confirm(world.sessions, world.act(), change.ref, Answer(move=True))
    assert refused.value.code == "E_ACTIVITY_OUTSIDE"


def a_shift_with_a_session(world: World, **other: object) -> tuple[UUID, UUID]:
    """07:00 to 15:00, and in it an hour at 09:00; the shift's event comes first."""
    shift = world.add_session(at(10, 7), minutes=480, kind=Kind.SHIFT)
    row = world.add_session(at(10, 9), **other)
    with world.session(row) as found:
        found.parent_shift_id = shift
    settled(world)
    return shift, row


def drag(world: World, title: str, to: datetime, minutes: int) -> None:
    (uid,) = [e.uid for e in world.phone.events() if e.master and e.master.summary.startswith(title)]
    world.phone.move(uid, to, minutes=minutes)
    world.settle()


def spans(world: World) -> dict[Kind, Span]:
    return {row.kind: row.span for row in world.all_sessions()}


@pytest.mark.parametrize(("hour", "minutes"), [(10, 300), (7, 120), (11, 480)])
def test_e_outside_shift_a_shift_from_which_a_session_would_fall_out_is_put_back(
    world: World, hour: int, minutes: int
) -> None:
    a_shift_with_a_session(world)
    drag(world, "Shift", at(10, hour), minutes)
    assert [one[1:] for one in world.judged()] == [("REFUSED", "OUTSIDE_SHIFT")]
    assert spans(world)[Kind.SHIFT] == Span(start=at(10, 7), end=at(10, 15), tz=ADELAIDE)
    assert {e.master.start for e in world.phone.events() if e.master} == {at(10, 7), at(10, 9)}


def test_001_17_a_shift_that_keeps_what_lies_in_it_waits_for_an_answer_and_is_moved_by_it(
    world: World,
) -> None:
    a_shift_with_a_session(world)
    drag(world, "Shift", at(10, 8), 360)
    assert world.judged() == [("E1", "HELD", "SHIFT_OWNED")]
    assert any(WAITING_LINE in e.master.description for e in world.phone.events() if e.master)
    (change,) = world.changes()
    confirm(world.sessions, world.act(), change.ref, Answer(move=True))
    assert spans(world)[Kind.SHIFT] == Span(start=at(10, 8), end=at(10, 14), tz=ADELAIDE)


def test_e_outside_shift_an_answer_is_refused_where_a_session_would_fall_out_by_now(world: World) -> None:
    _, row = a_shift_with_a_session(world)
    drag(world, "Shift", at(10, 8), 360)
    with world.session(row) as found:
        found.move(Span(start=at(10, 7), end=at(10, 8), tz=ADELAIDE))
    (change,) = world.changes()
    with pytest.raises(DomainError) as refused:
        confirm(world.sessions, world.act(), change.ref, Answer(move=True))
    assert refused.value.code == "E_OUTSIDE_SHIFT"


@pytest.mark.parametrize(
    ("hour", "minutes", "expected"),
    [
        (14, 60, ("APPLIED", "")),
        (14, 61, ("REFUSED", "OUTSIDE_SHIFT")),
        (6, 60, ("REFUSED", "OUTSIDE_SHIFT")),
    ],
)
def test_e_outside_shift_a_session_that_is_dragged_out_of_its_shift_is_put_back(
    world: World, hour: int, minutes: int, expected: tuple[str, str]
) -> None:
    a_shift_with_a_session(world)
    drag(world, "Session", at(10, hour), minutes)
    assert [one[1:] for one in world.judged()] == [expected]
    (change,) = world.changes()
    assert "SLOT_OVERLAP" not in str(change.warnings)
    there = at(10, hour) if expected[0] == "APPLIED" else at(10, 9)
    assert spans(world)[Kind.CLIENT_SESSION].start == there


def test_e_outside_shift_of_a_series_one_session_in_a_shift_keeps_all_where_they_are(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    shift = world.add_session(at(10, 7), minutes=480, kind=Kind.SHIFT)
    row = next(one.id for one in world.all_sessions() if one.starts_at == at(10).astimezone(UTC))
    with world.session(row) as found:
        found.parent_shift_id = shift
    settled(world)
    (event,) = [e for e in world.phone.events() if e.rule]
    world.phone.move(event.uid, at(3, 16))
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "OUTSIDE_SHIFT")]


def test_001_17_a_shift_is_held_even_where_moves_are_simply_applied(sqlite_url: str) -> None:
    world = World(sqlite_url, settings=Settings(inbound=InboundSettings(roster="apply", group="apply")))
    world.add_session(at(10, 7), minutes=480, kind=Kind.SHIFT)
    settled(world)
    drag(world, "Shift", at(10, 8), 480)
    assert world.judged() == [("E1", "HELD", "SHIFT_OWNED")]
    world.close()


def _rows(world: World) -> list[Session]:
    return [row for row in world.all_sessions() if row.kind is Kind.SHIFT]


def test_001_17_a_shift_cut_short_with_all_that_follow_is_put_back(world: World) -> None:
    world.add_series(at(3, 7), WEEKLY, minutes=480, kind=Kind.SHIFT)
    settled(world)
    event = world.phone.only()
    assert event.rule is not None
    cut = replace(event, rule=event.rule.ending(datetime(2026, 3, 30, 12, tzinfo=UTC)))
    world.phone.write(cut)
    rest = replace(master(world).starting(at(1, 9, month=4)), marks={})
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=4", at(1, 9, month=4))
    world.phone.add(replace(event, uid="rest", master=rest, rule=rule, overrides={}))
    world.settle()
    assert world.judged() == [("E6", "REFUSED", "SHIFT_OWNED")]
    assert len(_rows(world)) == 8
    assert world.phone.only().rule == event.rule


@pytest.mark.parametrize(
    ("values", "expected", "notices"),
    [
        ({"description": "bring the keys"}, ("E9", "REFUSED", "SHIFT_OWNED"), ["SHIFT_OWNED"]),
        ({"classification": "CONFIDENTIAL"}, ("E24", "REFUSED", "CLASS_OWNED"), []),
    ],
)
def test_001_17_e9_e24_what_is_written_on_a_shift_goes_back_once_and_for_all(
    world: World, values: dict[str, object], expected: tuple[str, str, str], notices: list[str]
) -> None:
    world.add_session(at(10, 7), minutes=480, kind=Kind.SHIFT)
    before = settled(world).phone.only()
    world.phone.edit(before.uid, **values)
    world.settle()
    assert world.judged() == [expected]
    assert world.notices() == notices
    assert world.phone.only() == before
    for _ in range(3):  # no loop: nothing is written for what went back
        world.clock.advance(minutes=10)
        assert world.sync().lines == ()
    assert len(world.judged()) == 1


def test_001_17_e9_what_was_wrong_with_a_shift_is_told_beside_a_move_that_waits(world: World) -> None:
    world.add_session(at(10, 7), minutes=480, kind=Kind.SHIFT)
    before = settled(world).phone.only()
    assert before.master is not None
    moved = replace(before.master, description="bring the keys").starting(at(10, 8))
    world.phone.write(replace(before, master=moved))
    world.settle()
    assert sorted(world.judged()) == [("E1", "HELD", "SHIFT_OWNED"), ("E9", "REFUSED", "SHIFT_OWNED")]
    assert master(world).description.splitlines() == [WAITING_LINE]


def test_001_17_e16_an_alarm_of_a_shift_is_the_practitioners_own(world: World) -> None:
    world.add_session(at(10, 7), minutes=480, kind=Kind.SHIFT)
    uid = settled(world).phone.only().uid
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT"
    world.phone.write_raw(uid, world.phone.item(uid).body.replace(b"END:VEVENT", alarm))
    world.settle()
    assert b"VALARM" in world.phone.item(uid).body
    assert world.judged() == []
