"""Build what is handed out: an sdist, and from that the wheel (`make package`, or `python -m tests.packaging FOLDER`).

The wheel is made of what the sdist holds and nothing else, so that whoever builds it from there gets the same. Nothing
is written into the checkout.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
_TAKEN = ("pyproject.toml", "README.md", "LICENSE", "model", "sync", "adapters")
_BACKEND = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def build(folder: Path) -> tuple[Path, Path]:
    """The sdist and the wheel, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        sdist = _sdist(Path(place) / "source", folder)
        with tarfile.open(sdist) as archive:
            archive.extractall(Path(place) / "sdist", filter="data")
        (unpacked,) = (Path(place) / "sdist").iterdir()
        return sdist, _built("build_wheel", unpacked, folder, "*.whl")


def _sdist(source: Path, folder: Path) -> Path:
    source.mkdir()
    for name in _TAKEN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    return _built("build_sdist", source, folder, "*.tar.gz")


def _built(hook: str, source: Path, folder: Path, pattern: str) -> Path:
    """Ask the backend that pyproject.toml names; it wants to be run where the sources are."""
    before = set(folder.glob(pattern))
    for old in before:
        old.unlink()
    done = subprocess.run(
        [sys.executable, "-c", _BACKEND, hook, str(folder.absolute())],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{hook} failed: {done.stderr[-2000:]}")
    (made,) = folder.glob(pattern)
    return made


if __name__ == "__main__":
    for file in build(Path(sys.argv[1])):
        sys.stdout.write(f"{file}\n")
