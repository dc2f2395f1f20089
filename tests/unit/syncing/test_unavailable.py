"""A move from a calendar onto leave, or outside the worker's hours: refused (`prevent`), or done with a warning."""

from collections.abc import Iterator

import pytest

from adapters.diary.availability import set_hours
from adapters.diary.leave import NewLeave, add_leave
from model.details import Kind
from sync.explain import reason
from sync.settings import RulesSettings, Settings
from tests.world import World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"


@pytest.fixture
def lenient(sqlite_url: str) -> Iterator[World]:
    made = World(sqlite_url, settings=Settings(rules=RulesSettings(worker_availability="allow")))
    yield made
    made.close()


def on_leave(world: World, day: str, *, approved: bool = True) -> None:
    new = NewLeave(worker="priya", start=day, approved=approved)
    add_leave(world.sessions, world.act(), new)


def weekly_hours(world: World) -> None:
    set_hours(world.sessions, world.act(), "priya", "MO-FR 09:00-17:00", first="2026-03-01", last=None)


def test_worker_unavailable_a_session_dragged_onto_leave_is_put_back(world: World) -> None:
    session_id = world.add_session(at(12))
    world.settle()
    on_leave(world, "2026-03-13")
    world.phone.move(world.phone.only().uid, at(13))
    world.settle()
    assert world.judged() == [("E2", "REFUSED", "WORKER_UNAVAILABLE")]
    assert world.notices() == ["WORKER_UNAVAILABLE"]
    with world.session(session_id) as session:
        assert session.span.start == at(12)
    master = world.phone.only().master
    assert master is not None
    assert master.start == at(12)


@pytest.mark.parametrize(("hour", "state"), [(16, "APPLIED"), (17, "REFUSED")])
def test_worker_unavailable_outside_the_hours_it_is_put_back(world: World, hour: int, state: str) -> None:
    weekly_hours(world)
    world.add_session(at(12))
    world.settle()
    world.phone.move(world.phone.only().uid, at(12, hour))
    world.settle()
    assert [found for _, found, _ in world.judged()] == [state]


def test_leave_that_is_only_requested_keeps_nobody_from_moving(world: World) -> None:
    world.add_session(at(12))
    world.settle()
    on_leave(world, "2026-03-13", approved=False)
    world.phone.move(world.phone.only().uid, at(13))
    world.settle()
    assert world.judged() == [("E2", "APPLIED", "")]


def test_where_the_practice_allows_it_the_move_is_done_and_warned_of(lenient: World) -> None:
    on_leave(lenient, "2026-03-13")
    session_id = lenient.add_session(at(12))
    lenient.settle()
    lenient.phone.move(lenient.phone.only().uid, at(13))
    lenient.settle()
    (change,) = lenient.changes()
    assert (change.code, change.state, list(change.warnings.split())) == (
        ("E2", "APPLIED", ["WORKER_UNAVAILABLE"])
    )
    with lenient.session(session_id) as session:
        assert session.span.start == at(13)


def test_worker_unavailable_one_occurrence_on_leave_keeps_the_series_where_it_is(world: World) -> None:
    """The whole series dragged by a day: the second of four would lie in the leave."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    on_leave(world, "2026-03-11")
    world.phone.move(world.phone.only().uid, at(4))
    world.settle()
    assert world.judged()[-1][1:] == ("REFUSED", "WORKER_UNAVAILABLE")
    assert sorted(session.span.start.day for session in world.all_sessions()) == [3, 10, 17, 24]


def test_an_own_event_may_be_moved_onto_leave(world: World) -> None:
    on_leave(world, "2026-03-13")
    world.phone.add(dentist("own", at(12)))
    world.settle()
    world.phone.move("own", at(13))
    world.settle()
    (session,) = world.all_sessions()
    assert (session.kind, session.span.start) == (Kind.OTHER_EVENT, at(13))


def test_the_reason_says_nothing_of_leave() -> None:
    assert reason("WORKER_UNAVAILABLE") == "the worker is not available at that time"
