"""What node runs is installed as it was locked, or not at all (G28); npm itself is asked."""

import json
import shutil
from pathlib import Path

import pytest

from adapters.demo.radicale import ServerStartError
from tests.conftest import or_skip
from tests.servers import LOCKS, install_js


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed here")
def test_g28_a_package_for_node_is_installed_only_as_it_was_locked(tmp_path: Path) -> None:
    assert or_skip(lambda: install_js(tmp_path / "good", _locks(tmp_path, "as it is"))).is_dir()
    with pytest.raises(ServerStartError, match="EINTEGRITY"):
        install_js(
            tmp_path / "changed", _locks(tmp_path, "of something else", integrity=f"sha512-{'A' * 86}==")
        )


def _locks(folder: Path, word: str, **changed: str) -> Path:
    copy = folder / word / "ical.js"
    shutil.copytree(LOCKS / "ical.js", copy)
    lock = json.loads((copy / "package-lock.json").read_text(encoding="utf-8"))
    lock["packages"]["node_modules/ical.js"] |= changed
    (copy / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return copy
