"""Put into words what is wrong with a configuration: where, which key, what was found, what is allowed.

Values are never shown: a password may stand in the wrong place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin, get_type_hints

from adapters.config.schema import Config


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with the configuration: where it stands, what was found there, what is allowed."""

    where: str
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.where}: {f'{self.key}: ' if self.key else ''}{self.found}; allowed: {self.allowed}"


class ConfigError(Exception):
    """The configuration cannot be used; `problems` are all of them, and the message lists them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def wrong_value(where: str, path: tuple[str, ...], value: object) -> Problem:
    """A known key with a value that it cannot have."""
    return Problem(
        where=where, key=".".join(path), found=f"{_kind(value)} that does not fit", allowed=_allowed(path)
    )


def unknown_key(where: str, path: tuple[str, ...]) -> Problem:
    """A name that the schema does not have, with the nearest one that it has."""
    holder = schema_at(path[:-1])
    names = [f.name for f in fields(holder)] if is_dataclass(holder) else list(Config.model_fields)
    found = "unknown key" if path[:-1] else "unknown section"
    return Problem(where=where, key=".".join(path), found=found, allowed=_nearest(path[-1], names))


def _nearest(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else ", ".join(names)


def schema_at(path: tuple[str, ...]) -> Any:
    """The type at a place in the schema."""
    here: Any = Config
    for name in path:
        here = get_type_hints(here).get(name, str)
    return here


def _allowed(path: tuple[str, ...]) -> str:
    hint = schema_at(path)
    if is_dataclass(hint):
        return f"a section with the keys {', '.join(f.name for f in fields(hint))}"
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in get_args(hint))
    limits = next(f.metadata for f in fields(schema_at(path[:-1])) if f.name == path[-1])
    if hint is int:
        return f"a whole number from {limits['ge']} to {limits['le']}"
    if get_origin(hint) is tuple:
        return "a list of host names, addresses or networks"
    return {bool: "true or false"}.get(hint, str(limits.get("description", "text")))


def _kind(value: object) -> str:
    """What was found, without showing it: it may be a secret in the wrong place."""
    kinds = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a section",
    }
    return kinds.get(type(value), "a value")
