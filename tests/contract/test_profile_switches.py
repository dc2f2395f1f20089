"""Each switch of a profile changes what a run sends: asserted in requests on a real Radicale, which keeps the RFCs.

A link is set up, one switch of its stored profile is turned, and the same story is run again: an edit of ours, an
edit there, a deletion there. A switch that changed nothing would not belong into the profile.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from adapters.dav.pace import Pace
from adapters.dav.profile import Multiget, Profile
from adapters.demo.radicale import Server
from tests import servers
from tests.acceptance.conftest import office
from tests.acceptance.meddler import Meddler, meddling_with
from tests.acceptance.office import Office
from tests.interop.conftest import traffic
from tests.interop.recording import Traffic
from tests.phone import Phone

__all__ = ["office", "traffic"]

BEST = Profile(keeps_bodies=True, connections=1)
Story = Callable[["Stage"], Counter[str]]


class Stage:
    """A link that was added and has run; `turn` sets its profile."""

    def __init__(self, office: Office, phone: Phone, traffic: Traffic) -> None:
        self.office, self.phone, self.traffic = office, phone, traffic

    def turn(self, profile: Profile) -> None:
        self._database("UPDATE calendar_link SET profile = ?", profile.to_json())

    def stored(self) -> dict[str, object]:
        """The link's profile as it is stored now."""
        return json.loads(self._database("SELECT profile FROM calendar_link")[0][0])

    def listed_from_scratch(self) -> None:
        self._database("UPDATE calendar_link SET sync_token = NULL, ctag = NULL")

    def _database(self, sql: str, *values: str) -> list[tuple[str]]:
        with sqlite3.connect(Path(self.office.database.removeprefix("sqlite:///"))) as database:
            return database.execute(sql, values).fetchall()

    def book(self, number: int = 1) -> list[str]:
        who = ("--minutes", "50", "--worker", "mia", "--client", "jordan", "--roster")
        days = [f"2026-03-{3 + n % 25:02} {8 + n // 25:02}:00" for n in range(number)]
        return [self.office.ask("session", "add", "--start", day, *who)["session_id"] for day in days]

    def requests(self) -> Counter[str]:
        """What one run sends."""
        self.traffic.clear()
        self.office.later(minutes=5)
        self.office.sync()
        return self.traffic.requests


@pytest.fixture
def proxy(radicale: Server) -> Iterator[Meddler]:
    with meddling_with(radicale) as meddler:
        yield meddler


@pytest.fixture
def stage(office: Office, proxy: Meddler, traffic: Traffic) -> Iterator[Stage]:
    office.at("2026-03-02T08:00-06:00")
    with servers.fresh_collection(proxy.front) as url:
        office.link("mia", proxy.front, url)
        phone = Phone(url, user=proxy.front.user, password=proxy.front.password)
        yield Stage(office, phone, traffic)
        phone.close()


def settled(stage: Stage, number: int = 2) -> list[str]:
    ids = stage.book(number)
    stage.office.settle()
    return ids


def a_first_push(stage: Stage) -> Counter[str]:
    stage.office.settle()
    stage.book()
    return stage.requests()


def an_edit_of_ours(stage: Stage) -> Counter[str]:
    first, *_ = settled(stage)
    stage.office.run("session", "move", first, "--start", "2026-03-03 15:00")
    return stage.requests()


def nothing_at_all(stage: Stage) -> Counter[str]:
    settled(stage)
    return stage.requests()


def nothing_by_ctag(stage: Stage) -> Counter[str]:
    settled(stage)
    stage.listed_from_scratch()
    stage.requests()
    return stage.requests()


def nothing_for_an_hour(stage: Stage) -> Counter[str]:
    settled(stage)
    stage.office.later(minutes=61)
    return stage.requests()


def one_deletion_there(stage: Stage) -> Counter[str]:
    stage.phone.new_event("Dentist", "20260403T090000", "20260403T093000", tz="America/Chicago")
    settled(stage)
    dentist = next(one for one in stage.phone.resources() if b"Dentist" in one.body)
    stage.phone.delete(dentist.uid)
    return stage.requests()


SWITCHES: dict[str, tuple[Story, object, Counter[str], Counter[str]]] = {
    "sync_collection": (nothing_at_all, False, Counter(REPORT=1), Counter(PROPFIND=1)),
    "honest_tokens": (nothing_for_an_hour, False, Counter(REPORT=1), Counter(PROPFIND=1)),
    "etag_on_put": (an_edit_of_ours, False, Counter(REPORT=1, PUT=1), Counter(REPORT=2, PUT=1)),
    "keeps_bodies": (an_edit_of_ours, False, Counter(REPORT=1, PUT=1), Counter(REPORT=2, PUT=1)),
    "moving_etags": (nothing_for_an_hour, False, Counter(REPORT=1), Counter(PROPFIND=1, REPORT=1)),
    "honours_if_none_match": (
        a_first_push,
        False,
        Counter(REPORT=1, PUT=1),
        Counter(REPORT=1, PROPFIND=1, PUT=1),
    ),
    "honours_if_match": (
        an_edit_of_ours,
        False,
        Counter(REPORT=1, PUT=1),
        Counter(REPORT=1, PROPFIND=1, PUT=1),
    ),
    "multiget": (
        one_deletion_there,
        Multiget.FAILS,
        Counter(REPORT=2, GET=1),
        Counter(REPORT=1, GET=1, PROPFIND=1),
    ),
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_of_the_profile_changes_the_requests(stage: Stage, switch: str) -> None:
    story, turned, before, after = SWITCHES[switch]
    stage.turn(BEST)
    assert story(stage) == before
    stage.turn(Profile(**{**asdict(BEST), switch: turned}))
    assert story(stage) == after


def test_a_switched_off_ctag_is_neither_asked_for_nor_believed(stage: Stage) -> None:
    """Without tokens, an unchanged CTag answers for the whole calendar; without either, everything is listed."""
    stage.turn(Profile(keeps_bodies=True, sync_collection=False))
    assert nothing_by_ctag(stage) == {"PROPFIND": 1}
    stage.turn(Profile(keeps_bodies=True, sync_collection=False, ctag=False))
    stage.listed_from_scratch()
    assert stage.requests() == stage.requests() == {"PROPFIND": 1}


def test_what_a_token_names_is_read_where_etags_stay(stage: Stage) -> None:
    """Our own write comes back once in the next report: elsewhere its ETag tells, here it is read."""
    stage.turn(replace(BEST, moving_etags=False))
    settled(stage)
    stage.book(3)
    assert stage.requests() == {"REPORT": 1, "PUT": 3}
    assert stage.requests() == {"REPORT": 2}
    assert stage.requests() == {"REPORT": 1}


def test_an_etag_is_asked_for_besides_where_a_get_names_another(stage: Stage) -> None:
    stage.turn(replace(BEST, etag_on_get=False, multiget=Multiget.FAILS))
    settled(stage)
    stage.phone.new_event("Dentist", "20260403T090000", "20260403T093000", tz="America/Chicago")
    assert stage.requests() == {"REPORT": 1, "PROPFIND": 1, "GET": 1}


@pytest.mark.parametrize("connections", [1, 3])  # of the four that a host has one is left to other links
def test_a_first_push_uses_as_many_connections_as_the_profile_allows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, connections: int
) -> None:
    """With a pace that finds every further connection worth it, the profile alone sets the limit."""
    monkeypatch.setattr(Pace, "measured", lambda self, **_: setattr(self, "connections", 4))
    stage.turn(Profile(keeps_bodies=True, connections=connections))
    stage.book(50)
    assert stage.requests() == {"REPORT": 1, "PROPFIND": 1, "PUT": 50}
    assert len(stage.traffic.clients) == connections
    assert stage.requests() == {"REPORT": 1}


def test_every_switch_has_its_test() -> None:
    judged = {"keeps_stamps"}  # changes no request: tests/unit/faults/test_etags.py
    apart = {"ctag", "connections", "etag_on_get", *judged}
    assert {*SWITCHES, *apart} == {field.name for field in fields(Profile)}


# --- contradicted by the server -----------------------------------------------------------------------------


def test_what_a_run_sees_is_stored_drives_the_next_and_is_shown_by_the_next_check(
    stage: Stage, proxy: Meddler
) -> None:
    stage.turn(BEST)
    first, second = settled(stage)

    def without_etag(request: bytes, forward: Callable[[], bytes]) -> bytes:
        answer = forward()
        if not request.startswith(b"PUT"):
            return answer
        return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.lower().startswith(b"etag"))

    proxy.meddle = without_etag
    stage.office.run("session", "move", first, "--start", "2026-03-03 15:00")
    stage.requests()
    proxy.calm_down()
    assert stage.stored() == {**json.loads(BEST.to_json()), "etag_on_put": False}

    stage.office.run("session", "move", second, "--start", "2026-03-04 15:00")
    assert stage.requests() == {"REPORT": 2, "PUT": 1}  # read back, though this time it named its ETag

    said = stage.office.run("link", "check", "mia")
    assert "a run had found otherwise than stored: etag_on_put is false" in said
    assert stage.stored()["etag_on_put"] is True
    assert "otherwise than stored" not in stage.office.run("link", "check", "mia")


def test_a_report_that_is_gone_makes_the_link_compare_listings(stage: Stage, proxy: Meddler) -> None:
    stage.turn(BEST)
    settled(stage)
    refused = b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    proxy.meddle = lambda request, forward: refused if b"sync-collection" in request else forward()
    assert stage.requests() == {"REPORT": 2, "PROPFIND": 2}
    assert stage.stored()["sync_collection"] is False
    assert stage.requests() == {"PROPFIND": 1}
