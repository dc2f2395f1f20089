"""What is installed is what was locked: here, in the image, in CI, and for what tests start beside it (G28)."""

import base64
import hashlib
import importlib.metadata
import json
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from adapters.demo.radicale import ServerStartError, install
from tests.audit import OURS, ROOT, RUNTIME, locks
from tests.locked import options, pins

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
JS = ROOT / "tests" / "locks" / "ical.js"
# A year and a number: each says what the law is now, and an upper bound would keep yesterday's clocks.
UNBOUNDED = {"tzdata"}
# Where an administrator, the image, `make` and CI say what is installed.
INSTALLING = ("Makefile", ".ci/run", "docs/deploy/Containerfile", "docs/deploy/README.md")
BY_HASH = re.compile(r"--require-hashes -r \S*\.lock$")
OURSELVES = re.compile(
    r"--no-deps (--no-build-isolation )?(--editable |--wheel-dir \S+ )?(\.|\S*calendula-\*\.whl)( \\)?$"
)


def runtime_ranges() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"]
    return [
        Requirement(need)
        for need in [*PROJECT["project"]["dependencies"], *extras["postgres"], *extras["oauth"]]
    ]


def ranges() -> list[Requirement]:
    more = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    return [*runtime_ranges(), *(Requirement(need) for need in more)]


def asked_of(lock: Path) -> list[Requirement]:
    """What a lock file has to answer: our own ranges, or those of the .in file beside it."""
    ours = {OURS: ranges, RUNTIME: runtime_ranges}
    if lock in ours:
        return ours[lock]()
    lines = lock.with_suffix(".in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_g28_every_range_of_ours_ends_before_the_next_major() -> None:
    for need in ranges():
        operators = {one.operator for one in need.specifier}
        assert operators == ({">="} if need.name in UNBOUNDED else {">=", "<"}), str(need)


def test_g28_each_range_has_its_lock_and_the_lock_keeps_to_it() -> None:
    assert {lock.with_suffix(".in") for lock in locks() if lock not in {OURS, RUNTIME}} == {
        path for folder in ("adapters", "tests") for path in (ROOT / folder).rglob("*.in")
    }
    for lock in locks():
        locked = {pin.name: pin.version for pin in pins(lock)}
        for need in asked_of(lock):
            assert need.specifier.contains(locked[canonicalize_name(need.name)]), (lock.name, str(need))


@pytest.mark.parametrize("lock", locks(), ids=lambda lock: lock.stem)
def test_g28_a_lock_pins_everything_by_hash_and_names_no_place(lock: Path) -> None:
    found = pins(lock)
    assert found
    for pin in found:
        assert pin.hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in pin.hashes), pin
    assert options(lock) == [
        "--only-binary :all:"
    ]  # a source package would bring build tools that no hash holds
    assert not re.search(r"https?:|file:| @ |git\+", lock.read_text(encoding="utf-8"))


def test_g28_what_runs_is_what_was_tested_and_nothing_for_tests() -> None:
    tested, runs = ({pin.name: pin for pin in pins(lock)} for lock in (OURS, RUNTIME))
    assert runs.items() < tested.items()
    assert runs.keys() & {"pytest", "hypothesis", "mypy", "ruff", "aiosmtpd", "setuptools"} == set()


def test_g28_what_is_installed_here_is_what_is_locked() -> None:
    locked = {pin.name: pin.version for pin in pins(OURS)}
    here = {canonicalize_name(one.name): one.version for one in importlib.metadata.distributions()}
    assert {name: here[name] for name in here.keys() & locked} == {
        name: locked[name] for name in here.keys() & locked
    }
    assert {canonicalize_name(need.name) for need in ranges()} <= here.keys()


def test_g28_nothing_is_installed_but_from_a_lock() -> None:
    for name in INSTALLING:
        text = (ROOT / name).read_text(encoding="utf-8")
        for line in re.findall(r"\bpip3? (?:install|wheel)\b(.*)$", text, re.MULTILINE):
            assert BY_HASH.search(line) or OURSELVES.search(line), (name, line)
        assert not re.search(
            r"\b(uv|pipx|uvx) (tool |pip )?(install|run)\b|\bnpm (i|install|exec)\b|\bnpx\b", text
        ), name
    sources = (
        path for folder in ("adapters", "model", "sync", "tests") for path in (ROOT / folder).rglob("*.py")
    )
    assert {
        str(path.relative_to(ROOT))
        for path in sources
        if '"pip", "install"' in path.read_text(encoding="utf-8")
    } == {"adapters/demo/radicale.py", "tests/acceptance/test_package.py", "tests/unit/test_supply_chain.py"}


def test_g28_make_the_image_and_ci_take_our_lock() -> None:
    for name, lock in {
        "Makefile": OURS,
        "docs/deploy/Containerfile": RUNTIME,
        "docs/deploy/README.md": RUNTIME,
    }.items():
        assert f"--require-hashes -r {lock.name}" in (ROOT / name).read_text(encoding="utf-8"), name
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^ *make test\b", ci, re.MULTILINE)
    assert re.search(r"^make audit ARGS=--where-reachable\b", ci, re.MULTILINE)


def test_g28_what_node_runs_is_locked_by_hash() -> None:
    wanted = json.loads((JS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((JS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert lock.pop("")["dependencies"] == wanted
    assert {name.removeprefix("node_modules/") for name in lock} == set(wanted)
    for one in lock.values():
        assert one["integrity"].startswith("sha512-")
        assert "resolved" not in one


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one small wheel, and nothing else to install from."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    wheel(folder)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def wheel(folder: Path, *, says: str = "petal") -> Path:
    path = folder / "petal-1.0-py3-none-any.whl"
    files = {
        "petal.py": f"print({says!r})\n",
        "petal-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: petal\nVersion: 1.0\n",
        "petal-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        for name, text in files.items()
    ]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("petal-1.0.dist-info/RECORD", "\n".join([*rows, "petal-1.0.dist-info/RECORD,,\n"]))
    return path


def lock_of(shelf: Path, line: str = "") -> Path:
    digest = hashlib.sha256((shelf / "petal-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    path = shelf / "petal.lock"
    path.write_text(
        line or f"--only-binary :all:\n\npetal==1.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8"
    )
    return path


def test_g28_a_program_beside_us_is_installed_only_as_it_was_locked(shelf: Path, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    left = install(folder, lock_of(shelf)).parent / "left over"
    left.touch()
    install(folder, lock_of(shelf))
    assert left.exists(), "what is there is not installed again"
    with pytest.raises(ServerStartError, match="require-hashes"):
        install(folder, lock_of(shelf, "petal==1.0\n"))
    assert not left.exists(), "another lock is installed anew"
    lock = lock_of(shelf)
    wheel(shelf, says="something else")
    with pytest.raises(ServerStartError, match="DO NOT MATCH THE HASHES"):
        install(folder, lock)
