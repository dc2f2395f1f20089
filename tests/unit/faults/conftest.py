"""Fixtures of the fault stories: a fake server, and a small practice that is going to be linked to it.

Faults of the wire are no matter of the database: the stories run on SQLite, in memory where the system has such a
place, and the plain ones on PostgreSQL too.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake.server import FakeServer
from tests.fake.world import FakeWorld


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with FakeServer().running() as server:
        yield server


@pytest.fixture
def world(fake: FakeServer) -> Iterator[FakeWorld]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        made = FakeWorld(f"sqlite:///{folder}/calendula.sqlite3", fake)
        yield made
        made.close()


@pytest.fixture
def world_on_postgresql(postgresql_url: str, fake: FakeServer) -> Iterator[FakeWorld]:
    made = FakeWorld(postgresql_url, fake)
    yield made
    made.close()
