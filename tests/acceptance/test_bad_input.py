"""Bad input at the command line: a clear sentence, an exit code, nothing lost.

Nothing is half-written either: what a command did not finish, it did not do.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from adapters.database import engine
from adapters.demo.radicale import Server
from tests.acceptance.office import SAMPLE, Office, Output
from tests.phone import Phone

_ADD = ("session", "add", "--worker", "mia", "--client", "jordan")
_WHEN = ("--start", "2026-03-03 10:00", "--minutes", "50")


def _check_refused(done: Output, *words: str, code: int = 1) -> None:
    assert done.code == code, done
    assert "Traceback" not in done.err + done.out
    assert done.err.strip()
    for word in words:
        assert word in done.err, done.err


# --- configuration and people -------------------------------------------------------------------------------


def test_every_mistake_in_the_configuration_is_reported_at_once(office: Office) -> None:
    office.configure(
        '[sync]\npull_s = "often"\nreconcile = "25:99"\nsurprise = 1\n[privacy]\nmaximum = "all"\n'
    )
    done = office.attempt("config", "check")
    _check_refused(done, "pull_s", "reconcile", "surprise", "maximum", "calendula.toml")
    assert done.err.count("Error: ") == 4
    _check_refused(office.attempt("session", "list"), "pull_s")


def test_a_configuration_that_is_no_toml(office: Office) -> None:
    (office.folder / "calendula.toml").write_bytes(b"[sync\npull_s = \xff")
    _check_refused(office.attempt("config", "check"), "calendula.toml")


def test_a_practice_file_with_mistakes_stores_nothing(office: Office, tmp_path: Path) -> None:
    bad = SAMPLE.read_text(encoding="utf-8") + '\n[[worker]]\nid = "new"\nname = "New"\ntz = "Mars/Olympus"\n'
    file = tmp_path / "bad.toml"
    file.write_text(bad.replace('name = "Priya Rao"', 'name = "Somebody"'), encoding="utf-8")
    _check_refused(office.attempt("practice", "import", str(file)), "Mars/Olympus")
    _check_refused(office.attempt(*_ADD, *_WHEN, "--worker", "new"))
    assert b"Somebody" not in (office.folder / "calendula.sqlite3").read_bytes()


# --- sessions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        ("--start", "2026-03-03 10:00", "--end", "09:00"),
        ("--start", "2026-03-03 10:00", "--minutes", "0"),
        ("--start", "2026-02-30 10:00", "--minutes", "50"),
        (*_WHEN, "--tz", "Mars/Olympus"),
        (*_WHEN, "--tz", "../../etc/passwd"),
        (*_WHEN, "--rule", "FREQ=DAILY;INTERVAL=0"),
        (*_WHEN, "--rule", "FREQ=SECONDLY"),
        (*_WHEN, "--rule", "FREQ=DAILY;COUNT=1000000000"),
        (*_WHEN, "--rule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        (*_WHEN, "--rule", "every now and then"),
        (*_WHEN, "--worker", "nobody"),
        (*_WHEN, "--client", "nobody"),
        (*_WHEN, "--site", "nowhere"),
    ],
)
def test_a_session_that_cannot_be_is_refused_in_a_sentence(office: Office, given: tuple[str, ...]) -> None:
    done = office.attempt(*_ADD, *given)
    _check_refused(done)
    assert done.err.count("\n") == 1
    assert office.ask("session", "list") == []


@pytest.mark.parametrize(
    "given", [("--kind", "PARTY"), ("--minutes", "soon"), ("--no-such-option",), ("--worker",)]
)
def test_a_command_that_is_asked_wrongly_ends_with_two(office: Office, given: tuple[str, ...]) -> None:
    _check_refused(office.attempt(*_ADD, "--start", "2026-03-03 10:00", *given), code=2)


# --- calendar files -----------------------------------------------------------------------------------------


def _file(*events: str, zones: str = "") -> bytes:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Elsewhere//EN\r\n"
    return (head + zones + "".join(events) + "END:VCALENDAR\r\n").encode()


def _event(uid: str, *lines: str, start: str = "DTSTART:20260310T100000Z") -> str:
    rows = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        start,
        f"SUMMARY:{uid}",
        *lines,
        "END:VEVENT",
    ]
    return "".join(f"{row}\r\n" for row in rows)


_GOOD = _event("good", "DURATION:PT1H")
_HOSTILE_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Hostile\r\n"
    + "".join(
        f"BEGIN:STANDARD\r\nDTSTART:{1900 + n % 100}0101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
        "TZOFFSETFROM:+9959\r\nTZOFFSETTO:-9959\r\nEND:STANDARD\r\n"
        for n in range(500)
    )
    + "END:VTIMEZONE\r\n"
)
BAD_EVENTS = {
    "no-start": "BEGIN:VEVENT\r\nUID:bad\r\nSUMMARY:bad\r\nEND:VEVENT\r\n",
    "start-in-words": _event("bad", start="DTSTART:tomorrow"),
    "interval-0": _event("bad", "RRULE:FREQ=DAILY;INTERVAL=0"),
    "secondly": _event("bad", "RRULE:FREQ=SECONDLY"),
    "countless": _event("bad", "RRULE:FREQ=DAILY;COUNT=1000000000"),
    "never": _event("bad", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "no-end": "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:20260310T100000Z\r\n",
    "huge": _event("bad", "DESCRIPTION:" + "x" * 6 * 1024 * 1024),
}


def _import(office: Office, tmp_path: Path, body: bytes) -> Output:
    file = tmp_path / "calendar.ics"
    file.write_bytes(body)
    return office.attempt("event", "import", "mia", str(file))


def _events(office: Office) -> list[str]:
    return [one["summary"] for one in office.ask("event", "list", "mia", "2026-03-01", "2026-04-01")]


@pytest.mark.parametrize("name", BAD_EVENTS)
def test_a_bad_event_in_a_file_costs_only_itself(office: Office, tmp_path: Path, name: str) -> None:
    done = _import(office, tmp_path, _file(BAD_EVENTS[name], _GOOD))
    assert done.code == 1, done
    assert "line " in done.out + done.err
    assert "Traceback" not in done.err
    assert "xxxx" not in done.out + done.err
    assert _events(office) == ["good"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"<html></html>",
        "BEGIN:VCALENDAR".encode("utf-16"),
        b"A" * 1_000_000,
    ],
    ids=["empty", "image", "html", "utf-16", "one-line"],
)
def test_a_file_that_is_no_calendar_stores_nothing(office: Office, tmp_path: Path, body: bytes) -> None:
    done = _import(office, tmp_path, body)
    assert done.code == 1, done
    assert "Traceback" not in done.err
    assert _events(office) == []


def test_latin_1_unknown_zones_hostile_zones_and_ends_before_starts_are_read_as_well_as_they_can_be(
    office: Office, tmp_path: Path
) -> None:
    zoned = "DTSTART;TZID={}:20260310T100000"
    body = _file(
        _event("unknown", start=zoned.format("Mars/Olympus")),
        _event("hostile", start=zoned.format("Hostile")),
        _event("backwards", "DTEND:20260310T090000Z"),
        _event("Caf"),
        zones=_HOSTILE_ZONE,
    ).replace(b"SUMMARY:Caf", b"SUMMARY:Caf\xe9")
    done = _import(office, tmp_path, body)
    assert "Traceback" not in done.err
    stored = _events(office)
    assert "backwards" in stored
    assert len(stored) + (done.out + done.err).count("line ") >= 4


# --- the database -------------------------------------------------------------------------------------------


def test_a_locked_database_is_waited_for_and_then_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT_S", 0.2)
    other = sqlite3.connect(office.folder / "calendula.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _check_refused(office.attempt(*_ADD, *_WHEN), "busy with another command")
    assert office.ask("session", "list") == []  # reading waits for nobody
    other.execute("ROLLBACK")
    other.close()
    office.run(*_ADD, *_WHEN)


@contextmanager
def _full_disk(pages: int = 0) -> Iterator[None]:
    """SQLite refuses to grow its file: what a full disk looks like to it."""

    def limit(connection: sqlite3.Connection, _: object) -> None:
        (now,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {now + pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def test_a_full_disk_stores_nothing_of_a_command(office: Office) -> None:
    rule = ("--rule", "FREQ=DAILY;COUNT=300", "--roster")
    with _full_disk():
        _check_refused(office.attempt(*_ADD, *_WHEN, *rule), "disk is full")
        assert office.ask("session", "list") == []
    office.run(*_ADD, *_WHEN, *rule)
    assert len(office.ask("session", "list")) == 300


@pytest.fixture
def phone(phone_on_radicale: Phone) -> Phone:
    """Talks to the real server: nobody meddles with it."""
    return phone_on_radicale


def test_a_disk_that_fills_during_a_run_loses_nothing_and_makes_no_twins(
    office: Office, radicale: Server, collection: str, phone: Phone
) -> None:
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", radicale, collection)
    for day in range(10, 16):
        office.run(*_ADD, "--start", f"2026-03-{day} 10:00", "--minutes", "50", "--roster")
        phone.new_event("Own " * 500, f"202603{day}T150000", f"202603{day}T160000", tz="America/Chicago")
    with _full_disk(pages=8):
        done = office.attempt("sync")
        _check_refused(done, "disk is full")

    office.later(hours=1)
    office.settle()
    assert len(phone.resources()) == 12
    assert len(office.ask("event", "list", "mia", "2026-03-01", "2026-04-01")) == 6
    assert len(office.sessions("mia")) == 6


def test_a_damaged_database_is_named(office: Office) -> None:
    (office.folder / "calendula.sqlite3").write_bytes(b"not a database at all" * 1000)
    for left in office.folder.glob("calendula.sqlite3-*"):
        left.unlink()
    _check_refused(office.attempt("session", "list"), "database")


# --- two services -------------------------------------------------------------------------------------------


def test_two_runs_on_one_database_do_not_disturb_each_other(
    office: Office, radicale: Server, collection: str, phone: Phone
) -> None:
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", radicale, collection)
    for day in range(10, 22):
        office.run(*_ADD, "--start", f"2026-03-{day} 10:00", "--minutes", "50", "--roster")
    services = [_service(office) for _ in range(2)]
    try:
        _wait_until(lambda: len(phone.resources()) == 12)
        uid = phone.new_event("Dentist", "20260326T130000", "20260326T140000", tz="America/Chicago")
        office.run("session", "move", office.sessions("mia")[0]["id"], "--start", "2026-03-10 16:00")
        _wait_until(lambda: "2026-03-10 21:00" in phone.starts("2026-03-10", "2026-03-11"))
    finally:
        for service in services:
            service.send_signal(signal.SIGTERM)
        ends = [service.wait(timeout=30) for service in services]
    assert ends == [0, 0]
    office.later(hours=1)
    office.settle()
    assert len(phone.resources()) == 13
    assert len(set(phone.uids())) == 13
    assert [e["uid"] for e in office.ask("event", "list", "mia", "2026-03-01", "2026-04-01")] == [uid]


def _service(office: Office) -> "subprocess.Popen[bytes]":
    environ = {**os.environ, **office.environ, "CALENDULA_TEST_NOW": office.now.isoformat()}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-m", "tests.entry", "run"], env=environ, stdin=quiet, stdout=quiet, stderr=quiet
    )


def _wait_until(there: Callable[[], bool]) -> None:
    """Bounded: a service that does nothing fails the test."""
    for _ in range(300):
        if there():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within 30 seconds")
