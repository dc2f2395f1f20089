"""The three rooms: model <- sync <- adapters, and never back (DESIGN, three rooms)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "model": {"model", "dateutil", "sqlalchemy"},
    "sync": {"sync", "model"},
}
# The model maps its nouns to columns; it neither queries nor connects.
MAPPING_ONLY = {
    "sqlalchemy", "sqlalchemy.orm", "sqlalchemy.orm.attributes", "sqlalchemy.types", "sqlalchemy.dialects.sqlite",
}  # fmt: skip
NOT_FOR_THE_MODEL = {
    "create_engine",
    "select",
    "insert",
    "update",
    "delete",
    "text",
    "Engine",
    "Session",
    "sessionmaker",
}


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every module a file imports, wherever in the file, with the names taken."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} is relative; name the room"
            yield node.module or "", tuple(alias.name for alias in node.names)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_inwards(room):
    strange = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(room)
        for module, _ in imports(path)
        if (top := module.partition(".")[0]) not in sys.stdlib_module_names and top not in MAY_IMPORT[room]
    ]
    assert strange == []


def test_the_model_maps_and_never_queries():
    strange = [
        f"{path.relative_to(ROOT)} imports {module} {name}"
        for path in sources("model")
        for module, names in imports(path)
        if module.partition(".")[0] == "sqlalchemy"
        for name in names or ("as a whole",)
        if module not in MAPPING_ONLY or name in NOT_FOR_THE_MODEL
    ]
    assert strange == []


def test_nothing_in_the_product_imports_the_tests():
    strange = [
        f"{path.relative_to(ROOT)} imports {module}"
        for room in ("model", "sync", "adapters")
        for path in sources(room)
        for module, _ in imports(path)
        if module.partition(".")[0] in {"tests", "pytest", "hypothesis"}
    ]
    assert strange == []


def test_copyleft_tools_of_the_tests_are_only_processes():
    """Radicale, Xandikos and vdirsyncer are run, never imported (LIBRARIES)."""
    rooms = ("model", "sync", "adapters", "tests")
    taken = {m.partition(".")[0] for room in rooms for path in sources(room) for m, _ in imports(path)}
    assert taken.isdisjoint({"radicale", "xandikos", "vdirsyncer"})


@pytest.mark.parametrize("room", ["model", "sync", "adapters"])
def test_every_file_says_what_it_is_for(room):
    silent = [
        str(p.relative_to(ROOT)) for p in sources(room) if not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []
