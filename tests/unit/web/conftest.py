"""The API on the sample practice: on SQLite, or where a test asks for it on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.config import Config
from adapters.database.engine import connect
from tests.served import Served, fill, practice, served
from tests.unit.web.clients import Pages, opened


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the sample practice, to copy: migrating each time would cost most of a test."""
    file = tmp_path_factory.mktemp("template") / "calendula.sqlite3"
    engine = connect(f"sqlite:///{file}")
    fill(practice(engine, Config(), seed=1))
    engine.dispose()
    return file


@pytest.fixture
def copied(template: Path, tmp_path: Path) -> str:
    """A database with the sample practice, of this test's own."""
    file = tmp_path / "calendula.sqlite3"
    file.write_bytes(template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def api(copied: str) -> Iterator[Served]:
    with served(copied, empty=False) as found:
        yield found


@pytest.fixture
def either_api(database_url: str) -> Iterator[Served]:
    with served(database_url) as found:
        yield found


@pytest.fixture
def pages(copied: str, tmp_path: Path) -> Iterator[Pages]:
    with opened(copied, tmp_path) as found:
        yield found
