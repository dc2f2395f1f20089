"""What `/openapi.json` promises: a client can be generated from it alone, as nothing in it is left open."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.config import Config
from adapters.config.schema import WebSection
from adapters.database.engine import connect
from adapters.web.app import create_app
from adapters.web.policy import OPEN
from tests.served import practice

Tree = dict[str, Any]
PROBLEMS = {"400", "401", "403", "404", "409", "413", "422", "429", "502", "503"}
SAID = ("type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const")


@pytest.fixture(scope="module")
def tree() -> Tree:
    config = Config(web=WebSection(public_url="https://calendula.example/"))
    found: Tree = create_app(practice(connect("sqlite://"), config).app).openapi()
    return found


def operations(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for path, methods in tree["paths"].items():
        for told in methods.values():
            yield path, told


def test_every_operation_has_a_name_a_summary_a_room_and_a_lock(tree: Tree) -> None:
    assert tree["openapi"].startswith("3.1")
    assert tree["servers"] == [{"url": "https://calendula.example"}]
    assert tree["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for _, told in operations(tree):
        for word in ("operationId", "summary", "description", "tags"):
            assert told[word], told
        if told["operationId"] not in OPEN:
            assert told["security"] == [{"token": []}], told["operationId"]


def test_every_operation_says_what_it_answers_when_it_is_done(tree: Tree) -> None:
    for _, told in operations(tree):
        good = {status: answer for status, answer in told["responses"].items() if status.startswith("2")}
        ((status, answer),) = good.items()
        schemas = [one["schema"] for one in answer.get("content", {}).values()]
        assert (status == "204") == (schemas == []), told["operationId"]
        assert len(schemas) <= 1, told["operationId"]
        assert {} not in schemas, told["operationId"]


def test_every_operation_says_how_it_may_be_refused(tree: Tree) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for _, told in operations(tree):
        if told["operationId"] in OPEN:
            continue
        refusals = {
            status: answer for status, answer in told["responses"].items() if not status.startswith("2")
        }
        named = any(one["name"] == "If-Match" for one in told.get("parameters", []))
        assert refusals.keys() == PROBLEMS | ({"412", "428"} if named else set()), told["operationId"]
        assert all(answer["content"] == problem for answer in refusals.values()), told["operationId"]


def test_every_body_is_a_model_with_an_example(tree: Tree) -> None:
    schemas = tree["components"]["schemas"]
    for _, told in operations(tree):
        if "requestBody" not in told:
            continue
        reference = told["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        model = schemas[reference.rpartition("/")[2]]
        assert model["examples"], told["operationId"]
        assert model["additionalProperties"] is False, told["operationId"]


def test_every_part_of_a_path_is_declared_and_every_reference_leads_somewhere(tree: Tree) -> None:
    for path, told in operations(tree):
        declared = {one["name"] for one in told.get("parameters", []) if one["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), path
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(tree)))
    assert named <= tree["components"]["schemas"].keys()
    assert not [name for name in tree["components"]["schemas"] if "__" in name]


def left_open(schema: Any, where: str) -> Iterator[str]:
    """Where anything at all would fit."""
    if not isinstance(schema, dict) or not any(word in schema for word in SAID):
        yield where
        return
    more = schema.get("additionalProperties", False)
    if schema.get("type") == "object" and "properties" not in schema and not more:
        yield where
    if more is not False:
        yield from left_open(more, f"{where}.*")
    if schema.get("type") == "array" and "prefixItems" not in schema:
        yield from left_open(schema.get("items"), f"{where}[]")
    for name, inner in schema.get("properties", {}).items():
        yield from left_open(inner, f"{where}.{name}")
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in schema.get(word, []):
            yield from left_open(inner, where)


def test_no_model_has_a_member_that_may_be_anything(tree: Tree) -> None:
    found = [
        where for name, schema in tree["components"]["schemas"].items() for where in left_open(schema, name)
    ]
    parameters = [one for _, told in operations(tree) for one in told.get("parameters", [])]
    found += [where for one in parameters for where in left_open(one["schema"], one["name"])]
    assert found == []


@pytest.mark.parametrize(
    "schema", [{}, {"type": "object"}, {"type": "array"}, {"type": "object", "additionalProperties": True}]
)
def test_what_is_left_open_is_found(schema: Tree) -> None:
    assert list(left_open({"type": "object", "properties": {"a": schema}}, "Model"))


def test_what_opens_something_comes_in_and_never_goes_out(tree: Tree) -> None:
    """A password is in bodies alone; a token and a feed's address in the one answer that makes it."""
    answered = {
        told["operationId"]: re.findall(r"#/components/schemas/(\w+)", json.dumps(told["responses"]))
        for _, told in operations(tree)
    }
    telling = {operation for operation, models in answered.items() if {"Issued", "Secret"} & set(models)}
    assert telling == {"issue_token", "add_feed", "rotate_feed"}
    for name, schema in tree["components"]["schemas"].items():
        for member, inner in schema.get("properties", {}).items():
            if "password" in json.dumps(inner):
                assert inner.get("writeOnly"), (name, member)
    account = tree["components"]["schemas"]["NewLink"]["properties"]["secret"]
    assert account["writeOnly"]
