"""The command as a process: what it loads, and how it ends when something is wrong underneath."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.cli.conftest import ROOT, SAMPLE, Command


def loaded(*arguments: str) -> set[str]:
    """The modules in memory after a command."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr))\n"
        "from adapters.cli.entry import main\n"
        f"main({list(arguments)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(done.stderr.split())


def test_asking_for_the_version_loads_nearly_nothing() -> None:
    heavy = {"sqlalchemy", "pydantic", "typer", "rich", "alembic", "caldav", "icalendar", "httpx2", "lxml"}
    assert not heavy & loaded("--version")


def test_asking_for_help_loads_no_library_but_the_parser() -> None:
    heavy = {"sqlalchemy", "pydantic_settings", "rich", "alembic", "caldav", "icalendar", "httpx2", "lxml"}
    assert not heavy & loaded("migrate", "--help")


def test_listing_loads_neither_migrations_nor_what_speaks_to_calendars(home: Path, process: Command) -> None:
    assert process("init").code == 0
    heavy = {"alembic", "caldav", "icalendar", "httpx2", "lxml", "rich", "apscheduler"}
    assert not heavy & loaded("session", "list")


def test_a_story_in_processes(home: Path, process: Command) -> None:
    assert process("init").code == 0
    assert process("practice", "import", SAMPLE).code == 0
    start = ("--start", "2026-03-03 10:00", "--minutes", "50")
    added = process(
        "session", "add", *start, "--worker", "mia", "--client", "jordan", "--roster", "--as", "sam"
    )
    assert (added.code, added.err) == (0, "")
    assert "C-1042" in process("session", "list").out


def test_a_locked_database_is_one_sentence(
    home: Path, process: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert process("init").code == 0
    with closing(sqlite3.connect(home / "calendula.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = process("practice", "import", SAMPLE)
    assert answer.code == 1
    assert (
        answer.err == "Error: The database is busy with another command; try again in a moment (DATABASE)\n"
    )


def test_a_full_disk_is_one_sentence_and_nothing_is_stored(home: Path, process: Command) -> None:
    assert process("init").code == 0
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({2**15}, {2**15}))\n"
    code = limited + (
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"from adapters.cli.entry import main; main(['practice', 'import', {SAMPLE!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The ")
    assert "Traceback" not in done.stderr
    assert process("session", "list").code == 0


def test_a_damaged_database_is_one_sentence(home: Path, process: Command) -> None:
    assert process("init").code == 0
    (home / "calendula.sqlite3").write_bytes(b"no database at all" * 100)
    answer = process("session", "list")
    assert answer.code == 1
    assert (
        answer.err
        == "Error: The database file is damaged or no database; restore it from a backup (DATABASE)\n"
    )


def test_what_nobody_expected_is_named_and_shown_only_when_asked(home: Path, process: Command) -> None:
    assert process("init").code == 0
    with closing(sqlite3.connect(home / "calendula.sqlite3")) as other:
        other.execute("ALTER TABLE session DROP COLUMN needs_reschedule")
    plain, shown = process("session", "list"), process("session", "list", CALENDULA_DEBUG="1")
    assert plain.code == shown.code == 1
    assert "Traceback" not in plain.err
    assert plain.err.count("\n") == 1
    assert "Traceback" in shown.err
