"""E9: two programs that undo each other's work are noticed, told once a day, and cost a bounded number of writes."""

from datetime import datetime

import pytest

from sync.settings import Settings, SyncSettings
from tests.world import ADELAIDE, World

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)


@pytest.fixture
def world(database_url):
    made = World(database_url, settings=Settings(sync=SyncSettings(item_writes=5)))
    yield made
    made.close()


def undo(world: World) -> None:
    """Another program writes its own title over ours, whenever it finds ours."""
    event = world.phone.events()[0]
    assert event.master is not None
    if event.master.summary != "Theirs":
        world.phone.edit(event.uid, summary="Theirs")


def written(world: World, rounds: int) -> int:
    """Writes of ours while the other program undoes each of them."""
    writes = 0
    for _ in range(rounds):
        undo(world)
        writes += world.sync().writes
        world.clock.advance(minutes=5)
    return writes


def test_e9_a_ping_pong_costs_its_budget_and_is_told_once_a_day(world):
    world.add_session(MONDAY)
    world.settle()
    assert written(world, 20) == 5
    assert world.history().count("write-loop") == 1
    assert world.phone.only().master.summary == "Theirs"
    world.clock.advance(days=1)
    assert written(world, 20) == 5
    assert world.history().count("write-loop") == 2


def test_e9_the_alarm_is_in_the_counts_and_other_events_are_written_as_ever(world):
    world.add_session(MONDAY)
    world.settle()
    written(world, 5)
    undo(world)
    world.add_session(MONDAY.replace(hour=14))
    report = world.sync()
    assert (report.counts.get("looping"), report.writes) == (1, 1)
    assert world.sync().counts.get("looping") is None


def test_e9_what_was_left_alone_is_written_the_next_day(world):
    world.add_session(MONDAY)
    world.settle()
    written(world, 7)
    world.clock.advance(days=1)
    world.settle()
    assert world.phone.only().master.summary != "Theirs"


def test_e9_an_event_deleted_again_and_again_comes_back_within_its_budget(world):
    world.add_session(MONDAY)
    world.settle()
    writes = 0
    for _ in range(20):
        for item in world.phone.items():
            world.phone.delete(world.phone.read(item).uid)
        writes += world.sync().writes
    assert writes == 5
