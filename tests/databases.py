"""Give tests empty databases: SQLite always, PostgreSQL where there is one or its programs are found.

`database_url` runs a test once on each. PostgreSQL is the server that CALENDULA_TEST_DATABASE names, else a
private cluster of this test process, on a socket of its own, started at the first test that asks and ended
with the tests. In CI a PostgreSQL that cannot be had is a failure, elsewhere a skip with its reason.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Engine, create_mock_engine, make_url

from adapters.database.tables import metadata

_SERIAL = itertools.count(1)
_START_SECONDS = 60
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/calendula.sqlite3"


@pytest.fixture
def postgresql_url(postgresql_server: URL) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own; a schema, where we may make no databases."""
    name = f"calendula_test_{os.getpid()}_{next(_SERIAL)}"
    try:
        _administer(postgresql_server, f'CREATE DATABASE "{name}"')
        own, drop = postgresql_server.set(database=name), f'DROP DATABASE "{name}" WITH (FORCE)'
    except psycopg.errors.InsufficientPrivilege:
        _administer(postgresql_server, f'CREATE SCHEMA "{name}"')
        own = postgresql_server.update_query_dict({"options": f"-csearch_path={name}"})
        drop = f'DROP SCHEMA "{name}" CASCADE'
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        _administer(postgresql_server, drop)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A server on which databases can be made and dropped, as the address of its `postgres` database."""
    if named := os.environ.get("CALENDULA_TEST_DATABASE"):
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    programs = _programs()
    if programs is None:
        _unavailable(
            "PostgreSQL: neither CALENDULA_TEST_DATABASE nor the programs initdb and postgres were found"
        )
    with tempfile.TemporaryDirectory(prefix="calpg", dir="/tmp") as folder:  # sockets need short paths
        yield from _cluster(programs, Path(folder))


def make_tables(engine: Engine) -> None:
    """All tables of all nouns in an empty database, in one go: what tests do most often."""
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        run = driver.executescript if engine.dialect.name == "sqlite" else driver.execute
        run(_definitions(engine.dialect.name))


@cache
def _definitions(dialect: str) -> str:
    said: list[str] = []
    engine = create_mock_engine(
        {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}[dialect],
        lambda statement, *_: said.append(str(statement.compile(dialect=engine.dialect))),
    )
    metadata.create_all(engine, checkfirst=False)
    return ";".join(said)


def _unavailable(reason: str) -> None:
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(f"{reason} (in CI this must be there)")
    pytest.skip(reason)


def _programs() -> Path | None:
    """The folder with the newest initdb and postgres; Debian keeps them out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    found = shutil.which("initdb")
    folders = [*debian, *([Path(found).resolve().parent] if found else [])]
    return next((f for f in folders if (f / "initdb").is_file() and (f / "postgres").is_file()), None)


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _cluster(programs: Path, folder: Path) -> Iterator[URL]:
    """A private cluster while the generator is held; PostgreSQL refuses root, so root lends it a user."""
    user = _other_user() if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data, log = folder / "data", folder / "log"
    with log.open("wb") as output:
        made = subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
            check=False,
            **_as(user, folder, output),
        )
        if made.returncode:
            _unavailable(f"PostgreSQL: initdb failed: {log.read_text(errors='replace')[-300:]}")
        settings = [word for name, value in _FAST.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings], **_as(user, folder, output)
        )
    url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
    try:
        _await(server, url, log)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown: ends the sessions that are left
        server.wait(timeout=30)


def _other_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(user: str | None, folder: Path, output: object) -> dict[str, object]:
    lent = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {
        "cwd": folder,
        "stdin": subprocess.DEVNULL,
        "stdout": output,
        "stderr": output,
        "env": plain,
        **lent,
    }


def _await(server: "subprocess.Popen[bytes]", url: URL, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            _administer(url, "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    _unavailable(f"PostgreSQL: the private cluster did not start: {log.read_text(errors='replace')[-300:]}")


def _administer(server: URL, statement: str) -> None:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
