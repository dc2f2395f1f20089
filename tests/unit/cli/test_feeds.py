"""Commands about feeds: an address is shown once, and what cannot be is said in one sentence."""

import re

from adapters.feeds.secret import hash_of
from tests.unit.cli.conftest import Command


def test_an_address_is_shown_once_and_nowhere_else(practice: Command) -> None:
    made = practice("feed", "add", "--worker", "priya", "--level", "busy", "--title", "Practice")
    (secret,) = re.findall(r"/feeds/(\S{43})\.ics", made.out)
    said = practice("feed", "list").out + practice("feed", "list", "--json").out + practice("history").out
    assert "worker:priya" in said
    assert "never" in said
    assert "made a feed (feed priya)" in said
    assert secret not in said
    assert hash_of(secret) not in said


def test_with_a_known_server_the_whole_address_is_shown(practice: Command, monkeypatch) -> None:
    monkeypatch.setenv("CALENDULA_WEB__PUBLIC_URL", "https://practice.example/")
    lines = practice("feed", "add", "--room", "gym").out.splitlines()
    assert lines[1].startswith("  https://practice.example/feeds/")
    assert lines[2].startswith("  webcal://practice.example/feeds/")


def test_rotated_it_has_another_and_removed_none(practice: Command) -> None:
    first = practice("feed", "add", "--worker", "priya", "--json").json()
    second = practice("feed", "rotate", "priya", "--json").json()
    assert first["feed"] == second["feed"] == "priya"
    assert first["url"] != second["url"]
    assert practice("feed", "remove", "priya").code == 0
    gone = practice("feed", "rotate", "priya")
    assert (gone.code, gone.out) == (1, "")
    assert "calendula feed list shows all" in gone.err


def test_a_feed_is_of_one_thing(practice: Command) -> None:
    for words in ((), ("--worker", "priya", "--room", "gym")):
        assert practice("feed", "add", *words).code == 2
    unknown = practice("feed", "add", "--worker", "nobody")
    assert (unknown.code, 'no worker "nobody"' in unknown.err) == (1, True)


def test_e_level_not_allowed_is_said_in_a_sentence(practice: Command) -> None:
    refused = practice("feed", "add", "--worker", "priya", "--level", "full_name")
    assert refused.code == 1
    assert "E_LEVEL_NOT_ALLOWED" in refused.err
