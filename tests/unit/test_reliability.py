"""docs/reliability.md is complete, its proofs exist, and tests/mutations.toml covers what it has to."""

import ast
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from tests.mutants.mutations import Mutation, listed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
CATALOGUE = ROOT.parent / "shared" / "FAILURES.md"  # not there in a checkout by itself
SECTIONS = {"A": 28, "B": 39, "C": 38, "D": 9, "E": 26, "F": 10, "G": 28, "H": 10}
IDS = [f"{section}{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)]
MOST_IMPOSSIBLE = 15

PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`(, |$)")
COVERED = {
    *(f"E{number}" for number in range(1, 25)),
    *(f"I{number}" for number in range(1, 18)),
    *("guard", "If-Match", "If-None-Match", "token", "lease", "fencing", "redaction", "privacy", "announced"),
    *("proof by name", "echo", "quarantine"),
}


def rows() -> list[tuple[str, str, str]]:
    """Id, what goes wrong, and proof, in the order of the page."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^\| ([A-H]\d+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)


def marked(mark: str) -> list[tuple[str, str]]:
    return [(name, proof) for name, _, proof in rows() if proof.startswith(mark)]


@lru_cache
def functions_of(path: str) -> frozenset[str]:
    """The test functions of a file, without running it."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_way_to_fail_has_one_row_in_order() -> None:
    assert [name for name, _, _ in rows()] == IDS


def test_the_ids_are_those_of_the_catalogue() -> None:
    if not CATALOGUE.exists():
        pytest.skip("the catalogue is not beside this checkout")
    assert re.findall(r"^([A-H]\d+) ", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE) == IDS


@pytest.mark.parametrize("proof", [pytest.param(proof, id=name) for name, _, proof in rows()])
def test_a_proof_is_a_test_that_exists_or_says_why_there_is_none(proof: str) -> None:
    if proof.startswith("cannot arise: "):
        named = re.findall(r"`((?:model|sync|adapters)/[\w/]+\.py)`", proof)
        assert named, "a row that cannot arise names the code that prevents it"
        assert [path for path in named if not (ROOT / path).exists()] == []
    else:
        assert re.sub(PROOF, "", proof) == "", "a proof is `path::test`, several with commas between"
        assert [f"{path}::{test}" for path, test, _ in PROOF.findall(proof) if not has(path, test)] == []


def has(path: str, test: str) -> bool:
    return (ROOT / path).is_file() and test in functions_of(path)


def test_few_rows_say_that_it_cannot_arise() -> None:
    assert len(marked("cannot arise")) <= MOST_IMPOSSIBLE


# --- the mutations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mutation", listed(), ids=lambda m: m.off)
def test_a_mutation_fits_the_code_and_names_a_test(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.find) == 1
    assert mutation.applied(text) != text
    path, _, test = mutation.test.partition("::")
    assert has(path, test.partition("[")[0])


def test_no_mutation_fails_for_a_name_that_does_not_exist(tmp_path: Path) -> None:
    """Else any test would catch it. All are linted at once: a process each would take a minute."""
    for number, mutation in enumerate(one for one in listed() if one.file.endswith(".py")):
        text = (ROOT / mutation.file).read_text(encoding="utf-8")
        (tmp_path / f"m{number}.py").write_text(mutation.applied(text), encoding="utf-8")
    lint = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821,F823", str(tmp_path)]
    told = subprocess.run(lint, check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout


def test_no_mutation_is_listed_twice() -> None:
    named = [mutation.off for mutation in listed()]
    assert sorted(set(named)) == sorted(named)


def test_every_code_and_invariant_and_what_else_must_hold_has_a_mutation() -> None:
    assert COVERED - {rule for mutation in listed() for rule in mutation.rules} == set()


def test_ci_tries_the_mutations_after_the_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.index("make test") < script.index("make mutants")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
