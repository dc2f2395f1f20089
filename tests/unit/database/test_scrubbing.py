"""What was deleted leaves the files of the database too (FAILURES H7)."""

from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database import engine as engines
from adapters.database import migrations
from adapters.database.engine import connect
from adapters.database.scrubbing import scrub

SECRET = "Something nobody may read " * 40


def files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("x.sqlite3*"))


def test_h7_a_deleted_text_is_in_no_file_any_more(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/x.sqlite3")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE said (words TEXT)"))
        connection.execute(text("INSERT INTO said VALUES (:words)"), [{"words": SECRET}] * 50)
    with engine.begin() as connection:
        connection.execute(text("PRAGMA secure_delete = OFF"))  # as SQLite is built elsewhere than on Debian
        connection.execute(text("DELETE FROM said"))
    assert b"nobody may read" in files(tmp_path)
    assert scrub(engine)
    assert b"nobody may read" not in files(tmp_path)
    engine.dispose()


def test_h7_while_somebody_writes_it_has_to_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WAIT_S", 0.05)
    writer, engine = (connect(f"sqlite:///{tmp_path}/x.sqlite3") for _ in range(2))
    with writer.begin() as connection:
        connection.execute(text("CREATE TABLE said (words TEXT)"))
    with writer.begin() as connection:
        connection.execute(text("INSERT INTO said VALUES ('x')"))
        assert not scrub(engine)
    assert scrub(engine)
    writer.dispose()
    engine.dispose()


def test_h7_on_postgresql_its_own_vacuum_does_it(postgresql_url: str) -> None:
    engine = connect(postgresql_url)
    migrations.migrate(engine)
    assert scrub(engine)
    engine.dispose()
