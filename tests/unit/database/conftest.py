"""An empty database of each kind, and the units of work on it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from adapters.database import migrations
from adapters.database.engine import Sessions, connect, sessions

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def factory(database_url: str) -> Iterator[Sessions]:
    engine = connect(database_url)
    migrations.migrate(engine)
    yield sessions(engine, clock=lambda: NOW)
    engine.dispose()
