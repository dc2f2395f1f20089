"""A practice that sends: its diary, a mail server, and what sends messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.post_office import Gateway, MailServer, gateway, mail_server
from tests.unit.diary.conftest import diary, either_diary, template

__all__ = ["diary", "either_diary", "template"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as made:
        yield made


@pytest.fixture
def texts() -> Iterator[Gateway]:
    with gateway() as made:
        yield made
