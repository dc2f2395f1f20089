"""A calendar on a real server, checked and run over HTTP by its practitioner."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx2

from adapters.cli.context import Here
from adapters.demo.radicale import Server
from tests.practice import Commands, remote_items
from tests.served import running

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_link_is_checked_run_and_looked_at_by_its_practitioner(
    radicale: Server, collection: str, tmp_path: Path
) -> None:
    commands = Commands(tmp_path, NOW)
    commands.set_up()
    commands.link(radicale, collection, worker="priya")
    when = ("--start", "2026-03-05 10:00", "--minutes", "60", "--worker", "priya", "--client", "noor")
    commands.ok("session", "add", *when, "--roster")
    token = commands.ok("token", "add", "--worker", "priya").out.strip()
    here = Here(clock=lambda: NOW, new_id=uuid4, environ={}, config_name=str(commands.config))
    headers = {"Authorization": f"Bearer {token}"}
    with (
        running(here.app) as url,
        httpx2.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60) as client,
    ):
        card = client.post("/links/priya/check").json()
        assert (card["fit"], card["state"]) == (True, "ACTIVE")
        ran = client.post("/links/priya/sync").json()
        assert (ran["ok"], ran["reason"]) == (True, "")
        told = client.get("/links/priya/runs").json()
        assert [run["result"] for run in told if run["job"] != "check"] == ["ok"]
        shown = client.get("/links")
        assert shown.json()[0]["url"] == collection
        assert radicale.password not in shown.text
        assert client.get("/links/tom/runs").status_code == 404
    here.close()
    assert len(remote_items(radicale, collection)) == 1
