"""A database that was put back from a backup is older than the calendars: it asks before it does anything (E20)."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database import migrations
from adapters.database.engine import connect
from adapters.database.home import suspend_after_restore
from adapters.demo.radicale import Server
from tests.practice import Commands, phone, remote_items
from tests.servers import fresh_collection


@pytest.fixture
def practice(tmp_path: Path) -> Commands:
    commands = Commands(tmp_path, datetime(2026, 3, 2, tzinfo=UTC))
    commands.set_up()
    return commands


@pytest.fixture
def url(radicale: Server) -> Iterator[str]:
    with fresh_collection(radicale) as found:
        yield found


def add(practice: Commands, day: str) -> None:
    practice.ok(
        "session", "add", "--start", f"2026-03-{day} 10:00", "--minutes", "50", "--worker", "mia", "--client",
        "jordan", "--roster",
    )  # fmt: skip


def restored(practice: Commands, radicale: Server, url: str) -> None:
    """A backup; a session more and one moved since; the backup put back."""
    add(practice, "03")
    practice.link(radicale, url)
    practice.ok("sync")
    practice.ok("backup", str(practice.folder / "copy.db"))
    add(practice, "04")
    first = practice.ok("session", "list", "--json").json[0]["id"]
    practice.ok("session", "move", first, "--start", "2026-03-03 15:00")
    practice.ok("sync")
    for name in ("calendula.sqlite3-wal", "calendula.sqlite3-shm"):
        (practice.folder / name).unlink(missing_ok=True)
    (practice.folder / "copy.db").rename(practice.folder / "calendula.sqlite3")


def suspends(practice: Commands) -> None:
    assert practice("sync", "mia").code == 1
    assert (practice.status()["state"], practice.status()["reason"]) == ("SUSPENDED", "DATABASE_RESTORED")


def accepts(practice: Commands) -> None:
    """A person says that the calendar is right: it is followed, and what it holds beyond is left alone."""
    practice.ok("link", "resume", "mia", "--accept")
    practice.ok("sync")
    assert starts(practice) == ["2026-03-03T15"]
    assert practice.status()["quarantined"] == 1
    assert "nothing to do" in practice.ok("sync").out


def copied_back(practice: Commands, radicale: Server, url: str, *, note: bool, more: bool = True) -> None:
    """The same, with no other means than copying files; `note`: the one that says how far it had come, too. Without
    `more` no session is added, so that the calendar holds nothing unknown."""
    add(practice, "03")
    practice.link(radicale, url)
    practice.ok("sync")
    names = ["calendula.sqlite3", *(["calendula.sqlite3-reached"] if note else [])]
    for name in names:
        shutil.copy(practice.folder / name, practice.folder / f"{name}.copy")
    if more:
        add(practice, "04")
    first = practice.ok("session", "list", "--json").json[0]["id"]
    practice.ok("session", "move", first, "--start", "2026-03-03 15:00")
    practice.ok("sync")
    for name in ("calendula.sqlite3-wal", "calendula.sqlite3-shm"):
        (practice.folder / name).unlink(missing_ok=True)
    for name in names:
        shutil.copy(practice.folder / f"{name}.copy", practice.folder / name)


def starts(practice: Commands) -> list[str]:
    return sorted(row["start"][:13] for row in practice.ok("session", "list", "--json").json)


def there(radicale: Server, url: str) -> list[str]:
    bodies = [item.body.decode() for item in remote_items(radicale, url)]
    return sorted(line[-15:] for body in bodies for line in body.splitlines() if line.startswith("DTSTART;"))


def test_e20_nothing_runs_before_somebody_says_who_is_right(
    practice: Commands, radicale: Server, url: str
) -> None:
    restored(practice, radicale, url)
    before = there(radicale, url)

    suspends(practice)
    assert "a backup that was put back" in practice.ok("status").out
    assert there(radicale, url) == before


@pytest.mark.parametrize("note", [False, True])
def test_e20_a_file_that_was_merely_copied_back_is_noticed(
    practice: Commands, radicale: Server, url: str, note: bool
) -> None:
    """By the file beside it; where that was copied along, by what the calendar holds."""
    copied_back(practice, radicale, url, note=note)
    before = there(radicale, url)

    suspends(practice)
    assert there(radicale, url) == before
    assert starts(practice) == ["2026-03-03T10"]

    accepts(practice)
    assert there(radicale, url) == before


def test_e20_the_file_beside_it_tells_where_the_calendar_does_not(
    practice: Commands, radicale: Server, url: str
) -> None:
    copied_back(practice, radicale, url, note=False, more=False)
    before = there(radicale, url)
    suspends(practice)
    assert there(radicale, url) == before


def test_e20_what_was_merely_used_is_no_backup(practice: Commands, radicale: Server, url: str) -> None:
    add(practice, "03")
    practice.link(radicale, url)
    practice.ok("sync")
    (practice.folder / "calendula.sqlite3-reached").unlink()
    add(practice, "04")
    practice.ok("sync")
    assert practice.status()["state"] == "ACTIVE"
    assert len(there(radicale, url)) == 2


def test_e20_accept_follows_the_calendar_and_makes_neither_copies_nor_deletions(
    practice: Commands, radicale: Server, url: str
) -> None:
    restored(practice, radicale, url)
    before = there(radicale, url)

    accepts(practice)
    assert there(radicale, url) == before


def test_e20_restore_writes_what_the_database_has_and_deletes_nothing(
    practice: Commands, radicale: Server, url: str
) -> None:
    restored(practice, radicale, url)

    practice.ok("link", "resume", "mia", "--restore")
    practice.ok("sync")

    assert starts(practice) == ["2026-03-03T10"]
    assert [start[-6:-2] for start in there(radicale, url)] == ["1000", "1000"]
    assert "nothing to do" in practice.ok("sync").out


def test_e20_the_backup_is_no_obstacle_to_what_the_practitioner_adds(
    practice: Commands, radicale: Server, url: str
) -> None:
    restored(practice, radicale, url)
    with phone(radicale, url) as calendar:
        calendar.create(
            calendar.new_href("own"),
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\nBEGIN:VEVENT\r\nUID:own\r\n"
            b"DTSTAMP:20260302T000000Z\r\nDTSTART:20260311T180000Z\r\nDTEND:20260311T190000Z\r\nSUMMARY:Own\r\n"
            b"END:VEVENT\r\nEND:VCALENDAR\r\n",
        )
    practice.ok("link", "resume", "mia", "--accept")
    practice.ok("sync")
    assert len(starts(practice)) == 1
    assert len(practice.ok("event", "list", "mia", "2026-03-01", "2026-04-01", "--json").json) == 1


def test_e20_a_database_read_from_a_dump_is_noticed(postgresql_url: str) -> None:
    """It lies elsewhere than where it was last used; here its own place is written over instead."""
    engine = connect(postgresql_url)
    migrations.migrate(engine)
    assert not suspend_after_restore(engine)
    assert not suspend_after_restore(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE revision SET home = 'elsewhere/1'"))
    assert suspend_after_restore(engine)
    assert not suspend_after_restore(engine)
    engine.dispose()
