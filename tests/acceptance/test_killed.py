"""A real `calendula sync` that is killed (SIGKILL) at every request of one rich history, before it is done and after.

Whatever died, the next runs end where a run that nobody killed ends (I5, I12; FAILURES A2, E1, E2, E3, E5).
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.office import Office
from tests.doubles.remote import uid_of
from tests.fake.server import FakeServer
from tests.fake.store import Calendar
from tests.fake.wire import Request
from tests.phone import Phone

_PATH = "/calendars/anna/work/"
_WINDOW = ("2026-03-01", "2026-05-01")
_WHO = ("--worker", "priya", "--client", "noor", "--site", "adelaide", "--roster")


@dataclass
class Reaper:
    """Ends the process that asks, at its `at`-th request; `when` is before or after the request is done."""

    when: str
    at: int
    asked: int = 0
    victim: "subprocess.Popen[str] | None" = None
    started: threading.Event = field(default_factory=threading.Event)

    def watch(self, when: str, _: Request) -> None:
        self.asked += when == "before"
        if when == self.when and self.asked == self.at:
            self.started.wait(10)
            assert self.victim is not None
            self.victim.kill()
            self.victim.wait()
        if self.victim is not None and self.victim.poll() is not None:
            raise ConnectionAbortedError


@dataclass
class Stage:
    """A practice and its calendar, as they stood when edits of every kind waited on both sides."""

    office: Office
    fake: FakeServer
    saved: Path
    backup: int

    @property
    def calendar(self) -> Calendar:
        return self.fake.calendars[_PATH]

    def reset(self) -> None:
        """Both as they stood."""
        for old in self.office.folder.glob("calendula.sqlite3*"):
            old.unlink()
        shutil.copyfile(self.saved, self.office.folder / "calendula.sqlite3")
        self.calendar.restore(self.backup)
        self.office.at(
            "2026-03-02T10:30+10:30"
        )  # no daily reconciliation, which would make up for a lost position
        self.fake.watch = _let_be

    def dies(self, when: str, at: int) -> bool:
        """Run the real program; whether it was killed. Its lease is waited out."""
        reaper = Reaper(when, at)
        self.fake.watch = reaper.watch
        environ = {**os.environ, **self.office.environ, "CALENDULA_TEST_NOW": self.office.now.isoformat()}
        command = [sys.executable, "-m", "tests.entry", "sync"]
        with subprocess.Popen(
            command, env=environ, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            reaper.victim = process
            reaper.started.set()
            _, told = process.communicate(timeout=60)
        self.fake.watch = _let_be
        assert process.returncode in {0, -9}, told
        self.office.later(minutes=5)
        return process.returncode == -9

    def ended(self) -> tuple[object, ...]:
        """Where the next runs lead, without what depends on chance (ids)."""
        self.office.settle()
        uids = Counter(uid_of(item.body) for item in self.calendar.items.values())
        assert set(uids.values()) <= {1}, uids
        assert not self.calendar.twins()
        with_phone = Phone(f"{self.fake.url[:-1]}{_PATH}", user="anna", password="sesame")
        shown = with_phone.shows(*_WINDOW)
        with_phone.close()
        judged = Counter(self.office.judged())
        return shown, sorted(map(_told, self.office.sessions("priya"))), judged, len(self.calendar.items)


def _let_be(_: str, __: Request) -> None:
    """Nobody is killed."""


def _told(row: dict[str, Any]) -> tuple[str, ...]:
    return row["start"], row["status"], *row["clients"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("killed")
    database = folder / "calendula.sqlite3"
    office = Office(folder, f"sqlite:///{database}")
    with FakeServer(clock=lambda: office.now).running() as fake:
        fake.make(_PATH, "Work")
        office.open()
        office.at("2026-03-02T09:00+10:30")
        office.link("priya", fake.as_server(), f"{fake.url[:-1]}{_PATH}")
        fake.switches.accepts_twins = True  # so that a write made twice is seen
        _fill(office, fake)
        saved = folder / "saved.sqlite3"
        with sqlite3.connect(database) as source, sqlite3.connect(saved) as copy:
            source.backup(copy)
        yield Stage(office, fake, saved, fake.calendars[_PATH].snapshot())


def _fill(office: Office, fake: FakeServer) -> None:
    """Sessions, a series and events that both sides know; then edits of every kind, that only one side knows."""
    phone = Phone(f"{fake.url[:-1]}{_PATH}", user="anna", password="sesame")
    add = ("session", "add", "--minutes", "50", *_WHO, "--start")
    first, second, third = (office.ask(*add, f"2026-03-{day} 10:00")["session_id"] for day in (10, 11, 12))
    weekly = ("--rule", "FREQ=WEEKLY;BYDAY=TU;COUNT=6")
    office.run(*add, "2026-03-17 14:00", *weekly)
    dentist = phone.new_event("Dentist", "20260313T100000", "20260313T110000", tz="Australia/Adelaide")
    gym = phone.new_event("Gym", "20260314T100000", "20260314T110000", tz="Australia/Adelaide")
    office.settle()
    known = {phone.master(uid).value("DTSTART"): uid for uid in phone.uids()}

    office.run("session", "move", second, "--start", "2026-03-11 15:00")
    office.run(
        "session",
        "cancel",
        third,
        "--by",
        "worker",
        "--reason",
        "worker-sick",
        "--advised",
        "2026-03-02 08:00",
    )
    office.run(*add, "2026-03-18 16:00")
    phone.drag(known["20260310T100000"], "20260310T140000", "20260310T145000")
    phone.drag_occurrence(known["20260317T140000"], "20260324T140000", "20260325T110000", "20260325T115000")
    phone.drag(dentist, "20260313T160000", "20260313T170000")
    phone.delete(gym)
    phone.new_event("Haircut", "20260319T100000", "20260319T110000", tz="Australia/Adelaide")
    phone.close()
    assert first


@pytest.fixture(scope="module")
def undisturbed(stage: Stage) -> tuple[int, tuple[object, ...]]:
    """How many requests the run sends that nobody kills, and where it leads."""
    stage.reset()
    stage.fake.heard.clear()
    assert not stage.dies("never", 0)
    requests = len(stage.fake.heard)
    assert requests >= 8, requests
    return requests, stage.ended()


@pytest.mark.parametrize("when", ["before", "after"])
def test_i12_killed_at_any_request_the_next_runs_end_the_same(
    stage: Stage, undisturbed: tuple[int, tuple[object, ...]], when: str
) -> None:
    requests, wanted = undisturbed
    for at in range(1, requests + 1):
        stage.reset()
        assert stage.dies(when, at), f"request {at} never came"
        assert stage.ended() == wanted, f"killed {when} request {at} of {requests}"
