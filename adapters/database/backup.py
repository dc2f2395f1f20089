"""Copy the database while it is used, and the key apart from it.

The two belong in different places: the database without the key shows no password, and the key without the
database is worth nothing. Neither an existing file nor half a copy is ever left behind as a backup.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine

from adapters.database.schema import file_of

SUSPEND = (
    "UPDATE calendar_link SET state = 'SUSPENDED', state_reason = 'DATABASE_RESTORED' "
    "WHERE state IN ('ACTIVE', 'ERROR') AND role <> 'BUSY_SOURCE'"
)


class BackupError(Exception):
    """No backup was made; the message says why."""


def backup_database(engine: Engine, file: Path) -> None:
    """Write a copy of the whole database to a new file that only its owner can read."""
    _reserve(file)
    try:
        source = file_of(engine)
        if source is not None:
            _copy_sqlite(source, file)
        else:
            _dump_postgresql(engine.url, file)
    except BaseException:
        file.unlink()
        raise


def backup_key(key_file: Path, file: Path) -> None:
    """Write a copy of the key to a new file that only its owner can read."""
    try:
        content = key_file.read_bytes()
    except OSError as error:
        raise BackupError(f"The key file {key_file} cannot be read: {error.strerror}") from error
    _reserve(file)
    file.write_bytes(content)


def _reserve(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise BackupError(f"{file} exists already; name another file") from error
    except OSError as error:
        raise BackupError(f"{file} cannot be made: {error.strerror}") from error


def _copy_sqlite(source: Path, file: Path) -> None:
    """SQLite's own online copy: consistent, whoever writes meanwhile."""
    try:
        with closing(sqlite3.connect(source)) as ours, closing(sqlite3.connect(file)) as copy:
            ours.backup(copy)
            _suspend_links(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied to {file}: {error}") from error


def _suspend_links(copy: sqlite3.Connection) -> None:
    """Whoever puts the copy back is asked first: it is older than the calendars by then (FAILURES E20)."""
    with copy:
        copy.execute(SUSPEND)


def _dump_postgresql(url: URL, file: Path) -> None:
    program = shutil.which("pg_dump") or _debian_program()
    if program is None:
        raise BackupError(
            "pg_dump was not found; install PostgreSQL's client programs to back up this database"
        )
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - a program of our choice, no shell, the password not among the arguments
        [program, "--format=custom", f"--file={file}", f"--dbname={address}"],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"pg_dump failed: {done.stderr.strip().rpartition(chr(10))[2]}")


def _debian_program() -> str | None:
    """Debian keeps the newest beside the server, out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    return str(found[-1]) if found else None
