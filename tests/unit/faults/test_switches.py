"""Every switch of the fake server reproduces something that a real server was seen to do, and is used by a story."""

import importlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tests.fake import personalities
from tests.fake.switches import NAMES, Switches

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
# Where the recorded exchanges are, on machines that have them.
LAB = Path(os.environ.get("CALENDULA_CALDAV_LAB", _ROOT.parent / "shared" / "caldav-lab"))


def sources() -> Iterator[tuple[str, str, str]]:
    for switch in fields(Switches):
        for source in switch.metadata["sources"]:
            kind, _, where = source.partition(":")
            yield switch.name, kind, where


def test_every_switch_says_what_it_does_and_who_was_seen_doing_it() -> None:
    for switch in fields(Switches):
        assert switch.metadata["what"]
        assert re.fullmatch(r"[A-H]\d+( [A-H]\d+)*", switch.metadata["failures"]), switch.name
        assert switch.metadata["sources"], switch.name
    assert {kind for _, kind, _ in sources()} <= {"lab", "hints", "issue", "source", "rfc"}


def test_every_hint_is_in_the_librarys_table() -> None:
    table = importlib.import_module("caldav.compatibility_hints")
    for name, kind, where in sources():
        if kind == "hints":
            server, _, feature = where.partition("#")
            assert feature in getattr(table, server), (name, where)


def test_every_issue_is_one_that_can_be_looked_up() -> None:
    for name, kind, where in sources():
        if kind == "issue":
            assert re.fullmatch(r"([\w.-]+/)?[\w.-]+#\d+", where), (name, where)


def test_every_recorded_exchange_is_there() -> None:
    if not LAB.is_dir():
        pytest.skip("the recorded exchanges are not on this machine")
    for name, kind, where in sources():
        if kind == "lab":
            file, _, path = where.partition("#")
            assert recorded(LAB / "results" / file, path) is not None, (name, where)


def recorded(file: Path, path: str) -> object:
    """What a recording says at a path of keys; keys may hold slashes themselves."""
    found = json.loads(file.read_text(encoding="utf-8"))
    while path:
        key = max((k for k in found if path == k or path.startswith(f"{k}/")), key=len)
        found, path = found[key], path[len(key) + 1 :]
    return {"said": found}


def test_every_issue_is_named_where_failures_are_collected() -> None:
    collected = LAB.parent / "FAILURES.md"
    if not collected.is_file():
        pytest.skip("the collection of failures is not on this machine")
    text = collected.read_text(encoding="utf-8")
    for name, kind, where in sources():
        assert kind != "issue" or where.rpartition("/")[2] in text, (name, where)


@pytest.mark.parametrize("name", NAMES)
def test_every_switch_has_a_story(name: str) -> None:
    files = [file for file in _HERE.glob("test_*.py") if file != Path(__file__)]
    stories = [file.read_text(encoding="utf-8") for file in (*files, Path(personalities.__file__))]
    used = rf"\b{name}\b"
    assert any(re.search(used, story) for story in stories)
