"""The tables a database gets by migrating are the tables the nouns declare, on both databases."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Database

from adapters.database import migrations, schema
from adapters.database.engine import connect
from adapters.database.tables import metadata
from model.people import BlocklistEntry, ClientSite


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


_OLD_ROW = "created_at, updated_at, rev) VALUES"
_THEN = "'2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 0)"


def test_the_one_site_of_a_client_becomes_the_first_of_several(database_url: str) -> None:
    engine = connect(database_url)
    migrations.migrate(engine, to="0019")
    site, client, other = uuid4(), uuid4(), uuid4()
    with engine.begin() as connection:
        connection.execute(text(
            f"INSERT INTO site (id, ref, code, name, address, tz, kind, holidays, {_OLD_ROW} "
            f"(:id, 'adl', 'ADL1', 'Adelaide', '', 'UTC', 'CLINIC', '', {_THEN}"
        ), {"id": _id(engine, site)})  # fmt: skip
        for number, (one, home) in enumerate(((client, site), (other, None))):
            connection.execute(text(
                "INSERT INTO client (id, ref, internal_id, name, email, phone, address, active, site_id, "
                f"{_OLD_ROW} (:id, :ref, :ref, 'N', '', '', '', true, :site, {_THEN}"
            ), {"id": _id(engine, one), "ref": f"c{number}", "site": home and _id(engine, home)})  # fmt: skip
        connection.execute(text(
            f"INSERT INTO blocklist_entry (id, ref, worker_id, client_id, active, {_OLD_ROW} "
            f"(:id, 'b', :worker, :client, true, {_THEN}"
        ), {"id": _id(engine, uuid4()), "worker": _worker(connection, engine), "client": _id(engine, client)}
        )  # fmt: skip

    migrations.migrate(engine)

    with Database(engine) as database:
        homes = database.execute(select(ClientSite.client_id, ClientSite.site_id)).all()
        assert homes == [(client, site)]
        assert database.scalars(select(BlocklistEntry.client_id)).all() == [client]
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("DELETE FROM client WHERE ref = 'c0'"))
    engine.dispose()


def _worker(connection: Connection, engine: Engine) -> object:
    worker = _id(engine, uuid4())
    connection.execute(text(
        f"INSERT INTO worker (id, ref, name, email, tz, contact_type, active, leaving, {_OLD_ROW} "
        f"(:id, 'mia', 'Mia', '', 'UTC', 'EMPLOYEE', true, false, {_THEN}"
    ), {"id": worker})  # fmt: skip
    return worker


def _id(engine: Engine, one: UUID) -> object:
    """As the database keeps it."""
    return one.hex if engine.dialect.name == "sqlite" else one


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
