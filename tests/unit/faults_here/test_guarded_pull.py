"""A calendar that is not what it was: emptied, replaced, set back in time; what is told, and the answers (E21)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from adapters.links.changing import resume
from model.details import Status
from model.errors import DomainError
from model.link import LinkState
from sync.errors import CalendarMissing
from sync.guard import MassChange, Replaced, WentBack
from sync.ports import Item
from tests.world import ADELAIDE, World, dentist


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=ADELAIDE) + timedelta(days=day - 1)


def fill(world: World, *, sessions: int = 4, own: int = 0) -> list[UUID]:
    made = [world.add_session(at(10 + n, 10)) for n in range(sessions)]
    for n in range(own):
        world.phone.add(dentist(f"own-{n}", at(10 + n, 14)))
    world.settle()
    return made


def empty(world: World) -> None:
    for event in world.phone.events():
        world.phone.delete(event.uid)


def starts(world: World) -> list[str]:
    return sorted(session.local_start for session in world.all_sessions())


def answer(world: World, said: str) -> None:
    resume(world.sessions, world.act(), "priya", said)


def lines(world: World, action: str) -> list[tuple[str, str]]:
    """What a plan shows of it."""
    report = world.runner.plan(world.link_id)
    return [(line.start[:10], line.kind) for line in report.lines if line.action == action]


def test_e21_a_suspension_shows_what_would_have_been_taken_away(world: World) -> None:
    fill(world, sessions=3, own=1)
    for event in world.phone.events():
        if event.uid != "own-0":
            world.phone.delete(event.uid)
    report = world.sync()

    assert isinstance(report.error, MassChange)
    told = [(line.start[:10], line.kind) for line in report.lines if line.action == "vanished"]
    assert told == [(f"2026-03-1{n}", "CLIENT_SESSION") for n in range(3)]
    assert lines(world, "vanished") == told
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "MASS_CHANGE")
    assert {s.status for s in world.all_sessions()} == {Status.ROSTERED}


@pytest.mark.parametrize("said", ["RESTORE", ""])
def test_e21_restore_puts_back_what_is_missing_without_asking(world: World, said: str) -> None:
    fill(world, sessions=60)
    empty(world)
    world.sync()

    answer(world, said)
    report = world.sync()

    assert report.writes == 60
    assert [code for code, _, _ in world.judged()] == []
    assert (world.link().state, world.link().state_reason) == (LinkState.ACTIVE, "")
    world.settle()
    assert len(world.phone.items()) == 60


def test_e21_accept_takes_own_events_away_and_holds_every_client(world: World) -> None:
    fill(world, sessions=4, own=2)
    empty(world)
    world.sync()
    assert len(world.all_sessions()) == 6

    answer(world, "ACCEPT")
    world.settle()

    judged = sorted(one for one in world.judged() if one[0] == "E5")
    assert judged == [("E5", "APPLIED", "")] * 2 + [("E5", "HELD", "CLIENT_BOOKING_DELETE")] * 4
    assert {s.status for s in world.all_sessions()} == {Status.ROSTERED}
    assert len(world.all_sessions()) == len(world.phone.items()) == 4
    assert world.link().state_reason == ""


def test_e21_an_answer_holds_for_one_run(world: World) -> None:
    fill(world)
    empty(world)
    world.sync()
    answer(world, "ACCEPT")
    world.settle()
    empty(world)
    assert isinstance(world.sync().error, MassChange)


def test_e21_only_a_suspended_link_asks_who_is_right(world: World) -> None:
    fill(world)
    with pytest.raises(DomainError) as caught:
        answer(world, "ACCEPT")
    assert caught.value.code == "E_TRANSITION"


def test_e6_an_emptied_calendar_takes_no_own_events_away_either(world: World) -> None:
    fill(world, sessions=0, own=4)
    empty(world)
    world.server.forget_tokens()
    report = world.sync()
    assert isinstance(report.error, MassChange)
    assert "empty" in str(report.error)
    assert len(world.all_sessions()) == 4


def test_f2_another_calendar_at_the_address_is_no_deletion(world: World) -> None:
    fill(world, sessions=2, own=2)
    world.server.items.clear()
    world.server.forget_tokens()
    world.phone.add(dentist("somebody-elses", at(20, 9)))

    report = world.sync()

    assert isinstance(report.error, Replaced)
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "CALENDAR_MISSING")
    assert len(world.all_sessions()) == 4
    assert len(world.phone.items()) == 1


def test_a9_a_calendar_that_is_gone_is_not_empty(world: World) -> None:
    fill(world, own=1)
    before = starts(world)
    world.server.vanish()
    report = world.sync()
    assert isinstance(report.error, CalendarMissing)
    assert starts(world) == before
    assert world.link().state_reason == "CALENDAR_MISSING"

    world.server.missing = False
    answer(world, "RESTORE")
    world.settle()
    assert starts(world) == before
    assert len(world.phone.items()) == 5


def snapshot(world: World) -> dict[str, Item]:
    return dict(world.server.items)


def set_back(world: World, items: dict[str, Item]) -> None:
    """The server's administrator restores a backup: old bodies, old ETags, and tokens that mean nothing."""
    world.server.items = dict(items)
    world.server.forget_tokens()


def moved_since_backup(world: World) -> dict[str, Item]:
    """Three sessions and an own event move after the server's backup was made."""
    sessions = fill(world, sessions=3, own=1)
    kept = snapshot(world)
    for session_id in sessions:
        with world.session(session_id) as session:
            session.move(session.span.starting(session.span.start.replace(hour=16)))  # type: ignore[call-arg]
    world.phone.move("own-0", at(10, 18))
    world.settle()
    world.clock.advance(minutes=6)  # until then a server may simply be behind our writes (B17)
    return kept


def test_b16_a_server_restored_from_backup_moves_nothing_back(world: World) -> None:
    kept = moved_since_backup(world)
    before = starts(world)
    set_back(world, kept)

    report = world.sync()

    assert isinstance(report.error, WentBack)
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "SERVER_RESTORED")
    assert starts(world) == before
    assert len(lines(world, "went-back")) == 4


def test_b16_restore_writes_what_the_practice_has(world: World) -> None:
    kept = moved_since_backup(world)
    before = starts(world)
    set_back(world, kept)
    world.sync()

    answer(world, "RESTORE")
    world.settle()

    assert starts(world) == before
    there = sorted(e.master.start.strftime("%Y-%m-%dT%H:%M:%S") for e in world.phone.events() if e.master)
    assert there == before


def test_b16_accept_judges_each_as_an_edit(world: World) -> None:
    kept = moved_since_backup(world)
    set_back(world, kept)
    world.sync()

    answer(world, "ACCEPT")
    world.settle()

    assert [start[11:13] for start in starts(world)] == ["10", "14", "10", "10"]


def test_two_moves_back_by_hand_are_believed(world: World) -> None:
    """Fewer than mass_delete_min: it may as well be a person."""
    kept = moved_since_backup(world)
    some = dict(list(kept.items())[:2])
    world.server.items |= some
    world.server.forget_tokens()
    assert world.sync().ok


def test_i4_what_is_left_out_of_an_answer_is_asked_for_alone(world: World) -> None:
    fill(world, sessions=1, own=1)
    world.phone.delete("own-0")
    world.server.leaves_out = 1
    world.sync()
    assert len(world.all_sessions()) == 1


@pytest.mark.parametrize("full", [False, True])
def test_i4_what_is_left_out_twice_is_not_known_to_be_gone(world: World, full: bool) -> None:
    fill(world, sessions=1, own=1)
    world.phone.delete("own-0")
    world.server.leaves_out = 2
    world.sync(job="reconcile" if full else "sync")
    assert len(world.all_sessions()) == 2

    world.sync(job="reconcile")
    assert len(world.all_sessions()) == 1
