"""Fixtures of the fault stories: a fake server, and a small practice that is going to be linked to it."""

from collections.abc import Iterator

import pytest

from tests.fake.server import FakeServer
from tests.fake.world import FakeWorld


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with FakeServer().running() as server:
        yield server


@pytest.fixture
def world(database_url: str, fake: FakeServer) -> Iterator[FakeWorld]:
    made = FakeWorld(database_url, fake)
    yield made
    made.close()
