"""Whatever a rule of the domain refuses is said with what to do about it (DOMAIN 1.6)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.details import Status
from model.errors import no_step
from model.lock import Lock, locked
from model.session import TRANSITIONS
from tests.unit.test_rows import CODES

ROOT = Path(__file__).parents[2]
_ROOMS = ("model", "sync", "adapters")
_TO_DO = re.compile(
    r"\b(accept|add|allow|ask|assign|begin|begins on|bill|book|bring|cancel|change|choose|complete|correct|decline|"
    r"dismiss|edit|end|enter|finalise|give|leave|lists|make|move|must|name|needs|raises|reset|"
    r"reschedule|resume|say|shows|take|unlock|use|validate|wait|"
    r"write|written|only one that|at least|at most|from .* to|or more|like)\b",
    re.IGNORECASE,
)


def sentences() -> Iterator[tuple[str, str, str]]:
    """Every sentence with a code of DOMAIN 1.6, and where it stands; what is filled in is left out."""
    for file in sorted(file for room in _ROOMS for file in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "DomainError"
            ):
                code, sentence = (*node.args, None, None)[:2]
                if (
                    isinstance(code, ast.Constant)
                    and str(code.value).lower() in CODES
                    and sentence is not None
                ):
                    yield str(code.value), _words(sentence), f"{file.relative_to(ROOT)}:{node.lineno}"


def _words(sentence: ast.expr) -> str:
    """Its own words; where it ends with something filled in, that is what to do, or what there is to choose from."""
    if isinstance(sentence, ast.JoinedStr) and isinstance(sentence.values[-1], ast.FormattedValue):
        return ""
    parts = [node.value for node in ast.walk(sentence) if isinstance(node, ast.Constant)]
    words = " ".join(part for part in parts if isinstance(part, str))
    return words if re.search("[a-z]", words) else ""


@pytest.mark.parametrize(("code", "words", "place"), [pytest.param(*one, id=one[2]) for one in sentences()])
def test_what_is_refused_is_said_with_what_to_do(code: str, words: str, place: str) -> None:
    assert not words or _TO_DO.search(words), f"{place}: {code}: {words}"


@pytest.mark.parametrize("lock", Lock)
def test_e_locked_names_the_way_out_of_each_lock(lock: Lock) -> None:
    message = locked(lock, "Not now").message
    assert message.startswith(f"Not now: {lock} (")
    assert _TO_DO.search(message)


def test_e_transition_names_the_steps_that_there_are() -> None:
    message = no_step("A session", Status.DRAFT, Status.COMPLETE, TRANSITIONS[Status.DRAFT]).message
    assert message == "A session that is DRAFT cannot become COMPLETE; choose CANCELLED or ROSTERED"
    assert no_step("A stay", "COMPLETED", "BOOKED", ()).message.endswith(
        "nothing follows that, so add another"
    )


def test_there_are_such_sentences() -> None:
    assert len(list(sentences())) > 100
    assert not _TO_DO.search("An attendance that is kept is a record")
