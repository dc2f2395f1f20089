"""Notice that the database is one that was put back: older than the calendars, whose links then wait (FAILURES E20).

A PostgreSQL database that was read from a dump lies elsewhere than where it was last used. A SQLite file that was
copied back lies where it lay: beside it stands a small file with how far it had come, and the copy is behind that.
Until a person says who is right, all links are suspended. A copy of both files tells nothing here; what the calendars
hold does then (`sync.restored`).
"""

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from adapters.database.backup import SUSPEND
from adapters.database.engine import read_only
from adapters.database.schema import file_of

_MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'execute')")
_CLUSTER = text("SELECT system_identifier::text FROM pg_control_system()")
_DATABASE = text("SELECT oid::text FROM pg_database WHERE datname = current_database()")
# Every change of ours takes a number, and every run of a link another fence: together they only ever grow.
_REACHED = text("SELECT (SELECT latest FROM revision) + (SELECT coalesce(sum(fence), 0) FROM calendar_link)")


def suspend_after_restore(engine: Engine) -> bool:
    """Suspend all links of a database that was restored; True: it was."""
    if engine.dialect.name != "postgresql":
        return _suspend_if_behind(engine)
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


def note_use(engine: Engine) -> None:
    """Note beside a SQLite file how far it has come; a note that cannot be written is only missing."""
    file = _note_of(engine)
    if file is None:
        return
    reached = _reached(engine)
    if _noted(file) < reached:
        _write(file, reached)


def _suspend_if_behind(engine: Engine) -> bool:
    file = _note_of(engine)
    if file is None:
        return False
    reached = _reached(engine)
    if reached >= _noted(file):
        return False
    with engine.begin() as connection:
        connection.execute(text(SUSPEND))
    _write(file, reached)
    return True


def _reached(engine: Engine) -> int:
    """Read without waiting for whoever writes: every command asks this."""
    with read_only(engine).connect() as connection:
        return int(connection.execute(_REACHED).scalar_one())


def _note_of(engine: Engine) -> Path | None:
    file = file_of(engine)
    return file.with_name(f"{file.name}-reached") if file is not None else None


def _noted(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _write(file: Path, reached: int) -> None:
    """All of it or nothing: others may write it at the same time."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        draft.write_text(str(reached), encoding="ascii")
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)


def _here(connection: Connection) -> str:
    """Which database of which cluster this is: a restored one has another number."""
    cluster = connection.execute(_CLUSTER).scalar_one() if connection.execute(_MAY_ASK).scalar_one() else ""
    return f"{cluster}/{connection.execute(_DATABASE).scalar_one()}"
