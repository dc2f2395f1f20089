"""The whole story on a server that always has one fault: both sides end equal, and nothing is there twice.

The id of each case names the FAILURES line and the switches that are on, from before the calendar is linked.
"""

import pytest

from tests.fake.world import FakeWorld, play_story

FAULTS: dict[str, dict[str, object]] = {
    "none": {},
    "B1": {"no_etag_on_put": True},
    "B2-sorts": {"rewrites": "sorts"},
    "B2-adds": {"rewrites": "adds"},
    "B2-strips": {"rewrites": "strips adds sorts"},
    "B3": {"weak_etag_on_put": True},
    "A26": {"weak_etags": True},
    "B4-unquoted": {"unquoted_etags": True},
    "B4-encoded": {"encoded_etag_on_put": True},
    "B5": {"flaky_etags": True},
    "B6-on-get": {"calendars_etag_on_get": True},
    "B6-on-get-no-multiget": {"calendars_etag_on_get": True, "empty_207": True},
    "B6-counted": {"counted_etags": True},
    "B6-dated": {"dated_etags": True},
    "B7": {"no_etags": True},
    "B7-no-token": {"no_etags": True, "no_sync_token": True},
    "B8": {"ignores_if_none_match": True},
    "B9-ignored": {"ignores_if_match": True},
    "B9-backwards": {"if_match_star_backwards": True},
    "B10": {"no_sync_token": True},
    "B10-no-ctag": {"no_sync_token": True, "no_ctag": True},
    "B11": {"token_accepts_anything": True},
    "B13": {"truncates": 2},
    "B14": {"pages": 2},
    "B19": {"comp_filter_ignored": True},
    "B22": {"accepts_twins": True},
    "B25": {"trash_bin": True},
    "B27": {"reencodes_hrefs": True},
    "B28": {"partition_host": "p07-caldav.example.com"},
    "B29": {"self_in_listing": True},
    "B32": {"mails_guests": True},
    "A20": {"member_418": True},
    "A21": {"empty_207": True},
}


# Faults that a calendar may only show once it is linked: the test events of `link add` cannot be found again.
LATER: dict[str, dict[str, object]] = {
    "B17": {"lag": 6},
    "B17-gets": {"lag": 6, "lagging_gets": True},
    "B26": {"renames_hrefs": True},
    "B26-no-token": {"renames_hrefs": True, "no_sync_token": True},
}


@pytest.mark.parametrize("name", FAULTS)
def test_both_sides_end_equal(world: FakeWorld, name: str) -> None:
    for switch, value in FAULTS[name].items():
        setattr(world.fake.switches, switch, value)
    play_story(world)
    world.check_story()


@pytest.mark.parametrize("name", ["none", "B1", "B2-strips", "B10"])
def test_both_sides_end_equal_on_postgresql(world_on_postgresql: FakeWorld, name: str) -> None:
    for switch, value in FAULTS[name].items():
        setattr(world_on_postgresql.fake.switches, switch, value)
    play_story(world_on_postgresql)
    world_on_postgresql.check_story()


@pytest.mark.parametrize("name", LATER)
def test_both_sides_end_equal_once_linked(world: FakeWorld, name: str) -> None:
    world.link_up()
    for switch, value in LATER[name].items():
        setattr(world.fake.switches, switch, value)
    world.begin()
    world.persist(runs=20, quiet=8)
    world.edit_both_sides()
    world.persist(runs=20, quiet=8)
    world.check_story()
