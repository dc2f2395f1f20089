"""`practice sample` and `practice import`: what they say, and how they end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.practice import Commands
from tests.practice_set import but, more, write


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    made = Commands(tmp_path, datetime(2026, 3, 1, tzinfo=UTC))
    made.config.write_text('[database]\nurl = "sqlite:///calendula.sqlite3"\n', encoding="utf-8")
    made.ok("init")
    return made


def test_an_import_says_what_was_added_and_the_next_what_was_left_as_it_is(commands: Commands) -> None:
    folder = write(commands.folder / "set")
    first = commands.ok("practice", "import", str(folder)).out
    assert "client: 2 added, 0 updated\n" in first
    assert "session: 8 added, 0 updated\n" in first
    again = commands.ok("practice", "import", str(folder)).out
    assert "client: 0 added, 2 updated\n" in again
    assert "session: 0 added, 8 left as they are\n" in again


def test_warnings_are_counted(commands: Commands) -> None:
    twice = more("session", "two,2026-03-03 10:30,11:00,,,,ann,kim,,WORKER_OFFICE,,true")
    done = commands.ok("practice", "import", str(write(commands.folder / "set", **twice)))
    assert "session: 9 added, 0 updated; CLIENT_OVERLAP 2; SLOT_OVERLAP 2\n" in done.out


def test_an_import_that_fails_says_where_and_ends_with_1(commands: Commands) -> None:
    wrong = but("client", "1990-05-01", "soon") | but("session", "ann,lou", "zoe,lou")
    done = commands("practice", "import", str(write(commands.folder / "set", **wrong)))
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        'Error: client.csv:2: "kim": dob: must be a date like 2026-03-01',
        'Error: session.csv:3: "weekly": workers: there is no such worker, here or in the database',
    ]
    assert commands.ok("session", "list").out.count("\n") <= 1


def test_a_sample_is_written_and_a_folder_with_something_in_it_is_left_alone(commands: Commands) -> None:
    folder = commands.folder / "try-out"
    done = commands.ok("practice", "sample", str(folder), "--seed", "7")
    assert "worker 30, client 200" in done.out
    assert "2026-02-09 " in (folder / "session.csv").read_text(encoding="utf-8")  # two weeks ago
    assert "2026-02-18" in (folder / "cancellation.csv").read_text(encoding="utf-8")
    before = (folder / "session.csv").read_bytes()
    refused = commands("practice", "sample", str(folder), "--seed", "8")
    assert refused.code == 1
    assert "(E_EXISTS)" in refused.err
    assert (folder / "session.csv").read_bytes() == before
    assert commands("practice", "sample", str(folder / "x"), "--start", "soon").code == 1
