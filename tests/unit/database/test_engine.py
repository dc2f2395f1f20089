"""Both databases refuse what is half-right, wait for each other, and let readers read."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from adapters.database import migrations
from adapters.database.engine import connect, read_only


def test_a_reference_to_nothing_is_refused(database_url: str) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)
    broken = text("INSERT INTO series_worker (series_id, worker_id) VALUES (:id, :id)")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(broken, {"id": "0" * 32})
    engine.dispose()


def test_a_reader_reads_while_another_writes(database_url: str) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)
    with engine.begin() as writer:
        writer.execute(text("UPDATE revision SET latest = 9"))
        with read_only(engine).begin() as reader:
            assert reader.execute(text("SELECT latest FROM revision")).scalar() == 0
    engine.dispose()


def test_a_writer_that_waits_in_vain_says_that_the_database_is_locked(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    migrations.migrate(engine)
    impatient = connect(sqlite_url)
    with engine.begin(), impatient.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout=50")
        with pytest.raises(OperationalError, match="locked"):
            connection.begin()
    engine.dispose()
    impatient.dispose()


def test_an_error_never_shows_the_values_of_a_statement(database_url: str) -> None:
    engine = connect(database_url)
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Jordan Blake"})
    assert "Jordan" not in str(failed.value)
    engine.dispose()


def test_sqlite_writes_ahead_and_checks_references(tmp_path: Path) -> None:
    with connect(f"sqlite:///{tmp_path}/x.db").connect() as connection:
        pragmas = ["journal_mode", "foreign_keys", "synchronous", "busy_timeout"]
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert found == ["wal", 1, 1, 10000]
