"""What a calendar costs in requests, on a real Radicale."""

from collections.abc import Iterator

import pytest

from adapters.dav.calendar import CalDavCalendar
from adapters.demo.radicale import Server
from tests import servers
from tests.contract.test_remote_calendar import event


@pytest.fixture
def calendar(radicale: Server) -> Iterator[CalDavCalendar]:
    with servers.fresh_collection(radicale) as url, servers.client_for(radicale) as client:
        yield CalDavCalendar(client, url)


def test_a_first_look_costs_two_requests_and_an_unchanged_one_costs_one(calendar: CalDavCalendar) -> None:
    position = calendar.look(None).position
    assert calendar.requests == {"REPORT": 1, "PROPFIND": 1}
    calendar.requests.clear()
    calendar.look(position)
    assert calendar.requests == {"REPORT": 1}


def test_reading_costs_one_request_a_page_and_a_write_costs_one(calendar: CalDavCalendar) -> None:
    hrefs = [calendar.new_href(f"a{n}") for n in range(110)]
    etags = [calendar.create(href, event(f"a{n}")) for n, href in enumerate(hrefs)]
    assert calendar.requests == {"PUT": 110}
    calendar.requests.clear()
    assert len(list(calendar.fetch(hrefs))) == 110
    calendar.replace(hrefs[0], event("a0", "Changed"), etag=etags[0] or "")
    calendar.delete(hrefs[1], etag=etags[1])
    assert calendar.requests == {"REPORT": 2, "PUT": 1, "DELETE": 1}
