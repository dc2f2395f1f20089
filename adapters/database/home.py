"""Notice that a PostgreSQL database was read from a dump: it lies elsewhere than where it was last used.

Such a database is older than the calendars, so its links are suspended until a person says who is right (FAILURES
E20). A SQLite file cannot tell: there the copy that `calendula backup` makes has its links suspended already.
"""

from sqlalchemy import Connection, Engine, text

from adapters.database.backup import SUSPEND

_MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'execute')")
_CLUSTER = text("SELECT system_identifier::text FROM pg_control_system()")
_DATABASE = text("SELECT oid::text FROM pg_database WHERE datname = current_database()")


def suspend_after_restore(engine: Engine) -> bool:
    """Suspend all links of a database that was restored; True: it was."""
    if engine.dialect.name != "postgresql":
        return False
    with engine.connect() as connection:
        here = _here(connection)
        known = connection.execute(text("SELECT home FROM revision")).scalar_one()
        if known == here:
            return False
        connection.execute(text("UPDATE revision SET home = :home"), {"home": here})
        if known:
            connection.execute(text(SUSPEND))
        connection.commit()
    return bool(known)


def _here(connection: Connection) -> str:
    """Which database of which cluster this is: a restored one has another number."""
    cluster = connection.execute(_CLUSTER).scalar_one() if connection.execute(_MAY_ASK).scalar_one() else ""
    return f"{cluster}/{connection.execute(_DATABASE).scalar_one()}"
