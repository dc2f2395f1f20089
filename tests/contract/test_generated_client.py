"""A client can be made of OpenAPI alone: a well-known program makes one, which then works with a `calendula web`."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import or_skip
from tests.contract.test_web_api import Process, web

__all__ = ["web"]
# What somebody would write with it, by names that follow from operation ids and models alone.
_USED = """
import sys
from calendula_client import AuthenticatedClient
from calendula_client.api.sessions import add_session, list_sessions, move_session, show_session
from calendula_client.models import NewSession, NewTime, Problem

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2], raise_on_unexpected_status=True)
new = NewSession(start="2026-03-05T09:00", minutes=50, workers=["priya"], clients=["noor"], rostered=True)
made = add_session.sync(client=client, body=new)
to = NewTime(start="2026-03-05T11:00")
moved = move_session.sync(made.session_id, client=client, body=to, if_match="*")
shown = show_session.sync(moved.session_id, client=client)
listed = list_sessions.sync(client=client, from_="2026-03-05", to="2026-03-06")
refused = move_session.sync(made.session_id, client=client, body=NewTime(end="10:00"), if_match="*")
assert isinstance(refused, Problem), refused
print(shown.session.start, [str(one.id) for one in listed.items] == [str(made.session_id)], refused.code)
"""


@pytest.fixture(scope="session")
def generator() -> Path:
    """openapi-python-client, in an environment of its own."""
    return or_skip(lambda: servers.installed("openapi-python-client")).parent


def test_a_client_is_generated_without_a_warning_and_works(
    web: Process, generator: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    command = [
        generator / "openapi-python-client",
        "generate",
        "--fail-on-warning",
        "--url",
        f"{web.url}/openapi.json",
    ]
    path = {"PATH": f"{generator}{os.pathsep}{os.environ['PATH']}"}
    generated = _run([*command, "--output-path", made], env=os.environ | path)
    assert generated.returncode == 0, generated.stdout + generated.stderr

    used = _run(
        [generator / "python", "-c", _USED, web.url, web.token], env=os.environ | {"PYTHONPATH": str(made)}
    )
    assert used.returncode == 0, used.stderr
    assert used.stdout.split() == ["2026-03-05T11:00:00+10:30", "True", "E_END_BEFORE_START"]


def _run(command: list[Path | str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
