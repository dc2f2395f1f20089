"""Our busy time, recurring-ical-events' and a server's own, of the same events: equal but where it is written why.

The list is tests/data/free-busy-differences.toml; what is on it has to differ, so that it cannot grow old.
"""

from datetime import datetime

import pytest

from adapters.demo.radicale import Server
from model.busy import Busy, Fbtype
from tests.acceptance.office import Office
from tests.free_busy import by_library, by_server, differing, named, samples
from tests.phone import Phone
from tests.servers import client_for

SERVERS = ["radicale", "xandikos"]  # others refuse or rewrite some of these events, and are asked elsewhere
ALL = samples()
SINCE, UNTIL = ALL[0].since, ALL[-1].until


@pytest.fixture
def ours(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> list[Busy]:
    """What is known of them after the calendar was read as a busy source of Priya's."""
    office.at("2026-03-01T09:00+10:30")
    for one in ALL:
        phone.add_raw(one.body)
    office.run(
        "link", "add", "priya", "--user", caldav_server.user, "--calendar", collection_url, "--role", "busy-source",
        "--password-stdin", stdin=f"{caldav_server.password}\n",
    )  # fmt: skip
    office.sync()
    found = office.ask("busy", "priya", SINCE.isoformat(), UNTIL.isoformat())
    return [
        Busy(
            start=datetime.fromisoformat(one["start"]),
            end=datetime.fromisoformat(one["end"]),
            fbtype=Fbtype(one["fbtype"]),
        )
        for one in found
    ]


def test_it_is_what_recurring_ical_events_finds_but_for_what_is_named(ours: list[Busy]) -> None:
    theirs = by_library([one.body for one in ALL], SINCE, UNTIL)
    assert differing(ours, theirs).keys() == named("recurring-ical-events").keys()


def test_it_is_what_the_server_answers_but_for_what_is_named(
    ours: list[Busy], caldav_server: Server, collection_url: str
) -> None:
    if caldav_server.name != "radicale":
        pytest.skip("only Radicale's own answers are written down")
    with client_for(caldav_server) as client:
        theirs = by_server(client, collection_url, SINCE, UNTIL)
    assert differing(ours, theirs).keys() == named("radicale").keys()
