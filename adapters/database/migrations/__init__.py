"""Bring the tables to this program's version (`migrate`); one file per version under `versions`.

Alembic is loaded only here, as no other command needs it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Upgrade to the newest version, or to an older one, all or nothing."""
    settings = _settings()
    with engine.connect() as connection, _references_unwatched(connection), connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, to)
        _check_references(connection)


@contextmanager
def _references_unwatched(connection: Connection) -> Iterator[None]:
    """SQLite copies a table to change its shape: while it lets go of the old one, nothing may be said of references
    to it, and that can only be switched outside a transaction. Other databases alter the table itself."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, SqliteConnection)  # noqa: S101 - for the type checker
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    """What was not watched meanwhile is asked before anything is kept."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("a row would refer to one that is not there; nothing was changed")


def head() -> str:
    """The newest version there is a file for."""
    return str(ScriptDirectory.from_config(_settings()).get_current_head())


def _settings() -> Config:
    settings = Config()
    settings.set_main_option("script_location", "adapters.database:migrations")
    return settings
