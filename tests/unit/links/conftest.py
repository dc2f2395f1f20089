"""A linked practice: the sample people, and a calendar of their own on a real Radicale."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.demo.radicale import Server
from tests.practice import Commands
from tests.servers import fresh_collection

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


@pytest.fixture
def practice(tmp_path: Path) -> Commands:
    commands = Commands(tmp_path, NOW)
    commands.set_up()
    return commands


@pytest.fixture
def url(radicale: Server) -> Iterator[str]:
    with fresh_collection(radicale) as found:
        yield found
