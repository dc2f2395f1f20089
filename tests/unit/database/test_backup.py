"""A backup is a whole copy made while others write, for its owner's eyes, and never half of one."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from adapters.database import migrations
from adapters.database.backup import BackupError, backup_database, backup_key
from adapters.database.engine import connect


@pytest.fixture
def engine(database_url: str) -> Engine:
    made = connect(database_url)
    migrations.migrate(made)
    return made


def test_a_copy_is_whole_and_private_while_another_writes(sqlite_url: str, tmp_path: Path) -> None:
    engine = connect(sqlite_url)
    migrations.migrate(engine)
    copy = tmp_path / "copy.db"
    with engine.begin() as writer:
        writer.execute(text("UPDATE revision SET latest = 7"))
        backup_database(engine, copy)

    with connect(f"sqlite:///{copy}").connect() as connection:
        assert connection.execute(text("SELECT latest FROM revision")).scalar() == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_postgresql_is_dumped(postgresql_url: str, tmp_path: Path) -> None:
    engine = connect(postgresql_url)
    migrations.migrate(engine)
    copy = tmp_path / "copy.dump"
    backup_database(engine, copy)
    assert copy.read_bytes().startswith(b"PGDMP")
    engine.dispose()


def test_an_existing_file_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        backup_database(engine, there)
    with pytest.raises(BackupError, match="exists already"):
        backup_key(there, there)
    assert there.read_text() == "mine"
    engine.dispose()


def test_no_half_copy_is_left_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database, but long enough to look like one" * 40)
    copy = tmp_path / "copy.db"
    with pytest.raises(BackupError, match="could not be copied"):
        backup_database(connect(f"sqlite:///{broken}"), copy)
    assert not copy.exists()


def test_the_key_is_copied_apart(tmp_path: Path) -> None:
    key, copy = tmp_path / "key", tmp_path / "copy.key"
    key.write_bytes(b"k")
    backup_key(key, copy)
    assert (copy.read_bytes(), stat.S_IMODE(copy.stat().st_mode)) == (b"k", 0o600)
