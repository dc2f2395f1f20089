"""Read a practice file in TOML, and find again on which line each table and each of its keys stands.

The parser of the standard library says nothing about lines, so they are looked for in the text. Where what is found
does not fit what was parsed (tables written inline, say), an entry is named by its number alone.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.practice_set.raw import Raw, UnreadableError, text_of

_HEADER = re.compile(r"\s*\[(\[?)\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*=")


@dataclass
class _Found:
    """A header in the text, and the keys below it."""

    table: str
    line: int
    keys: dict[str, int] = field(default_factory=dict)


def read_toml(file: Path) -> tuple[list[Raw], list[str]]:
    """All entries of a file, and what is no table of entries."""
    text = text_of(file)
    data = _parsed(file, text)
    headers = list(_headers(text))
    entries: list[Raw] = []
    problems: list[str] = []
    for table, value in data.items():
        if table == "practice" and isinstance(value, dict):
            entries += _entries(file, table, [value], headers)
        elif table != "practice" and isinstance(value, list):
            tables = [one for one in value if isinstance(one, dict)]
            entries += _entries(file, table, tables, headers)
            problems += [f"{file.name}: [[{table[:60]}]]: not all of it are tables"] * (tables != value)
        else:
            wanted = "[practice]" if table == "practice" else f"[[{table[:60]}]]"
            problems.append(f"{file.name}: {table[:60]}: not a table of entries; write {wanted}")
    return entries, problems


def _parsed(file: Path, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise UnreadableError(f"{file.name} is not TOML: too much is nested in it") from error
    except ValueError as error:  # what TOML refuses, and numbers of thousands of digits
        raise UnreadableError(f"{file.name} is not TOML: {error}") from error


def _entries(file: Path, table: str, values: list[dict[str, object]], headers: list[_Found]) -> Iterator[Raw]:
    places = [header for header in headers if header.table == table]
    known = len(places) == len(values)
    for number, value in enumerate(values, 1):
        place = places[number - 1] if known else None
        yield Raw(
            table=table,
            file=file.name,
            number=number,
            values=value,
            line=place.line if place else None,
            lines=place.keys if place else {},
        )


def _headers(text: str) -> Iterator[_Found]:
    """Every header with its keys; what stands in texts of several lines is none."""
    current, inside = None, ""
    for number, line in enumerate(text.split("\n"), 1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
            continue
        if header := _HEADER.match(line):
            if current:
                yield current
            current = _Found(table=header[2], line=number)
        elif current and (key := _KEY.match(line)):
            current.keys.setdefault(key[1], number)
        inside = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    if current:
        yield current
