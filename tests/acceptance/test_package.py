"""What is handed out works by itself: the wheel, in an empty environment, from a folder that is not the checkout."""

import os
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import adapters.demo
from adapters.demo.radicale import Server
from tests.packaging import ROOT, build
from tests.practice import remote_items
from tests.servers import fresh_collection

SAMPLE = Path(adapters.demo.__path__[0]) / "practice.toml"
_LOOPBACK = '\n[network]\nallow_plain_hosts = ["127.0.0.1"]\nallow_private_hosts = ["127.0.0.1"]\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("dist"))


def _files() -> set[str]:
    """What the three packages consist of here, code and all else."""
    found = (path for name in ("model", "sync", "adapters") for path in (ROOT / name).rglob("*"))
    return {str(one.relative_to(ROOT)) for one in found if one.is_file() and "__pycache__" not in one.parts}


def test_the_wheel_holds_every_file_of_the_program_and_nothing_else(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert "calendula = adapters.cli.entry:main" in wheel.read(entry).decode()
        assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
    assert names == _files()
    assert "adapters/demo/practice.toml" in names
    assert any(name.startswith("adapters/database/migrations/versions/") for name in names)


def test_the_sdist_holds_what_the_wheel_is_made_of(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert _files() | {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"} <= names


class Installed:
    """The program in an environment of its own, used from a folder of its own by nobody's configuration."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self._bin, self._home = folder / "venv" / "bin", folder / "home"
        self._home.mkdir()
        self._do([sys.executable, "-m", "venv", str(folder / "venv")])
        pip = [str(self._bin / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        self._do([*pip, "--require-hashes", "-r", str(ROOT / "runtime.lock")])
        self._do([*pip, "--no-deps", str(wheel)])

    def __call__(self, *words: str, stdin: str = "") -> str:
        return self._do([str(self._bin / "calendula"), *words], stdin=stdin)

    def python(self, text: str) -> str:
        return self._do([str(self._bin / "python"), "-c", text])

    @property
    def config(self) -> Path:
        return self._home / "calendula" / "calendula.toml"

    def _do(self, command: list[str], stdin: str = "") -> str:
        kept = {
            name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_", "http", "HTTP"))
        }
        environ = kept | {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "XDG_CONFIG_HOME": str(self._home),
        }
        done = subprocess.run(
            command,
            cwd=self._home,
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout


def test_a_practice_is_set_up_linked_and_synced_from_the_wheel_alone(
    built: tuple[Path, Path], tmp_path: Path, radicale: Server
) -> None:
    calendula = Installed(tmp_path, built[1])
    assert str(ROOT) not in calendula.python(
        "import adapters.app, sys; print(adapters.app.__file__, sys.path)"
    )
    calendula("init")
    with calendula.config.open("a") as config:
        config.write(_LOOPBACK)
    calendula("config", "check")
    practice = tmp_path / "practice.toml"
    practice.write_bytes(SAMPLE.read_bytes())
    calendula("practice", "import", str(practice))
    day = datetime.now(UTC) + timedelta(days=2)
    start = f"{day:%Y-%m-%d} 10:00"
    calendula(
        "session",
        "add",
        "--worker",
        "mia",
        "--client",
        "jordan",
        "--start",
        start,
        "--minutes",
        "50",
        "--roster",
    )
    with fresh_collection(radicale) as url:
        given = ("--calendar", url, "--user", radicale.user, "--mode", "two-way", "--password-stdin")
        calendula("link", "add", "mia", *given, stdin=f"{radicale.password}\n")
        calendula("sync", "--all")
        assert [b"SUMMARY:Session C-1042" in one.body for one in remote_items(radicale, url)] == [True]
        calendula("sync", "--all")
    assert "calendula " in calendula("--version")
