"""An OAuth consent in use: access tokens are shared by runs, and a replaced refresh token is sealed at once."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from sqlalchemy import select

from adapters.app import App
from adapters.cli.context import Here
from adapters.links.credentials import stored
from model.link import AuthKind, CalendarAccount
from model.people import Worker
from tests.practice import Commands

GOOGLE = """
[oauth.google]
client_id = "ours"
token_url = "http://127.0.0.1:{port}/token"
"""


class Provider(HTTPServer):
    """Hands out access tokens, and another refresh token each time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append(form["refresh_token"][0])
        number = len(self.server.asked)
        told = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 3600}
        body = json.dumps(told).encode()
        self.send_response(200)
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


def test_a_replaced_refresh_token_is_sealed_and_the_access_token_shared(app, provider):
    with app.sessions.begin() as database:
        worker = database.scalars(select(Worker).where(Worker.ref == "mia")).one()
        database.add(
            CalendarAccount(
                id=app.new_id(), worker_id=worker.id, server="", user="mia", auth=AuthKind.OAUTH,
                secret=app.box().encrypt("refresh-0"), oauth_provider="google",
            )
        )  # fmt: skip
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
