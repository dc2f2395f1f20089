"""What a run costs in requests, asserted exactly on a real Radicale and on the fake server."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, event

from adapters.demo.radicale import Server
from tests.acceptance.conftest import office, phone
from tests.acceptance.office import Office
from tests.interop.conftest import traffic
from tests.interop.recording import Traffic
from tests.phone import Phone

__all__ = ["office", "phone", "traffic"]

SERVERS = ("radicale", "fake")
_SEVERAL = 12
_PAGE = 100


@pytest.fixture
def linked(office: Office, caldav_server: Server, collection_url: str, traffic: Traffic) -> Office:
    """Mia's new calendar, never synced; requests are counted from here."""
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", caldav_server, collection_url)
    traffic.clear()
    return office


def _book(office: Office, number: int) -> list[str]:
    """Sessions on days of their own; their ids."""
    who = ("--minutes", "50", "--worker", "mia", "--client", "jordan", "--roster")
    days = [date(2026, 3, 3) + timedelta(days=n) for n in range(number)]
    return [office.ask("session", "add", "--start", f"{day} 10:00", *who)["session_id"] for day in days]


def _sync(office: Office, traffic: Traffic) -> Counter[str]:
    """The requests of one more run."""
    traffic.clear()
    office.later(minutes=5)
    office.sync()
    return traffic.requests


@contextmanager
def _written_tables() -> Iterator[Counter[str]]:
    """Count the statements that write, by table."""
    tables: Counter[str] = Counter()

    def note(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if found := re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", statement, re.IGNORECASE):
            tables[found[1]] += 1

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_an_unchanged_calendar_costs_one_request_and_no_write_but_the_runs(
    linked: Office, traffic: Traffic
) -> None:
    _book(linked, _SEVERAL)
    linked.settle()
    with _written_tables() as tables:
        assert _sync(linked, traffic) == {"REPORT": 1}
    assert set(tables) == {"sync_run", "calendar_link"}
    assert tables["sync_run"] == 1  # written down when it has ended


def test_a_first_push_costs_a_put_each_and_no_body_is_fetched_afterwards(
    linked: Office, traffic: Traffic
) -> None:
    _book(linked, _SEVERAL)
    assert _sync(linked, traffic) == {"REPORT": 1, "PROPFIND": 1, "PUT": _SEVERAL}
    assert _sync(linked, traffic) == {"REPORT": 1}
    assert traffic.read == {}


def test_a_first_push_of_more_than_a_batch_stays_at_a_put_each(linked: Office, traffic: Traffic) -> None:
    _book(linked, _PAGE + 3)
    assert _sync(linked, traffic) == {"REPORT": 1, "PROPFIND": 1, "PUT": _PAGE + 3}


def test_one_local_edit_costs_one_put_and_one_report(linked: Office, traffic: Traffic) -> None:
    first, *_ = _book(linked, _SEVERAL)
    linked.settle()
    linked.run("session", "move", first, "--start", "2026-03-03 15:00")
    assert _sync(linked, traffic) == {"REPORT": 1, "PUT": 1}
    assert _sync(linked, traffic) == {"REPORT": 1}
    assert traffic.read == {}


def test_one_edit_there_costs_two_reports(linked: Office, phone: Phone, traffic: Traffic) -> None:
    _book(linked, _SEVERAL)
    linked.settle()
    phone.drag(phone.resources()[0].uid, "20260330T090000", "20260330T095000")
    assert _sync(linked, traffic) == {"REPORT": 2}
    assert len(traffic.read) == 1


def test_a_first_pull_costs_four_requests_at_most_and_one_a_page(
    linked: Office, phone: Phone, traffic: Traffic
) -> None:
    number = _PAGE + 3
    for n in range(number):
        start = f"202604{1 + n // 8:02}T{9 + n % 8:02}0000"
        phone.new_event(f"Event {n}", start, f"{start[:11]}3000", tz="America/Chicago")
    assert _sync(linked, traffic) == {"REPORT": 1 + 2, "PROPFIND": 1}
    assert len(linked.ask("event", "list", "mia", "2026-04-01", "2026-05-01")) == number
    assert _sync(linked, traffic) == {"REPORT": 1}
