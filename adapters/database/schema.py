"""Whether the tables in a database are the ones this program was written for; `migrations` makes them so.

Asked by each command before it does anything, so it costs one query and loads no migration library.
"""

from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from adapters.database.engine import read_only

HEAD = "0026"


class SchemaError(Exception):
    """The database is missing, older or newer than this program; the message says what to do."""


def check_schema(engine: Engine) -> None:
    """Refuse a database with other tables than ours, in one sentence."""
    found = version(engine)
    if found is None:
        raise SchemaError("The database is missing or has no tables yet; run: calendula init")
    if found < HEAD:
        raise SchemaError(
            f"The database is at version {found}, this program needs {HEAD}; run: calendula migrate"
        )
    if found > HEAD:
        raise SchemaError(
            f"The database is at version {found}, newer than this program ({HEAD}); install a newer one"
        )


def version(engine: Engine) -> str | None:
    """The version of the tables, or None where there are none; a missing file is not made."""
    path = file_of(engine)
    if path is not None and not path.exists():
        return None
    with read_only(engine).connect() as connection:
        try:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except DatabaseError as error:
            if _no_such_table(error):
                return None
            raise
    return None if found is None else str(found)


def file_of(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL and for a database in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def _no_such_table(error: DatabaseError) -> bool:
    return "no such table" in str(error.orig) or type(error.orig).__name__ == "UndefinedTable"
