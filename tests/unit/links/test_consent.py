"""An OAuth consent in use: access tokens are shared by runs, and a replaced refresh token is sealed at once."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from adapters.app import App
from adapters.cli.context import Here
from adapters.links.credentials import stored
from model.job_run import JobRun
from model.link import AuthKind, CalendarAccount
from model.people import Worker
from tests.practice import Commands

GOOGLE = """
[oauth.google]
client_id = "ours"
token_url = "http://127.0.0.1:{port}/token"
"""


class Provider(HTTPServer):
    """Hands out access tokens, and another refresh token each time; who was revoked gets none."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append(form["refresh_token"][0])
        number, good = len(self.server.asked), self.server.asked[-1] != "revoked"
        told = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 3600}
        body = json.dumps(told if good else {"error": "invalid_grant"}).encode()
        self.send_response(200 if good else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def app(tmp_path, provider: Provider) -> Iterator[App]:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    commands = Commands(tmp_path, now)
    commands.set_up(extra=GOOGLE.format(port=provider.server_port))
    here = Here(clock=lambda: now, new_id=uuid4, environ={}, config_name=str(commands.config))
    yield here.app
    here.close()


def account(app: App) -> CalendarAccount:
    with app.sessions() as database:
        return database.scalars(select(CalendarAccount)).one()


def consent(app: App, worker: str, refresh: str) -> UUID:
    made = app.new_id()
    with app.sessions.begin() as database:
        of = database.scalars(select(Worker).where(Worker.ref == worker)).one()
        database.add(
            CalendarAccount(
                id=made, worker_id=of.id, server="", user=worker, auth=AuthKind.OAUTH,
                secret=app.box().encrypt(refresh), oauth_provider="google",
            )
        )  # fmt: skip
    return made


def test_a_replaced_refresh_token_is_sealed_and_the_access_token_shared(app, provider):
    consent(app, "mia", "refresh-0")
    keeper = app._keeper(account(app))
    assert keeper(None) == "access-1"
    assert stored(account(app), app.box()).secret == "refresh-1"

    assert app._keeper(account(app)) is keeper
    assert keeper(None) == "access-1"
    assert keeper("access-1") == "access-2"
    assert provider.asked == ["refresh-0", "refresh-1"]


def test_a_new_consent_replaces_the_keeper(app, provider):
    test_a_replaced_refresh_token_is_sealed_and_the_access_token_shared(app, provider)
    with app.sessions.begin() as database:
        database.scalars(select(CalendarAccount)).one().secret = app.box().encrypt("another")
    app._keeper(account(app))(None)
    assert provider.asked[-1] == "another"


def test_the_job_has_a_token_of_each_consent_before_a_run_needs_it(app, provider):
    ids = {
        worker: consent(app, worker, refresh) for worker, refresh in (("mia", "first"), ("tom", "revoked"))
    }
    with app.sessions.begin() as database:
        worker = database.scalars(select(Worker).where(Worker.ref == "lena")).one()
        database.add(
            CalendarAccount(
                id=app.new_id(), worker_id=worker.id, server="", user="lena", auth=AuthKind.PASSWORD,
                secret=app.box().encrypt("secret"),
            )
        )  # fmt: skip

    assert app.jobs.do("tokens") == 1
    assert sorted(provider.asked) == ["first", "revoked"]
    assert app.jobs.do("tokens") is None  # it is done for now
    with app.sessions() as database:
        kept = {
            who: stored(database.get_one(CalendarAccount, one), app.box()).secret for who, one in ids.items()
        }
        job = database.scalars(select(JobRun).where(JobRun.job == "tokens")).one()
    assert kept["mia"].startswith("refresh-")
    assert kept["tom"] == "revoked"
    assert job.result == "ok, 1 fresh"

    asked = len(provider.asked)
    with app.sessions() as database:
        assert app._keeper(database.get_one(CalendarAccount, ids["mia"]))(None).startswith("access-")
    assert len(provider.asked) == asked, "the run uses the token that the job got"
