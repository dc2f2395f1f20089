"""Let the bytes of what was deleted leave the database's files too (FAILURES H7).

SQLite keeps what it freed until it is written over, in its file and in its log. PostgreSQL does so as well, until its
own vacuum has gone over the tables, which is its administrator's to see to.
"""

from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError

from sqlalchemy import Engine


def scrub(engine: Engine) -> bool:
    """Write the file anew; False where somebody else reads or writes just then, so that it has to be tried again."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, SqliteConnection)  # noqa: S101 - for the type checker
        try:
            driver.execute("VACUUM")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except OperationalError:
            return False
        return not busy
