"""Calendar servers for tests: Radicale and Xandikos of our own, a fake one, and whatever a JSON list names.

Each of our own gets a virtual environment, cached between runs, and a fresh store. They are separate programs
(GPL) and are never imported. The fake one runs in a thread of this process.
`python -m tests.servers radicale` starts one until Enter is pressed.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.dav.auth import PasswordAuth
from adapters.dav.http import GuardedClient, Reply
from adapters.dav.policy import Policy
from adapters.dav.xml import mkcalendar
from adapters.demo.radicale import (
    RADICALE,
    Server,
    ServerStartError,
    free_port,
    install,
    launch_radicale,
    spawn,
)
from tests.fake.server import FakeServer

LOCKS = Path(__file__).parent / "locks"
OWN = ("radicale", "xandikos")
LOOPBACK = Policy(
    plain_hosts=frozenset({"127.0.0.1", "localhost"}), private=("127.0.0.0/8", "::1"), read_seconds=30
)


def _cache() -> Path:
    default = Path(__file__).parent.parent / ".test-servers"
    return Path(os.environ.get("CALENDULA_TEST_SERVERS", default))


def locked(name: str) -> Path:
    """The file that pins what a program for the tests consists of; `make lock` renews it."""
    return RADICALE if name == "radicale" else LOCKS / f"{name}.lock"


def installed(name: str) -> Path:
    """Install once, even when several test processes ask at the same time."""
    folder = _cache()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install(folder / name, locked(name))


def installed_js(name: str) -> Path:
    """The same for a library that node runs."""
    folder = _cache() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install_js(folder, LOCKS / name)


def install_js(folder: Path, locks: Path) -> Path:
    """`npm ci` takes what package-lock.json names, by its hash, or nothing; no script of a package is run."""
    wanted = (locks / "package-lock.json").read_text(encoding="utf-8")
    done = folder / "installed"
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        folder.mkdir(exist_ok=True)
        shutil.copy(locks / "package.json", folder)
        shutil.copy(locks / "package-lock.json", folder)
        command = ["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]
        result = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
        if result.returncode:
            raise ServerStartError(f"npm could not install {locks.name}: {result.stderr.strip()[:300]}")
        done.write_text(wanted, encoding="utf-8")
    return folder / "node_modules" / locks.name


def start_own(name: str, folder: Path) -> Server:
    """Start `radicale`, `xandikos` or `fake` with an empty store in `folder`."""
    if name == "fake":
        return start_fake()
    folder.mkdir(parents=True, exist_ok=True)
    if name == "radicale":
        return launch_radicale(installed(name), folder)
    return _launch_xandikos(installed(name), folder)


def start_fake() -> Server:
    """A fake server in a thread, without faults."""
    held = contextlib.ExitStack()
    server = held.enter_context(FakeServer().running())
    return replace(server.as_server(), stop=held.close)


def _launch_xandikos(python: Path, folder: Path) -> Server:
    """Single user: its command line refuses passwords without TLS, and loopback has none."""
    port = free_port()
    command = [str(python.parent / "xandikos"), "serve", "--directory", str(folder / "data"), "--defaults"]
    where = ["--listen-address", "127.0.0.1", "--port", str(port), "--no-detect-systemd"]
    state = ["--state-dir", str(folder / "state")]
    stop = spawn([*command, *where, *state], port=port, log=folder / "log")
    url = f"http://127.0.0.1:{port}/"
    return Server(
        name="xandikos", url=url, user="user", password="any", home=f"{url}user/calendars/", stop=stop
    )


def listed(path: str) -> list[Server]:
    """The servers of a JSON list with name, url, user, password and home each."""
    fields = ("name", "url", "user", "password", "home")
    return [
        Server(**{field: entry[field] for field in fields}) for entry in json.loads(Path(path).read_text())
    ]


class Client(GuardedClient):
    """`asked` counts what was asked for: a server that drops idle connections (SOGo) is asked again."""

    asked = 0

    def send(self, method: str, url: str, **more: Any) -> Reply:
        self.asked += 1
        return super().send(method, url, **more)


def client_for(server: Server, kind: type[Client] = Client) -> Client:
    return kind(home=server.url, auth=PasswordAuth(server.user, server.password), policy=LOOPBACK)


@contextlib.contextmanager
def fresh_collection(server: Server) -> Iterator[str]:
    """The URL of a new calendar, deleted afterwards."""
    url = f"{server.home}calendula-{uuid.uuid4().hex[:12]}/"
    with client_for(server) as client:
        made = client.send("MKCALENDAR", url, headers=_XML, body=mkcalendar("Calendula test"))
        assert made.status == 201, made.status
        try:
            yield url
        finally:
            client.send("DELETE", url)


_XML = {"Content-Type": "application/xml; charset=utf-8"}


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = start_own(sys.argv[1], Path(folder))
        print(f"{server.home}  user {server.user}  password {server.password}\nEnter ends it.", flush=True)  # noqa: T201
        try:
            sys.stdin.readline()
        finally:
            server.stop()


if __name__ == "__main__":
    _main()
