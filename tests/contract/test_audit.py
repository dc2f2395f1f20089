"""What `make audit` makes of a database's answers: the real pip-audit asks, a stand-in for OSV on loopback answers."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import audit, servers
from tests.conftest import or_skip
from tests.fake.wire import Answer, Request, listening

KNOWN = {
    "id": "GHSA-xxxx-petal",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "Wilts",
    "affected": [
        {
            "package": {"name": "petal", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


@pytest.fixture(scope="module")
def pip_audit() -> Path:
    return or_skip(lambda: servers.installed("pip-audit")).with_name("pip-audit")


@contextmanager
def database(answer: Callable[[str], Answer]) -> Iterator[str]:
    """Where a database listens that is asked for packages by name."""

    def respond(request: Request) -> Answer:
        return answer(json.loads(request.body)["package"]["name"])

    with listening(respond) as port:
        yield f"http://127.0.0.1:{port}/v1/query"


def told(value: object, status: int = 200) -> Answer:
    return Answer(
        status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"}
    )


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "petal.lock"
    digest = hashlib.sha256(b"").hexdigest()
    rows = (f"{name} \\\n    --hash=sha256:{digest}\n" for name in ("petal==1.0", "stem==2.0"))
    path.write_text("--only-binary :all:\n\n" + "".join(rows), encoding="utf-8")
    return path


def test_g28_a_known_vulnerability_is_named_with_the_version_that_mends_it(
    pip_audit: Path, lock: Path
) -> None:
    with database(lambda name: told({"vulns": [KNOWN]} if name == "petal" else {})) as url:
        assert audit.audit(pip_audit, lock, ["--osv-url", url]) == [
            "petal 1.0: GHSA-xxxx-petal, mended in 1.1"
        ]
        waived = ["--osv-url", url, "--ignore-vuln", "GHSA-xxxx-petal"]
        assert audit.audit(pip_audit, lock, waived) == []


def test_g28_every_pin_of_every_lock_is_asked_about(pip_audit: Path) -> None:
    asked: set[str] = set()

    def answer(name: str) -> Answer:
        asked.add(name)
        return told({})

    with database(answer) as url:
        for lock in audit.locks():
            asked.clear()
            assert audit.audit(pip_audit, lock, ["--osv-url", url]) == []
            assert {pin.name for pin in audit.pins(lock) if not pin.marker} <= asked


def test_g28_a_database_that_is_out_of_reach_has_found_nothing_out(pip_audit: Path, lock: Path) -> None:
    with listening(lambda _: Answer()) as port:
        pass
    with pytest.raises(audit.UnreachableError):
        audit.audit(pip_audit, lock, ["--osv-url", f"http://127.0.0.1:{port}/v1/query"])


def test_g28_a_database_that_fails_is_no_good_news_either(pip_audit: Path, lock: Path) -> None:
    with database(lambda _: told({}, status=500)) as url, pytest.raises(audit.AuditError):
        audit.audit(pip_audit, lock, ["--osv-url", url])


def test_g28_what_was_not_asked_about_is_said(pip_audit: Path, lock: Path, tmp_path: Path) -> None:
    """As the same program's other service does, where a mirror of the index does not tell of vulnerabilities."""
    script = tmp_path / "asked"
    answer = {
        "dependencies": [
            {"name": "petal", "version": "1.0", "vulns": []},
            {"name": "stem", "skip_reason": "?"},
        ]
    }
    script.write_text(f"#!{sys.executable}\nprint('''{json.dumps(answer)}''')\n", encoding="utf-8")
    script.chmod(0o700)
    with pytest.raises(audit.AuditError, match="nothing was learned of stem"):
        audit.audit(script, lock)


def test_g28_only_where_it_is_asked_for_is_out_of_reach_no_failure(pip_audit: Path) -> None:
    with listening(lambda _: Answer()) as port:
        pass
    nobody = ["--osv-url", f"http://127.0.0.1:{port}/v1/query"]
    for more, code in (([], 1), (["--where-reachable"], 0)):
        done = subprocess.run(
            [sys.executable, "-m", "tests.audit", *more, *nobody], capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert "nothing was asked" in done.stderr
