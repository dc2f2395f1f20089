"""The API as its own description promises it: requests made up from OpenAPI, against a real `calendula web`."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.demo.radicale import free_port, spawn
from tests.practice import Commands

_BUDGET_S = 60
_ASKING = ("discover_calendars", "add_link", "subscribe_link", "log_in_link")  # servers that are not ours
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "unsupported_method",
)


_CONFIG = """
[web]
port = {port}
requests_per_min = 1000000
failed_logins = 10000
[log]
level = "error"
format = "json"
"""
_KNOWN = """
[parameters]
"path.session" = "{session}"
"path.worker" = "priya"
"header.If-Match" = "*"
"""  # so that most of what is asked gets as far as the rules


@dataclass(frozen=True)
class Process:
    """A running `calendula web`, an administrator's token, and a session that is there."""

    url: str
    token: str
    session: str
    log: Path


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Process]:
    """The command itself, on the sample practice."""
    commands, port = Commands(tmp_path, datetime(2026, 3, 1, tzinfo=UTC)), free_port()
    commands.set_up(extra=_CONFIG.format(port=port))
    token = commands.ok("token", "add", "--admin", "ada").out.strip()
    when = ("--start", "2026-03-03 10:00", "--minutes", "60", "--worker", "priya", "--client", "noor")
    session = commands.ok("session", "add", *when, "--roster", "--json").json["session_id"]
    log = tmp_path / "web.log"
    program = [sys.executable, "-m", "adapters.cli.entry", "--config", str(commands.config), "web"]
    stop = spawn(program, port=port, log=log)
    yield Process(url=f"http://127.0.0.1:{port}", token=token, session=session, log=log)
    stop()


def test_every_answer_is_one_that_openapi_promises(web: Process, schemathesis: Path, tmp_path: Path) -> None:
    options = [
        *("--checks", ",".join(_CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", "5"),
        *("--header", f"Authorization: Bearer {web.token}", "--max-time", str(_BUDGET_S), "--seed", "1"),
        *(word for one in _ASKING for word in ("--exclude-operation-id", one)),
        *("--max-failures", "20", "--no-color", "--suppress-health-check", "all", "--workers", "1"),
    ]
    known = tmp_path / "known.toml"
    known.write_text(_KNOWN.format(session=web.session), encoding="utf-8")
    done = subprocess.run(
        [schemathesis, "--config-file", known, "run", f"{web.url}/openapi.json", *options],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=_BUDGET_S * 10,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + web.log.read_text()[-3000:]
    assert re.search(r"[1-9]\d* generated", done.stdout), done.stdout[-2000:]
    assert "Traceback" not in web.log.read_text()
