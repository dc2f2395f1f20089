"""A first push of several batches: while one is sent the next is announced, and a failure loses nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from model.journal import Intent
from sync.errors import Unreachable
from tests.world import ADELAIDE, World

MANY = 130


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    for number in range(MANY):
        made.add_session(datetime(2026, 3, 3, 8, tzinfo=ADELAIDE) + timedelta(hours=number), minutes=30)
    yield made
    made.close()


def unsettled(world: World) -> int:
    with world.sessions() as database:
        return database.scalar(select(func.count()).select_from(Intent)) or 0


def starts(world: World) -> list[datetime]:
    return sorted(event.master.start for event in world.phone.events() if event.master)  # type: ignore[misc]


def test_every_batch_is_sent_and_settled(world: World) -> None:
    report = world.sync()

    assert report.writes == MANY
    assert len(starts(world)) == MANY
    assert unsettled(world) == 0
    assert world.sync().lines == ()


def test_a_server_that_goes_away_in_the_second_batch_gets_nothing_twice(world: World) -> None:
    asked: Counter[str] = Counter()

    def watch(what: str) -> None:
        asked[what] += 1
        if asked["before PUT"] > 70:
            raise Unreachable("The server is gone.")

    world.server.watch = watch
    report = world.sync()
    assert isinstance(report.error, Unreachable)
    assert len(starts(world)) == 70
    assert unsettled(world) > 0

    world.server.watch = lambda _: None
    world.settle()

    assert len(starts(world)) == len(set(starts(world))) == MANY
    assert unsettled(world) == 0


def test_a_run_that_is_asked_to_end_settles_what_is_under_way(world: World) -> None:
    answers = iter([False, True])

    report = world.runner.sync(world.link_id, stopping=lambda: next(answers, True))

    assert getattr(report, "stopped", False)
    assert len(starts(world)) == 50
    assert unsettled(world) == 0
