"""A practice with the people of DOMAIN 6, on each database, at a set time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from sqlalchemy.orm import Session as Database

import adapters.demo
from adapters.database import migrations
from adapters.database.engine import Sessions, connect, reading, sessions
from adapters.diary import adding
from adapters.diary.adding import New
from adapters.diary.importing import import_practice
from adapters.diary.views import Changed
from model.act import Act

NOW = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
SAMPLE = Path(adapters.demo.__path__[0]) / "practice.toml"


class Diary:
    """The diary under test: its factory of units of work, and an actor whose clock can be set."""

    def __init__(self, factory: Sessions, seed: int = 7) -> None:
        self.sessions, self.now, self._random = factory, NOW, Random(seed)

    @property
    def act(self) -> Act:
        return Act(actor="sam", now=self.now, new_id=self._id)

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def add(self, start: str, **other: object) -> Changed:
        """Priya with Noor for an hour, rostered, unless told otherwise."""
        usual = {"minutes": 60, "workers": ["priya"], "clients": ["noor"], "rostered": True}
        if "end" in other:
            usual.pop("minutes")
        return adding.add(self.sessions, self.act, New(start=start, **(usual | other)))  # type: ignore[arg-type]

    def bring(self, text: str) -> None:
        """Import some tables of a practice file."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "practice.toml"
            file.write_text(text, encoding="utf-8")
            import_practice(self.sessions, self.act, file)

    def read(self) -> AbstractContextManager[Database]:
        return reading(self.sessions)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the sample practice, to copy: migrating each time would cost most of a test."""
    file = tmp_path_factory.mktemp("template") / "calendula.sqlite3"
    engine = connect(f"sqlite:///{file}")
    _fill(sessions(engine, clock=lambda: NOW), migrate_first=lambda: migrations.migrate(engine))
    engine.dispose()
    return file


@pytest.fixture
def diary(template: Path, tmp_path: Path) -> Iterator[Diary]:
    """On SQLite: what rules decide is the same on both."""
    file = tmp_path / "calendula.sqlite3"
    file.write_bytes(template.read_bytes())
    engine = connect(f"sqlite:///{file}")
    made = Diary(sessions(engine, clock=lambda: made.now))
    yield made
    engine.dispose()


@pytest.fixture
def either_diary(database_url: str) -> Iterator[Diary]:
    """On SQLite and on PostgreSQL: for what the database itself decides."""
    engine = connect(database_url)
    made = Diary(sessions(engine, clock=lambda: made.now))
    _fill(made.sessions, migrate_first=lambda: migrations.migrate(engine))
    yield made
    engine.dispose()


def _fill(factory: Sessions, *, migrate_first: Callable[[], None]) -> None:
    migrate_first()
    import_practice(factory, Diary(factory, seed=1).act, SAMPLE)


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "calendula.sqlite3"
    engine = connect(f"sqlite:///{file}")
    migrations.migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def empty(empty_template: Path, tmp_path: Path) -> Iterator[Diary]:
    """A database without any practice."""
    yield from _without_practice(empty_template, tmp_path / "calendula.sqlite3")


@pytest.fixture
def other_empty(empty_template: Path, tmp_path: Path) -> Iterator[Diary]:
    """Another one."""
    yield from _without_practice(empty_template, tmp_path / "other.sqlite3")


def _without_practice(template: Path, file: Path) -> Iterator[Diary]:
    file.write_bytes(template.read_bytes())
    engine = connect(f"sqlite:///{file}")
    yield Diary(sessions(engine, clock=lambda: NOW))
    engine.dispose()
