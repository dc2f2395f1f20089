"""The command line, in this process and as one of its own, in an empty home."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import adapters.demo
from adapters.cli.entry import main

NOW = "2026-03-01T00:00:00+00:00"
SAMPLE = str(Path(adapters.demo.__path__[0]) / "practice.toml")
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("CALENDULA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "calendula"


@pytest.fixture
def calendula(home: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process, at a set time."""

    def run(*arguments: str) -> Answer:
        code = 0
        try:
            main(arguments, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


@pytest.fixture
def practice(calendula: Command) -> Command:
    """The same, where the sample practice was imported."""
    assert calendula("init").code == 0
    assert calendula("practice", "import", SAMPLE).code == 0
    return calendula


@pytest.fixture
def process(home: Path) -> Command:
    """Run a command as a process of its own, by the tests' entry."""

    def run(*arguments: str, **environ: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "tests.entry", *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT), "CALENDULA_TEST_NOW": NOW} | environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return run
