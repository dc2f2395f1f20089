"""Fixtures of the stories: an office with the people of DOMAIN 6, and the phone of whoever is linked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> Office:
    """Set up, with the sample practice imported."""
    made = Office(tmp_path, sqlite_url)
    made.open()
    return made


@pytest.fixture
def phone(caldav_server: Server, collection_url: str) -> Iterator[Phone]:
    """An app on the linked calendar."""
    app = Phone(collection_url, user=caldav_server.user, password=caldav_server.password)
    yield app
    app.close()
