"""US1 (DOMAIN 6): a practitioner links a calendar, and her first session appears there without a name."""

from collections.abc import Iterator

import pytest

from adapters.demo.radicale import Server
from tests import servers
from tests.acceptance.office import Office
from tests.phone import Phone, Resource, master

_JORDAN = ("--start", "2026-03-03 10:00", "--minutes", "50", "--worker", "mia", "--client", "jordan")


@pytest.fixture
def made(caldav_server: Server) -> Iterator[list[str]]:
    """Names of calendars a story makes; deleted with it."""
    urls: list[str] = []
    yield urls
    with servers.client_for(caldav_server) as client:
        for url in urls:
            client.send("DELETE", url)


def test_us1_link_and_first_push(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", caldav_server, collection_url)
    office.run("session", "add", *_JORDAN, "--roster")

    report = office.sync()

    assert report["counts"]["create"] == 1
    _check_the_only_event(phone.only())
    before = phone.only()
    office.later(minutes=5)
    assert office.sync()["lines"] == []
    assert phone.only() == before


def test_us1_in_real_processes_with_a_new_calendar(
    office: Office, caldav_server: Server, made: list[str]
) -> None:
    office.at("2026-03-02T08:00-06:00")
    where = ("--url", caldav_server.url, "--user", caldav_server.user, "--make", "Mia at work")
    added = office.as_process(
        "link",
        "add",
        "mia",
        *where,
        "--mode",
        "two-way",
        "--password-stdin",
        stdin=caldav_server.password + "\n",
    )
    assert added.code == 0, added.err
    (link,) = office.ask("link", "list")
    made.append(link["url"])
    assert office.as_process("session", "add", *_JORDAN, "--roster").code == 0

    first, second = office.as_process("sync"), office.as_process("sync", "mia")

    assert first.code == 0, first
    assert first.out.splitlines()[-1] == "mia: 1 sent"
    assert (second.code, second.out) == (0, "mia: nothing to do\n"), second
    phone = Phone(made[0], user=caldav_server.user, password=caldav_server.password)
    _check_the_only_event(phone.only())
    phone.close()


def _check_the_only_event(found: Resource) -> None:
    event = master(found)
    assert event.value("SUMMARY") == "Session C-1042"
    assert event.lines("DTSTART") == ["DTSTART;TZID=America/Chicago:20260303T100000"]
    assert event.lines("DTEND") == ["DTEND;TZID=America/Chicago:20260303T105000"]
    assert event.value("STATUS") == "CONFIRMED"
    assert event.value("TRANSP") == "OPAQUE"
    assert event.value("CLASS") == "PRIVATE"
    assert not event.lines("ATTENDEE")
    assert not event.lines("ORGANIZER")
    assert b"jordan" not in found.body.lower()
