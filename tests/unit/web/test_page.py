"""docs/api.md: its requests are run as they stand there, and OpenAPI is what it says it is."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.config.schema import WebSection
from model.access import AccessRole
from tests.served import Served, served

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
REQUESTS = re.findall(r"^    (curl .*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("number", "told"), [(0, "actor"), (1, "items"), (2, "session_id")])
def test_the_requests_of_the_page_work_as_they_stand_there(api: Served, number: int, told: str) -> None:
    environ = os.environ | {"CALENDULA": api.url, "TOKEN": api.token(AccessRole.SCHEDULER)}
    done = subprocess.run(REQUESTS[number], shell=True, env=environ, capture_output=True, check=True)  # noqa: S602
    assert told in json.loads(done.stdout)


def test_the_page_has_three_requests() -> None:
    assert len(REQUESTS) == 3


def operations(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [told for methods in tree["paths"].values() for told in methods.values()]


def test_openapi_says_enough_to_make_a_client_of_it(copied: str) -> None:
    with served(copied, WebSection(public_url="https://calendula.example/"), empty=False) as api:
        tree = httpx2.get(f"{api.url}/openapi.json").json()
    assert tree["openapi"].startswith("3.1")
    assert tree["servers"] == [{"url": "https://calendula.example"}]
    schemas = tree["components"]["schemas"]
    assert tree["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for told in operations(tree):
        assert told["operationId"]
        assert told["summary"]
        assert told["description"]
        assert told["tags"]
        if told["operationId"] != "healthz":
            assert told["security"] == [{"token": []}]
            assert {"401", "403", "404", "422", "429"} <= told["responses"].keys()
        body = told.get("requestBody", {}).get("content", {}).get("application/json")
        if body:
            assert schemas[body["schema"]["$ref"].rpartition("/")[2]]["examples"], told["operationId"]
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(tree)))
    assert named <= schemas.keys()


def test_no_answer_is_just_anything(api: Served) -> None:
    """Every answer has a schema with members that are named."""
    tree = httpx2.get(f"{api.url}/openapi.json").json()
    for told in operations(tree):
        good = {status: answer for status, answer in told["responses"].items() if status.startswith("2")}
        assert len(good) == 1
        for status, answer in good.items():
            assert status == "204" or answer["content"]["application/json"]["schema"] != {}
