"""US24 (DOMAIN 6): sixty sessions, and everything that goes wrong with a calendar; none of them is harmed."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from adapters.database.engine import connect, sessions
from adapters.demo.radicale import Server
from adapters.diary.adding import New, add
from model.act import Act
from tests.acceptance.meddler import Forward, Meddler, is_listing, meddling_with
from tests.acceptance.office import Office
from tests.phone import Phone, Resource, master

_FIRST = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
_MANY = 60
_KILLED_AT = 20


@pytest.fixture
def meddler(caldav_server: Server) -> Iterator[Meddler]:
    with meddling_with(caldav_server) as proxy:
        yield proxy


@dataclass
class Reaper:
    """Kills the process that asks, when it has sent so many events; what it asks then is not heard any more."""

    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    victim: "subprocess.Popen[str] | None" = None
    started: threading.Event = field(default_factory=threading.Event)

    def meddle(self, request: bytes, forward: Forward) -> bytes:
        with self.lock:
            self.sent += request.startswith(b"PUT ")
            if self.sent >= _KILLED_AT:
                self.started.wait(10)
                assert self.victim is not None
                self.victim.kill()
                self.victim.wait()
                return b""
        return forward()


def test_us24_background_sync_goes_wrong(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, meddler: Meddler
) -> None:
    office.at("2026-03-02T08:00-06:00")
    front = collection_url.replace(caldav_server.url, meddler.front.url)
    office.link("mia", meddler.front, front)
    _sixty_sessions(office)

    _killed_midway(office, meddler)
    assert 0 < len(phone.resources()) < _MANY
    office.later(minutes=5)
    office.settle()
    there = phone.resources()
    before = _shown(there)
    assert len(before) == len({one.uid for one in there}) == len(there) == _MANY

    if not (caldav_server.name == "xandikos" and caldav_server.user == "user"):  # its own takes any password
        _revoked(office, caldav_server)
    _forgotten_token(office)
    assert _shown(phone.resources()) == before

    _moved_on_both_sides(office, phone, _at(there, "20260304T100000"))
    _written_first_by_somebody_else(office, phone, meddler, _at(there, "20260305T100000"))

    before, judged = _shown(phone.resources()), office.judged()
    _emptied(office, phone)
    assert _shown(phone.resources()) == before
    assert office.judged() == judged

    _told_without_names(office)
    _names_only_with_an_attestation(office)


def _sixty_sessions(office: Office) -> None:
    """By the use case that `session add` calls: sixty of its processes would only take time."""
    engine = connect(office.database)
    database = sessions(engine, clock=office.clock())
    for number in range(_MANY):
        start = f"{_FIRST + timedelta(days=number):%Y-%m-%d %H:%M}"
        new = New(start=start, minutes=50, workers=["mia"], clients=["jordan"], rostered=True)
        add(database, Act(actor="sam", now=office.clock()(), new_id=uuid4), new)
    engine.dispose()


def _killed_midway(office: Office, meddler: Meddler) -> None:
    """A real process, and SIGKILL."""
    reaper = Reaper()
    meddler.meddle = reaper.meddle
    environ = {**os.environ, **office.environ, "CALENDULA_TEST_NOW": office.now.isoformat()}
    command = [sys.executable, "-m", "tests.entry", "sync"]
    with subprocess.Popen(command, env=environ, text=True, stdout=subprocess.DEVNULL) as process:
        reaper.victim = process
        reaper.started.set()
        assert process.wait(timeout=60) == -9
    meddler.calm_down()


def _unharmed(office: Office) -> bool:
    rows = office.sessions("mia")
    return len(rows) == _MANY and {one["status"] for one in rows} == {"ROSTERED"}


def _revoked(office: Office, server: Server) -> None:
    office.store_password("revoked")
    done = office.attempt("sync")
    assert (done.code, office.status()["state"]) == (1, "NEEDS_REAUTH")
    assert _unharmed(office)
    office.run("link", "login", "mia", "--password-stdin", stdin=server.password + "\n")
    office.settle()


def _forgotten_token(office: Office) -> None:
    """Whatever the server makes of it, everything is compared and nothing is taken for deleted."""
    office.alter("UPDATE calendar_link SET sync_token = 'calendula-never-issued', ctag = NULL")
    office.later(minutes=5)
    assert office.sync()["lines"] == []
    assert office.judged() == []
    assert _unharmed(office)


def _moved_on_both_sides(office: Office, phone: Phone, one: Resource) -> None:
    zone = "TZID=America/Chicago"
    phone.set_in(phone.again(one), f"DTSTART;{zone}:20260304T080000", f"DTEND;{zone}:20260304T085000")
    office.run("session", "move", office.sessions("mia")[1]["id"], "--start", "2026-03-04 16:00")
    office.settle()
    assert master(phone.again(one)).value("DTSTART") == "20260304T160000"
    assert office.judged() == [("E1", "REFUSED", "STALE_BASE")]
    assert "STALE_BASE" in [notice["code"] for notice in office.ask("status")["notices"]]


def _written_first_by_somebody_else(office: Office, phone: Phone, meddler: Meddler, one: Resource) -> None:
    """Between our look and our write: the server answers 412, or our look right before the write sees it."""
    office.run("session", "move", office.sessions("mia")[2]["id"], "--start", "2026-03-05 17:00")
    meddler.meddle = _after_the_look(lambda: _remark(phone, one))
    office.later(minutes=5)
    report = office.sync()
    meddler.calm_down()
    assert report["counts"]["failed"] == 1
    assert [line["reason"] for line in report["lines"] if line["action"] == "failed"] == ["RemoteChanged"]
    office.settle()
    event = master(phone.again(one))
    assert event.value("DTSTART") == "20260305T170000"
    assert "bring the ball" in event.value("DESCRIPTION")
    assert office.judged()[1:] == [("E9", "APPLIED", "")]


def _remark(phone: Phone, one: Resource) -> None:
    old = phone.again(one)
    phone.set_in(old, f"DESCRIPTION:{master(old).value('DESCRIPTION')}\\nbring the ball")


def _after_the_look(edit: Callable[[], None]) -> Callable[[bytes, Forward], bytes]:
    edits = [edit]

    def meddle(request: bytes, forward: Forward) -> bytes:
        answer = forward()
        if edits and is_listing(request):
            edits.pop()()
        return answer

    return meddle


def _emptied(office: Office, phone: Phone) -> None:
    phone.empty()
    office.later(minutes=5)
    assert office.attempt("sync").code == 1
    assert (office.status()["state"], office.status()["reason"]) == ("SUSPENDED", "MASS_CHANGE")
    assert _unharmed(office)
    assert f"{_MANY} × gone from the calendar" in office.attempt("plan").out
    office.run("link", "resume", "mia", "--restore", "--as", "ada")
    assert office.sync()["counts"]["create"] == _MANY
    office.settle()


def _told_without_names(office: Office) -> None:
    status = office.ask("status")
    assert status["links"][0]["events"] == _MANY
    said = "\n".join(
        office.run(*words) for words in (("status",), ("history",), ("rewind", "mia"), ("plan",))
    )
    assert "Jordan" not in said + str(status)
    assert "C-1042" not in said + str(status)
    runs = office.ask("rewind", "mia")
    assert {one["job"] for one in runs} <= {"sync", "reconcile"}
    assert sum(one["in_calendar"] for one in runs) >= 2 * _MANY


def _names_only_with_an_attestation(office: Office) -> None:
    asked = ("link", "set", "mia", "--level", "full_name")
    assert "E_LEVEL_NOT_ALLOWED" in office.attempt(*asked).err
    office.configure('[privacy]\nmaximum = "full_name"')
    assert "E_LEVEL_NOT_ALLOWED" in office.attempt(*asked).err
    office.run("privacy", "attest", "full_name", "--basis", "BAA with the host, 2026-02-01", "--as", "ada")
    office.run(*asked)
    (audited,) = [one for one in office.ask("history") if one["action"] == "attested"]
    assert (audited["actor"], audited["code"]) == ("ada", "full_name")


def _at(there: list[Resource], start: str) -> Resource:
    (found,) = [one for one in there if master(one).value("DTSTART") == start]
    return found


def _shown(there: list[Resource]) -> list[tuple[str, str, str]]:
    """When each event is, and as what it shows."""
    names = ("DTSTART", "DTEND", "SUMMARY")
    return sorted(tuple(master(one).value(name) for name in names) for one in there)  # type: ignore[misc]
