"""The tables a database gets by migrating are the tables the nouns declare, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from adapters.database import migrations, schema
from adapters.database.engine import connect
from adapters.database.tables import metadata


def test_an_empty_database_becomes_what_the_nouns_declare(database_url: str) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)
    migrations.migrate(engine)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, latest FROM revision")).all() == [(1, 0)]
    engine.dispose()


def test_the_version_commands_ask_for_is_the_newest_there_is() -> None:
    assert migrations.head() == schema.HEAD


def test_a_database_of_the_right_version_is_let_through(database_url: str) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)
    schema.check_schema(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("version", "advice"), [("0000", "run: calendula migrate"), ("9999", "install a newer one")]
)
def test_a_database_of_another_version_is_refused(sqlite_url: str, version: str, advice: str) -> None:
    engine = connect(sqlite_url)
    migrations.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})

    with pytest.raises(schema.SchemaError, match=advice):
        schema.check_schema(engine)
    engine.dispose()


def test_a_database_without_tables_is_refused(database_url: str) -> None:
    engine = connect(database_url)
    with pytest.raises(schema.SchemaError, match="calendula init"):
        schema.check_schema(engine)
    engine.dispose()


def test_asking_for_the_version_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "absent.sqlite3"
    assert schema.version(connect(f"sqlite:///{file}")) is None
    assert not file.exists()
