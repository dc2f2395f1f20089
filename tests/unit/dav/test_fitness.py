"""The fitness card: what was observed goes before what is hinted, and each verdict says what follows."""

from dataclasses import replace

import pytest

from adapters.dav.fitness import TRAITS, Answer, card, profile_of
from adapters.dav.hints import Hints, Seen, Traces, hints_for
from adapters.dav.profile import MOST_CONNECTIONS, Multiget, Profile

BEST = Profile(keeps_bodies=True)
ALL = {trait.code: Seen.YES for trait in TRAITS}

# What the six servers of the lab send (headers in lower case), and what a few services are known by.
KINDS = {
    "davical": Traces(
        url="http://x/caldav.php/a/b/", headers={"x-davical-version": "DAViCal/1.1.12; DB/1.3.5"}
    ),
    "cyrus": Traces(
        url="http://x/dav/calendars/", headers={"server": "Cyrus-HTTP/3.6.1-Debian Cyrus-SASL/2.1"}
    ),
    "sogo": Traces(url="http://x/SOGo/dav/a/", headers={"server": "SOPE 4.9.37/WebDAV"}),
    "baikal": Traces(url="http://x/calendars/a/", headers={"x-sabre-version": "1.8.12"}),
    "radicale": Traces(
        url="http://x/a/b/",
        headers={"server": "WSGIServer/0.2 CPython/3.11.7"},
        token="http://radicale.org/ns/sync/0a1b",
    ),
    "xandikos": Traces(
        url="http://x/a/calendars/b/",
        headers={
            "server": "Python/3.11 aiohttp/3.14.5",
            "dav": "1, 2, 3, calendar-access, add-member, sync-collection",
        },
    ),
    "nextcloud": Traces(
        url="https://cloud.example.org/remote.php/dav/calendars/a/b/", headers={"server": "nginx"}
    ),
    "icloud": Traces(url="https://p12-caldav.caldav.icloud.com/1/calendars/b/", headers={}),
    "posteo": Traces(url="https://posteo.de:8443/calendars/a/b/", headers={}),
    "": Traces(url="https://dav.example.org/a/", headers={"server": "nginx"}, token="data:,1"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_server_is_recognised_by_its_traces(kind: str) -> None:
    assert hints_for(KINDS[kind]).kind == kind


def test_what_the_library_knows_is_a_guess_in_our_words() -> None:
    sogo, davical, radicale = (hints_for(KINDS[kind]) for kind in ("sogo", "davical", "radicale"))
    assert sogo.guesses["if_none_match"] is Seen.NO
    assert davical.guesses["sync_refuses"] is Seen.NO
    assert davical.losing_tokens
    assert radicale.guesses["sync_refuses"] is Seen.YES
    assert radicale.guesses["invites_nobody"] is Seen.YES
    assert not radicale.losing_tokens
    assert {code for hints in (sogo, davical, radicale) for code in hints.guesses} <= ALL.keys()


def test_a_server_nobody_knows_has_no_guesses() -> None:
    assert hints_for(KINDS[""]) == Hints()


def test_a_server_that_does_everything_right_is_relied_on() -> None:
    assert profile_of(ALL, Multiget.NAMED, Hints()) == BEST


ONE_AT_A_TIME = {"connections": 1}


@pytest.mark.parametrize(
    ("code", "switches"),
    [
        ("etag_on_put", {"etag_on_put": False}),
        ("etag_true", {"etag_on_put": False}),
        ("etag_on_get", {"etag_on_get": False}),
        ("etag_moves", {"moving_etags": False}),
        ("stamps", {"keeps_stamps": False}),
        ("octets_kept", {}),
        ("meaning_kept", {"keeps_bodies": False}),
        ("zones", {"keeps_bodies": False}),
        ("if_none_match", {"honours_if_none_match": False}),
        ("if_match_put", {"honours_if_match": False} | ONE_AT_A_TIME),
        ("if_match_delete", {"honours_if_match": False} | ONE_AT_A_TIME),
        ("if_match_missing", {"honours_if_match": False} | ONE_AT_A_TIME),
        ("sync_collection", {"sync_collection": False}),
        ("sync_deletions", {"sync_collection": False}),
        ("sync_refuses", {"honest_tokens": False} | ONE_AT_A_TIME),
        ("sync_paging", {}),
        ("ctag", {"ctag": False}),
    ],
)
def test_what_is_not_so_turns_its_switch(code: str, switches: dict[str, object]) -> None:
    seen = {**ALL, code: Seen.NO}
    assert profile_of(seen, Multiget.NAMED, Hints()) == replace(BEST, **switches)  # type: ignore[arg-type]


def test_what_the_probe_saw_goes_before_a_hint() -> None:
    hinted = Hints(kind="x", guesses={"if_none_match": Seen.NO, "sync_deletions": Seen.NO})
    assert profile_of(ALL, Multiget.NAMED, hinted) == BEST


def test_where_the_probe_cannot_see_the_hint_decides() -> None:
    """Tokens that lose changes now and then (DAViCal), and limits that one event does not reach."""
    assert profile_of(ALL, Multiget.NAMED, Hints(losing_tokens=True)) == replace(
        BEST, honest_tokens=False, connections=1
    )
    assert profile_of(ALL, Multiget.NAMED, Hints(rate_limited=True)) == replace(BEST, connections=1)
    untried = {**ALL, "sync_deletions": Seen.NOT_TRIED}
    assert profile_of(untried, Multiget.NAMED, Hints()).sync_collection
    assert not profile_of(untried, Multiget.NAMED, Hints(guesses={"sync_deletions": Seen.NO})).sync_collection


def test_the_card_has_a_row_for_each_trait_with_verdict_and_consequence() -> None:
    answers = {code: Answer(seen=Seen.YES) for code in ALL} | {
        "if_none_match": Answer(seen=Seen.NO),
        "zones": Answer(seen=Seen.NO),
        "invites_nobody": Answer(seen=Seen.NOT_TRIED, detail="it says so"),
    }
    shown = card(
        answers,
        Multiget.NAMED,
        Hints(kind="sogo", guesses={"if_none_match": Seen.YES}),
        requests=7,
        left=False,
    )
    rows = {row.code: row for row in shown.rows}
    assert list(rows) == [trait.code for trait in TRAITS]
    assert (rows["ctag"].verdict, rows["ctag"].consequence) == ("pass", "")
    assert (rows["if_none_match"].observed, rows["if_none_match"].hinted) == (Seen.NO, Seen.YES)
    assert rows["if_none_match"].verdict == "copes"
    assert (rows["zones"].verdict, rows["invites_nobody"].verdict) == ("fail", "not tried")
    assert "Calendula looks right before each write." in shown.sentences
    assert shown.summary == f"Fit, but for what Calendula cannot help: 1 of {len(TRAITS)}."
    assert card(answers, Multiget.NAMED, Hints(), requests=7, left=True).sentences[-2] == (
        "A test event could not be removed; please delete it."
    )


def test_several_connections_are_tried_only_where_nothing_speaks_against_it() -> None:
    assert profile_of(ALL, Multiget.NAMED, Hints()).connections == MOST_CONNECTIONS
    without_tokens = {code: seen for code, seen in ALL.items() if not code.startswith("sync_")}
    assert profile_of(without_tokens, Multiget.NAMED, Hints()).connections == MOST_CONNECTIONS
