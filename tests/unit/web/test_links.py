"""A calendar on a real server, checked and run over HTTP by its practitioner."""

import contextlib
from collections.abc import Iterator
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


def test_a_calendar_is_linked_planned_run_undone_and_given_up_over_http(
    radicale: Server, collection: str, tmp_path: Path
) -> None:
    commands = Commands(tmp_path, NOW)
    commands.set_up()
    when = ("--start", "2026-03-05 10:00", "--minutes", "60", "--worker", "priya", "--client", "noor")
    commands.ok("session", "add", *when, "--roster")
    tokens = [
        commands.ok("token", "add", *who).out.strip() for who in (("--worker", "priya"), ("--admin", "ada"))
    ]
    here = Here(clock=lambda: NOW, new_id=uuid4, environ={}, config_name=str(commands.config))
    with running(here.app) as url, clients(url, tokens) as (priya, ada):
        account = {"where": collection, "user": radicale.user, "secret": radicale.password}
        found = priya.post("/calendars/discover", json=account)
        assert collection in [row["url"] for row in found.json()]
        new = account | {"calendar": collection, "mode": "TWO_WAY"}
        made = priya.post("/workers/priya/links", json=new)
        assert (made.status_code, made.json()["ref"]) == (201, "priya")
        assert radicale.password not in found.text + made.text
        again = priya.put("/links/priya/login", json={"secret": radicale.password})
        assert again.json()["state"] == "ACTIVE"
        wrong = priya.put("/links/priya/login", json={"secret": "Qzwrong"})
        assert (wrong.status_code, "Qzwrong" in wrong.text) == (502, False)
        planned = priya.get("/links/priya/plan").json()
        assert [line["action"] for line in planned["lines"]] == ["create"]
        assert len(remote_items(radicale, collection)) == 0
        assert priya.post("/links/priya/sync").json()["counts"]["create"] == 1
        undone(ada)
        assert len(remote_items(radicale, collection)) == 0
        assert priya.post("/links/priya/resume", json={}).json()["state"] == "ACTIVE"
        assert priya.post("/links/priya/sync").json()["ok"]
        gone = given_up(priya)
        assert (gone["deleted"], gone["left"]) == (1, 0)
    here.close()
    assert len(remote_items(radicale, collection)) == 0


def undone(ada: httpx2.Client) -> None:
    """The one run is undone, as was shown before."""
    (run,) = ada.get("/links/priya/rewind").json()
    address = f"/links/priya/rewind/{run['run']}"
    looked = ada.get(address)
    lines = [line for line in looked.json()["lines"] if line["action"] == "rewind"]
    assert (looked.json()["done"], len(lines)) == (False, 1)
    assert ada.post(address).status_code == 428
    assert ada.post(address, headers={"If-Match": '"another"'}).status_code == 412
    done = ada.post(address, headers={"If-Match": looked.headers["ETag"]}).json()
    assert (done["done"], done["ok"]) == (True, True)


def given_up(priya: httpx2.Client) -> dict[str, int]:
    events = {"events": "delete"}
    looked = priya.get("/links/priya/removal", params=events)
    done = priya.delete("/links/priya", params=events, headers={"If-Match": looked.headers["ETag"]})
    assert done.json() == looked.json()
    assert priya.get("/links").json() == []
    found: dict[str, int] = done.json()
    return found


@contextlib.contextmanager
def clients(url: str, tokens: list[str]) -> Iterator[list[httpx2.Client]]:
    headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
    made = [httpx2.Client(base_url=f"{url}/api/v1", headers=one, timeout=60) for one in headers]
    yield made
    for client in made:
        client.close()
