"""Fixtures every kind of test may use: real calendar servers on loopback."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from adapters.demo.radicale import Server, ServerStartError
from tests import servers
from tests.phone import Phone

Running = Callable[[str], Server]
Made = TypeVar("Made")

pytest_plugins = ["tests.databases"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--caldav-servers", metavar="FILE", help="JSON list of further CalDAV servers to test on"
    )


def pytest_collection_finish() -> None:
    """What is loaded stays: to look through it for garbage again and again takes longer than some tests."""
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `caldav_server` once on each server, or on those its module names in SERVERS."""
    if "caldav_server" in metafunc.fixturenames:
        names = getattr(metafunc.module, "SERVERS", None) or server_names(metafunc.config)
        metafunc.parametrize("caldav_server", names, indirect=True)


def server_names(config: pytest.Config) -> list[str]:
    path = config.getoption("--caldav-servers")
    return [*servers.OWN, *(f"listed-{server.name}" for server in (servers.listed(path) if path else []))]


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Server by name; our own are started once, when the first test asks, and ended with the session."""
    path = request.config.getoption("--caldav-servers")
    known = {f"listed-{server.name}": server for server in (servers.listed(path) if path else [])}
    started: list[Server] = []

    def get(name: str) -> Server:
        if name not in known:
            known[name] = start_or_skip(name, tmp_path_factory)
            started.append(known[name])
        return known[name]

    yield get
    for server in started:
        server.stop()


@pytest.fixture
def caldav_server(request: pytest.FixtureRequest, running: Running) -> Server:
    """A running server, as its parameter names it."""
    return running(request.param)


@pytest.fixture
def radicale(running: Running) -> Server:
    """A Radicale for tests that need one server and no more (request counts)."""
    return running("radicale")


@pytest.fixture
def collection(radicale: Server) -> Iterator[str]:
    """A calendar of this test's own on it."""
    with servers.fresh_collection(radicale) as url:
        yield url


@pytest.fixture
def phone_on_radicale(radicale: Server, collection: str) -> Iterator[Phone]:
    """The practitioner's own client on that calendar."""
    app = Phone(collection, user=radicale.user, password=radicale.password)
    yield app
    app.close()


@pytest.fixture
def collection_url(caldav_server: Server) -> Iterator[str]:
    """A calendar of this test's own on `caldav_server`."""
    with servers.fresh_collection(caldav_server) as url:
        yield url


@pytest.fixture(scope="session")
def schemathesis() -> Path:
    """The command that makes requests up from an OpenAPI document; a program of its own, like the servers."""
    return or_skip(lambda: servers.installed("schemathesis")).parent / "schemathesis"


def start_or_skip(name: str, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return or_skip(lambda: servers.start_own(name, tmp_path_factory.mktemp(name)))


def or_skip(make: Callable[[], Made]) -> Made:
    """In CI a program that is missing is a failure, elsewhere a reason to skip."""
    try:
        return make()
    except ServerStartError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
