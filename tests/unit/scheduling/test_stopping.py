"""A run that is told to end: what it did is settled, nothing is lost, and the next run does the rest."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sync.run import Report
from tests.world import ADELAIDE, World

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)


def after(times: int) -> Callable[[], bool]:
    """Says stop when it was asked so many times."""
    left = iter([False] * times)
    return lambda: next(left, True)


def sync(world: World, stopping: Callable[[], bool] = lambda: False) -> Report:
    report = world.runner.sync(world.link_id, stopping=stopping)
    assert isinstance(report, Report)
    return report


def test_stopped_between_batches_the_next_run_sends_the_rest(world):
    for day in range(60):
        world.add_session(MONDAY + timedelta(days=day))
    first = sync(world, after(1))
    assert (first.stopped, first.writes) == (True, 50)
    second = sync(world)
    assert (second.stopped, second.writes) == (False, 10)
    assert sync(world).writes == 0


def test_a_stopped_run_is_no_failure_and_is_due_at_once(world):
    world.add_session(MONDAY)
    sync(world, lambda: True)
    link = world.link()
    assert (link.failures, link.last_error, link.state, link.lease_until) == (0, "", "ACTIVE", None)
    assert (link.last_ok_at, link.next_run_at) == (None, world.clock.now())
