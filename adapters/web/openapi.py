"""What OpenAPI says of every route beyond what is written at it: how it may be refused, and in which form."""

from typing import cast

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from adapters.web.policy import OPEN
from adapters.web.problems import MEDIA_TYPE, Problem

Tree = dict[str, object]
TITLE = "Calendula"
_ABOUT = (
    "Keep a practice's sessions and its practitioners' calendars in step. Every request bears a person's token; "
    "what it does is done by that person, and recorded. Refusals are problem documents (RFC 9457) with a code that "
    "docs/codes.md explains. Times are written like `2026-03-03T10:00`, on the wall clock of the worker or site, or "
    "with an offset."
)
_REFUSALS = {
    "400": "The request cannot be understood",
    "401": "No token, or one that is not good",
    "403": "This role may not do this",
    "404": "It does not exist, or is somebody else's",
    "409": "A rule refuses it as things are",
    "413": "More was sent than is taken",
    "422": "It does not fit, or a rule refuses it",
    "429": "Too often; Retry-After says when again",
    "502": "A calendar's server did not do what it was asked",
    "503": "The database is busy; try again",
}
_EDITS = {"412": "It was changed meanwhile; read it again", "428": "If-Match is missing"}


def described(routes: list[BaseRoute], version: str, servers: list[Tree]) -> Tree:
    """The whole document."""
    tree: Tree = get_openapi(
        title=TITLE, version=version, description=_ABOUT, routes=routes, servers=servers or None
    )
    schemas = _below(_below(tree, "components"), "schemas")
    model = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(cast("Tree", model.pop("$defs")), Problem=model)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in _below(tree, "paths").values():
        for operation in cast("Tree", path).values():
            _refusable(cast("Tree", operation))
    return tree


def _below(tree: Tree, name: str) -> Tree:
    return cast("Tree", tree.setdefault(name, {}))


def _refusable(operation: Tree) -> None:
    """Write down every way in which this operation may be refused."""
    if operation["operationId"] in OPEN:
        return
    parameters = cast("list[Tree]", operation.get("parameters", []))
    named = [one for one in parameters if one["name"] == "If-Match"]
    for one in named:
        one["required"] = True  # without it the answer is 428, not a list of what does not fit
    answers = _below(operation, "responses")
    for status, meaning in (_REFUSALS | (_EDITS if named else {})).items():
        schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answers[status] = {"description": meaning, "content": {MEDIA_TYPE: schema}}
