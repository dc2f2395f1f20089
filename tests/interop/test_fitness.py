"""What the probe sees of real servers is what is written down about them (MATRIX), and nothing is left behind.

Our own servers and those of the lab are known; of any other, only that it is tried out without a trace.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.dav.auth import PasswordAuth
from adapters.dav.fitness import Card
from adapters.dav.hints import Seen
from adapters.dav.http import GuardedClient, Reply
from adapters.dav.probe import probe
from adapters.dav.profile import Multiget, Profile
from adapters.demo.radicale import Server
from adapters.ical.codec import ICalendar
from tests import servers

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
FINE = Profile(keeps_bodies=True)
_CAREFUL = {"keeps_bodies": True, "honest_tokens": False, "connections": 1}

# By recognised kind: the profile, and the traits that are not so.
KNOWN: dict[str, tuple[Profile, set[str]]] = {
    "radicale": (FINE, {"octets_kept", "sync_paging", "x_commas"}),
    "xandikos": (FINE, {"octets_kept", "sync_paging"}),
    "davical": (
        Profile(**_CAREFUL, multiget=Multiget.LEFT_OUT),  # type: ignore[arg-type]
        {"sync_refuses", "sync_paging", "multiget", "uid_unique"},
    ),
    "cyrus": (FINE, {"octets_kept"}),
    "sogo": (
        Profile(**_CAREFUL, honours_if_none_match=False, honours_if_match=False),  # type: ignore[arg-type]
        {"octets_kept", "if_none_match", "if_match_delete", "if_match_missing", "sync_refuses", "sync_paging"},
    ),
    "baikal": (
        Profile(keeps_bodies=True, sync_collection=False, multiget=Multiget.FAILS),
        {"sync_collection", "multiget", "uid_unique"},
    ),
}  # fmt: skip
# A CTag with a resolution of one second may or may not be caught at it (SOGo).
_BY_CHANCE = {"sogo": {"ctag"}}


@pytest.fixture
def tried(caldav_server: Server, collection_url: str) -> Card:
    with servers.client_for(caldav_server) as client:
        shown = probe(client, collection_url, codec=ICalendar(), now=NOW)
        assert client.asked <= 31
        listing = client.send("PROPFIND", collection_url, headers={"Depth": "1"})
    assert b".ics" not in listing.body
    return shown


def test_the_probe_sees_what_the_server_is_known_for(tried: Card, caldav_server: Server) -> None:
    assert not tried.left
    assert tried.failed == ()
    assert tried.server in caldav_server.name.replace("sabre", "baikal")
    if tried.server not in KNOWN:
        return
    profile, lacks = KNOWN[tried.server]
    seen = {row.code for row in tried.rows if row.observed is Seen.NO} - _BY_CHANCE.get(tried.server, set())
    assert seen == lacks
    if tried.server not in _BY_CHANCE:
        assert tried.profile == profile


def test_no_guest_is_written_where_the_server_invites_and_no_real_one_anywhere(
    caldav_server: Server, collection_url: str
) -> None:
    """A server that announces scheduling gets no ATTENDEE at all; any other one who cannot exist (RFC 2606)."""
    sent: list[bytes] = []

    class Watched(GuardedClient):
        def send(self, method: str, url: str, **more: Any) -> Reply:
            sent.append(more.get("body") or b"")
            return super().send(method, url, **more)

    auth = PasswordAuth(caldav_server.user, caldav_server.password)
    with Watched(home=caldav_server.url, auth=auth, policy=servers.LOOPBACK) as client:
        shown = probe(client, collection_url, codec=ICalendar(), now=NOW)
    (row,) = [row for row in shown.rows if row.code == "invites_nobody"]
    guests = {line for body in sent for line in body.splitlines() if line.startswith(b"ATTENDEE")}
    if row.observed is Seen.NOT_TRIED:
        assert guests == set()
    assert all(line.endswith(b":mailto:nobody@calendula.invalid") for line in guests)
