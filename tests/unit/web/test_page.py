"""docs/api.md: its requests are run as they stand there, and OpenAPI is what it says it is."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from adapters.config import Config
from adapters.database.engine import connect
from adapters.web.app import create_app
from adapters.web.policy import OPEN, POLICY, Reach
from model.access import AccessRole
from tests.served import Served, practice
from tests.unit.web.test_matrix import LETTERS

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")
REQUESTS = re.findall(r"^    (curl .*)$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("number", "told"), [(0, "actor"), (1, "items"), (2, "session_id")])
def test_the_requests_of_the_page_work_as_they_stand_there(api: Served, number: int, told: str) -> None:
    environ = os.environ | {"CALENDULA": api.url, "TOKEN": api.token(AccessRole.SCHEDULER)}
    done = subprocess.run(REQUESTS[number], shell=True, env=environ, capture_output=True, check=True)  # noqa: S602
    assert told in json.loads(done.stdout)


def test_the_page_has_three_requests() -> None:
    assert len(REQUESTS) == 3


def test_every_route_stands_on_the_page_with_who_may_use_it() -> None:
    tree = create_app(practice(connect("sqlite://"), Config()).app).openapi()
    there = [
        f"| `{method.upper()} {path.removeprefix('/api/v1')}` | {told['summary']} | {letters(told['operationId'])} |"
        for path, methods in tree["paths"].items()
        for method, told in methods.items()
        if told["operationId"] not in OPEN
    ]
    told = re.findall(r"^\| `[A-Z]+ /.*\|$", TEXT, re.MULTILINE)
    assert sorted(told) == sorted(there)


def letters(operation: str) -> str:
    """A, S, P, C for all that is there, small for what is one's own."""
    line = POLICY[operation]
    known = zip(LETTERS, LETTERS.values(), strict=True)
    return "".join(
        letter if line[role] is Reach.ALL else letter.lower() for letter, role in known if role in line
    )
