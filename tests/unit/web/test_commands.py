"""The commands `token` and `web`, and the API beside `run`."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from adapters.demo.radicale import free_port, spawn
from tests.practice import Commands
from tests.served import eventually
from tests.unit.cli.test_process import loaded


@pytest.fixture
def practice(tmp_path: Path) -> Commands:
    commands = Commands(tmp_path, datetime(2026, 3, 1, tzinfo=UTC))
    commands.set_up(extra=f"[web]\nport = {free_port()}\nin_run = true\n[log]\nformat = 'json'\n")
    return commands


def url_of(practice: Commands) -> str:
    port = practice.config.read_text().partition("[web]\nport = ")[2].split()[0]
    return f"http://127.0.0.1:{port}"


def test_a_token_is_issued_listed_and_revoked(practice: Commands) -> None:
    made = practice.ok("token", "add", "--worker", "mia", "--days", "30", "--as", "ada")
    token = made.out.strip()
    assert token.startswith("cal_")
    assert "not shown again" in made.err
    listed = practice.ok("token", "list", "--json")
    assert token not in listed.out
    assert token.split("_", 2)[2] not in listed.out
    (row,) = listed.json
    assert (row["actor"], row["role"], row["issued_by"]) == ("mia", "PRACTITIONER", "ada")
    assert (row["expires_at"], row["last_used_at"]) == ("2026-03-31T00:00:00+00:00", None)
    assert "mia" in practice.ok("token", "list").out
    assert "revoked" in practice.ok("token", "revoke", row["ref"], "--as", "ada").out
    assert practice("token", "revoke", "nothing").code == 1
    told = [(line["actor"], line["action"]) for line in practice.ok("history", "--json").json]
    assert {one for one in told if one[1].startswith("token")} == {
        ("ada", "token-issued"),
        ("ada", "token-revoked"),
    }


@pytest.mark.parametrize("words", [(), ("--worker", "mia", "--admin", "ada")])
def test_a_token_is_of_one_person(practice: Commands, words: tuple[str, ...]) -> None:
    assert practice("token", "add", *words).code == 2


def test_a_token_for_nobody_we_know_is_refused(practice: Commands) -> None:
    done = practice("token", "add", "--client", "nobody")
    assert (done.code, "E_NOT_FOUND" in done.err) == (1, True)


@pytest.mark.parametrize("command", ["web", "run"])
def test_the_api_is_served_by_its_command_and_beside_run(practice: Commands, command: str) -> None:
    token = practice.ok("token", "add", "--admin", "ada").out.strip()
    url, log = url_of(practice), practice.folder / "log"
    program = [sys.executable, "-m", "adapters.cli.entry", "--config", str(practice.config), command]
    with log.open("wb") as output:
        process = subprocess.Popen(program, stdout=output, stderr=output)

    def answers() -> bool:
        try:
            return httpx2.get(f"{url}/healthz").status_code == 200
        except httpx2.TransportError:
            return False

    eventually(answers)
    answer = httpx2.get(f"{url}/api/v1/workers", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    asked = [
        line for line in lines if line["action"] == "request" and line.get("operation") == "list_workers"
    ]
    assert len(asked) == 1
    assert token not in log.read_text()
    assert not any("dropped" in line for line in asked)
    assert lines[-1]["action"] == "stopped"


def test_a_port_that_is_taken_is_one_sentence(practice: Commands) -> None:
    port = int(url_of(practice).rpartition(":")[2])
    held = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    stop = spawn(held, port=port, log=practice.folder / "held")
    try:
        done = practice("web")
    finally:
        stop()
    assert done.code == 1
    assert done.err.count("\n") == 1


def test_no_other_command_loads_what_only_the_web_needs(practice: Commands) -> None:
    assert not {"fastapi", "uvicorn", "starlette"} & loaded(
        "--config", str(practice.config), "session", "list"
    )
    assert not {"fastapi", "uvicorn", "starlette"} & loaded("--config", str(practice.config), "token", "list")
