"""What the probe sees of real servers is what is written down about them (MATRIX), and nothing is left behind.

Our own servers and those of the lab are known; of any other, only that it is tried out without a trace.
"""

from datetime import UTC, datetime

import pytest

from adapters.dav.fitness import Card
from adapters.dav.hints import Seen
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
        listing = client.send("PROPFIND", collection_url, headers={"Depth": "1"})
    assert b".ics" not in listing.body
    return shown


def test_the_probe_sees_what_the_server_is_known_for(tried: Card, caldav_server: Server) -> None:
    assert not tried.left
    assert tried.requests <= 26
    assert tried.failed == ()
    assert tried.server in caldav_server.name.replace("sabre", "baikal")
    if tried.server not in KNOWN:
        return
    profile, lacks = KNOWN[tried.server]
    seen = {row.code for row in tried.rows if row.observed is Seen.NO} - _BY_CHANCE.get(tried.server, set())
    assert seen == lacks
    if tried.server not in _BY_CHANCE:
        assert tried.profile == profile
