"""The whole story on a server that always has one fault: both sides end equal, and nothing is there twice.

The id of each case names the FAILURES line and the switches that are on, from before the calendar is linked.
"""

import pytest

from tests.fake.personalities import LATER, STEADY, put_on
from tests.fake.world import FakeWorld, play_story


@pytest.mark.parametrize("name", STEADY)
def test_both_sides_end_equal(world: FakeWorld, name: str) -> None:
    put_on(world.fake.switches, STEADY[name])
    play_story(world)
    world.check_story()


@pytest.mark.parametrize("name", ["none", "B1", "B2-strips", "B10"])
def test_both_sides_end_equal_on_postgresql(world_on_postgresql: FakeWorld, name: str) -> None:
    put_on(world_on_postgresql.fake.switches, STEADY[name])
    play_story(world_on_postgresql)
    world_on_postgresql.check_story()


@pytest.mark.parametrize("name", LATER)
def test_both_sides_end_equal_once_linked(world: FakeWorld, name: str) -> None:
    world.link_up()
    put_on(world.fake.switches, LATER[name])
    world.begin()
    world.persist(runs=20, quiet=8)
    world.edit_both_sides()
    world.persist(runs=20, quiet=8)
    world.check_story()
