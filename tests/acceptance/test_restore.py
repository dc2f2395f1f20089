"""Backup and restore as docs/deploy says, step by step, on both databases; then somebody says who is right."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from adapters.demo.radicale import Server
from tests.practice import Commands, remote_items
from tests.servers import fresh_collection


@pytest.fixture
def url(radicale: Server) -> Iterator[str]:
    with fresh_collection(radicale) as found:
        yield found


def _add(practice: Commands, day: str) -> None:
    who = ("--worker", "mia", "--client", "jordan", "--minutes", "50", "--roster")
    practice.ok("session", "add", *who, "--start", f"2026-03-{day} 10:00")


def _at_work(folder: Path, database: str, radicale: Server, url: str) -> tuple[Commands, Path]:
    """A linked practice with a feed; its backup; and a session that was added since."""
    practice = Commands(folder, datetime(2026, 3, 2, tzinfo=UTC))
    practice.set_up(database)
    _add(practice, "03")
    practice.link(radicale, url)
    practice.ok("sync")
    practice.ok("feed", "add", "--worker", "mia")
    copy = folder / "backup"
    practice.ok("backup", str(copy))
    _add(practice, "04")
    practice.ok("sync")
    return practice, copy


def _asks_who_is_right(practice: Commands, radicale: Server, url: str) -> None:
    practice.ok("config", "check")
    assert practice("sync", "mia").code == 1
    assert (practice.status()["state"], practice.status()["reason"]) == ("SUSPENDED", "DATABASE_RESTORED")
    assert len(remote_items(radicale, url)) == 2
    assert [one["of"] for one in practice.ok("feed", "list", "--json").json] == ["worker:mia"]
    assert "nothing was changed" in practice("plan", "mia").err
    practice.ok("link", "resume", "mia", "--accept")
    practice.ok("sync", "mia")
    assert len(remote_items(radicale, url)) == 2


def test_e20_sqlite_comes_back_with_its_key(tmp_path: Path, radicale: Server, url: str) -> None:
    practice, copy = _at_work(tmp_path, "sqlite:///calendula.sqlite3", radicale, url)
    for name in ("calendula.sqlite3", "calendula.key"):
        (tmp_path / name).write_bytes(b"a disk that broke")
    shutil.copy(copy, tmp_path / "calendula.sqlite3")
    for name in ("calendula.sqlite3-wal", "calendula.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(f"{copy}.key", tmp_path / "calendula.key")
    (tmp_path / "calendula.key").chmod(0o600)
    _asks_who_is_right(practice, radicale, url)


def test_e20_postgresql_comes_back_into_an_empty_database(
    tmp_path: Path, radicale: Server, url: str, postgresql_url: str
) -> None:
    practice, copy = _at_work(tmp_path, postgresql_url, radicale, url)
    here = make_url(postgresql_url)
    name = f"{here.database}_restored"
    plain = here.set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
    there = plain.set(database=name).render_as_string(hide_password=False)
    subprocess.run(
        [_pg_restore(), "--no-owner", f"--role={here.username}", f"--dbname={there}", str(copy)],
        check=True,
        capture_output=True,
    )
    text = practice.config.read_text(encoding="utf-8")
    assert postgresql_url in text
    practice.config.write_text(
        text.replace(postgresql_url, here.set(database=name).render_as_string(hide_password=False)),
        encoding="utf-8",
    )
    try:
        _asks_who_is_right(practice, radicale, url)
    finally:
        with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _pg_restore() -> str:
    """Debian keeps it beside the server, out of PATH."""
    found = shutil.which("pg_restore") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_restore"), reverse=True)), None
    )
    if found is None:
        pytest.skip("pg_restore is not installed here")
    return found
