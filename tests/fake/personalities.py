"""Kinds of servers, by the FAILURES line and the switches that are on: what each does wrong all the time.

Whatever a server is like, both sides end equal on it. Stories (tests/unit/faults) and random histories
(tests/property) are played on each of them.
"""

from tests.fake.switches import Switches

STEADY: dict[str, dict[str, object]] = {
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
    "B8": {"ignores_if_none_match": True},
    "B9-ignored": {"ignores_if_match": True},
    "B9-backwards": {"if_match_star_backwards": True},
    "B10": {"no_sync_token": True},
    "B10-no-ctag": {"no_sync_token": True, "no_ctag": True},
    "B11": {"token_accepts_anything": True},
    "B12-trees": {"compares_trees": True},
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
# Whose ETags say little: that both sides end equal takes a reading of everything now and then (B6), or comparing bodies
# before each write (B7).
VAGUE: dict[str, dict[str, object]] = {
    "B6-on-get": {"calendars_etag_on_get": True},
    "B6-on-get-no-multiget": {"calendars_etag_on_get": True, "empty_207": True},
    "B6-counted": {"counted_etags": True},
    "B6-dated": {"dated_etags": True},
    "B7": {"no_etags": True},
    "B7-no-token": {"no_etags": True, "no_sync_token": True},
}
# What a calendar may only show once it is linked: the test events of `link add` cannot be found again.
LATER: dict[str, dict[str, object]] = {
    "B17": {"lag": 6},
    "B17-gets": {"lag": 6, "lagging_gets": True},
    "B26": {"renames_hrefs": True},
    "B26-no-token": {"renames_hrefs": True, "no_sync_token": True},
}
# Whose reports do not tell all: what they lose is found by the daily reconciliation. (An item that was stored under a
# name of the server's own, and went before anybody looked, is reported as gone by a name that nobody knows.)
LOSSY: dict[str, dict[str, object]] = {"B12": {"token_loses_deletes": True}, "B26": LATER["B26"]}


def put_on(switches: Switches, personality: dict[str, object]) -> None:
    """Make a server be like that, from now on."""
    for switch, value in personality.items():
        setattr(switches, switch, value)
