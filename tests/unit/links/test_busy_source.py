"""A busy source by the command line, on a real server: linked, checked, run, asked, and removed; only ever read."""

import sqlite3
from collections.abc import Iterator

import pytest

from adapters.dav.probe import probe_reading
from adapters.demo.radicale import Server
from adapters.ical.codec import ICalendar
from tests.practice import Commands, phone, remote_items
from tests.servers import client_for, fresh_collection

WEDNESDAY = ("mia", "2026-03-11", "2026-03-12")
CANARY = "Canary"
ONCOLOGY = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\nBEGIN:VEVENT\r\nUID:canary-uid@canary.example\r\n"
    b"DTSTAMP:20260302T000000Z\r\nDTSTART:20260311T180000Z\r\nDTEND:20260311T190000Z\r\nSUMMARY:Canary title\r\n"
    b"DESCRIPTION:Canary text\r\nLOCATION:Canary street\r\nCATEGORIES:Canary\r\nURL:https://canary.example\r\n"
    b"ORGANIZER:mailto:canary@canary.example\r\nATTENDEE:mailto:canary@canary.example\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def private(radicale: Server) -> Iterator[str]:
    """The practitioner's private calendar."""
    with fresh_collection(radicale) as found:
        with phone(radicale, found) as calendar:
            calendar.create(calendar.new_href("one"), ONCOLOGY)
        yield found


def link(practice: Commands, radicale: Server, url: str, *options: str, worker: str = "mia"):
    return practice(
        "link", "add", worker, "--user", radicale.user, "--calendar", url, "--role", "busy-source", *options,
        "--password-stdin", stdin=radicale.password + "\n",
    )  # fmt: skip


@pytest.fixture
def linked(practice: Commands, radicale: Server, private: str) -> Commands:
    done = link(practice, radicale, private)
    assert done.code == 0, done
    return practice


def test_it_is_read_and_nothing_is_written_there(linked: Commands, radicale: Server, private: str) -> None:
    before = remote_items(radicale, private)
    (found,) = linked.ok("link", "list", "--json").json
    assert (found["ref"], found["role"]) == ("mia-busy", "BUSY_SOURCE")
    assert linked.ok("plan").out.splitlines() == [
        "Would be known as busy or free:",
        "  1 × this takes time now",
        "      Wed 11 Mar 2026 13:00",
    ]
    assert linked.ok("sync").out.splitlines()[-1] == "mia-busy: 1 read as busy or free"
    assert linked.ok("sync").out == "mia-busy: nothing to do\n"
    linked.ok("link", "check", "mia-busy")
    assert remote_items(radicale, private) == before

    (block,) = linked.ok("busy", *WEDNESDAY, "--json").json
    assert (block["start"], block["end"]) == ("2026-03-11T18:00:00+00:00", "2026-03-11T19:00:00+00:00")
    assert linked.status("mia-busy")["events"] == 1


def test_no_word_of_its_events_is_kept_or_shown(linked: Commands) -> None:
    linked.ok("sync")
    with sqlite3.connect(linked.folder / "calendula.sqlite3") as database:
        kept = "\n".join(database.iterdump())
    commands = (
        ("status",),
        ("history",),
        ("busy", *WEDNESDAY),
        ("busy", *WEDNESDAY, "--ics"),
        ("link", "list"),
    )
    said = "\n".join(linked.ok(*words).out + linked.ok(*words).err for words in commands)
    assert CANARY.lower() not in (kept + said).lower()
    assert "busy_block" in kept


def test_its_trial_and_its_check_only_read(radicale: Server, private: str) -> None:
    with client_for(radicale) as client:
        card = probe_reading(client, private, codec=ICalendar(), now=linked_at())
        asked = dict(client.requests)
    assert asked.keys() <= {"OPTIONS", "PROPFIND", "REPORT", "GET"}
    assert sum(asked.values()) == card.requests <= 8
    assert card.profile.sync_collection
    assert card.sentences[0] == "It was only read; nothing was written."


def linked_at():
    from tests.unit.links.conftest import NOW  # noqa: PLC0415

    return NOW


def test_what_the_practice_shows_itself_is_not_counted_when_it_is_seen_there(
    linked: Commands, radicale: Server, private: str, url: str
) -> None:
    """A mirror of the work calendar that is behind would keep a cancelled session busy."""
    session = linked.ok(
        "session", "add", "--start", "2026-03-11 09:00", "--minutes", "50", "--worker", "mia", "--client", "jordan",
        "--roster", "--json",
    ).json["session_id"]  # fmt: skip
    linked.link(radicale, url)
    linked.ok("sync", "--all")
    (shown,) = remote_items(radicale, url)
    with phone(radicale, private) as calendar:
        calendar.create(calendar.new_href("mirror"), shown.body)
    linked.ok("sync", "--all")
    how = ("--by", "worker", "--reason", "worker-sick", "--advised", "2026-03-01 08:00")
    linked.ok("session", "cancel", session, *how)
    blocks = linked.ok("busy", *WEDNESDAY, "--json").json
    assert [block["start"][11:16] for block in blocks] == ["18:00"]
    linked.ok("sync", "--all")
    assert len(remote_items(radicale, private)) == 2


def test_a_stale_source_is_named_by_busy_and_status(linked: Commands) -> None:
    assert "mia-busy was not read yet" in linked.ok("busy", *WEDNESDAY).err
    linked.ok("sync")
    assert linked.ok("busy", *WEDNESDAY).err == ""
    assert linked.status("mia-busy")["outdated"] is False
    linked.later(minutes=61)
    assert "mia-busy was last read 2026-03-02 00:00Z" in linked.ok("busy", *WEDNESDAY).err
    assert "mia-busy: not read for too long" in linked.ok("status").out
    assert linked.status("mia-busy")["outdated"] is True


@pytest.mark.parametrize(
    "options", [("--mode", "two-way"), ("--level", "busy"), ("--display", "mark"), ("--make", "New")]
)
def test_what_only_a_work_calendar_has_is_refused(
    practice: Commands, radicale: Server, private: str, options: tuple[str, str]
) -> None:
    done = link(practice, radicale, private, *options)
    assert (done.code, "only read" in done.err) == (2, True)
    assert practice.ok("link", "list", "--json").json == []


def test_only_its_cadence_can_be_set_and_nothing_is_put_back_there(linked: Commands) -> None:
    linked.ok("link", "set", "mia-busy", "--every", "900")
    refused = linked("link", "set", "mia-busy", "--mode", "two-way")
    assert (refused.code, "E_BUSY_SOURCE" in refused.err) == (1, True)
    with sqlite3.connect(linked.folder / "calendula.sqlite3") as database:
        database.execute("UPDATE calendar_link SET state = 'SUSPENDED', state_reason = 'MASS_CHANGE'")
    assert "--accept" in linked.ok("status").out
    assert "E_BUSY_SOURCE" in linked("link", "resume", "mia-busy", "--restore").err
    linked.ok("link", "resume", "mia-busy", "--accept")
    linked.ok("sync")
    assert linked.status("mia-busy")["state"] == "ACTIVE"


def test_two_workers_may_read_one_calendar_but_no_worker_has_it_twice(
    linked: Commands, radicale: Server, private: str
) -> None:
    assert link(linked, radicale, private, "--name", "again").code == 1
    assert link(linked, radicale, private, worker="priya").code == 0
    linked.ok("sync", "--all")
    assert len(linked.ok("busy", "priya", "2026-03-11", "2026-03-13", "--json").json) == 1


def test_when_it_is_removed_its_times_are_forgotten(linked: Commands, radicale: Server, private: str) -> None:
    linked.ok("sync")
    linked.ok("link", "remove", "mia-busy", "--keep-events")
    assert linked.ok("busy", *WEDNESDAY, "--json").json == []
    with sqlite3.connect(linked.folder / "calendula.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM busy_block").fetchone() == (0,)
    assert len(remote_items(radicale, private)) == 1


def test_a_backup_does_not_suspend_it(linked: Commands) -> None:
    """Nothing of ours can be older there; it is simply read again."""
    linked.ok("sync")
    linked.ok("backup", str(linked.folder / "copy.sqlite3"))
    with sqlite3.connect(linked.folder / "copy.sqlite3") as copy:
        assert copy.execute("SELECT state FROM calendar_link").fetchone() == ("ACTIVE",)
