"""Start a real Radicale beside us: the stand-in for a practitioner's server in the demo and the tests.

It gets a virtual environment, a user and a folder of its own, listens on loopback only, and is reached like
any other server. It is never imported: it is a separate program (GPL), and its libraries are not ours.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

RADICALE = Path(__file__).with_name("radicale.lock")
_WAIT_SECONDS = 30


class ServerStartError(Exception):
    """The server could not be installed or started; the message says why, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running calendar server; `home` is where its user's calendars are made."""

    name: str
    url: str
    user: str
    password: str = field(repr=False)
    home: str
    stop: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


def start_radicale(folder: Path) -> Server:
    """Install Radicale into `folder` (once) and start it with an empty store in `folder`."""
    python = install(folder / "venv", RADICALE)
    return launch_radicale(python, folder)


def launch_radicale(python: Path, folder: Path) -> Server:
    """Start an installed Radicale on a free port."""
    folder.mkdir(parents=True, exist_ok=True)
    user, password = "demo", secrets.token_urlsafe(12)
    users = folder / "users"
    users.touch(mode=0o600)
    users.write_text(f"{user}:{password}\n")
    port = free_port()
    config = folder / "config"
    config.write_text(_CONFIG.format(port=port, users=users, data=folder / "data"))
    stop = spawn([str(python), "-m", "radicale", "-C", str(config)], port=port, log=folder / "log")
    url = f"http://127.0.0.1:{port}/"
    return Server(name="radicale", url=url, user=user, password=password, home=f"{url}{user}/", stop=stop)


_CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {users}
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {data}
[logging]
level = warning
"""


def install(folder: Path, lock: Path) -> Path:
    """Make a virtual environment with what a lock file names, hash by hash, unless it is there; return its Python."""
    python = folder / "bin" / "python"
    done = folder / "installed"
    wanted = lock.read_text(encoding="utf-8")
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    result = subprocess.run(  # noqa: S603 - our own arguments
        [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ServerStartError(f"{lock.stem} could not be installed: {_reason(result.stderr)}")
    done.write_text(wanted, encoding="utf-8")
    return python


def _reason(said: str) -> str:
    """What pip says first is what is wrong; what follows is advice."""
    lines = said.strip().splitlines() or ["no reason given"]
    return next((line for line in lines if line.startswith("ERROR")), lines[-1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spawn(command: list[str], *, port: int, log: Path) -> Callable[[], None]:
    """Start a server and wait until it takes connections; the answer ends it."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=_quiet_environment()
        )

    def stop() -> None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    for _ in range(_WAIT_SECONDS * 10):
        if process.poll() is not None:
            raise ServerStartError(f"{command[2]} ended at once; its log says why: {log}")
        if _answers(port):
            return stop
        time.sleep(0.1)
    stop()
    raise ServerStartError(f"{command[2]} did not answer within {_WAIT_SECONDS} seconds")


def _quiet_environment() -> dict[str, str]:
    """Our environment without what would lead another program's Python astray."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _main() -> None:
    """Run a Radicale until Enter is pressed: `python -m adapters.demo.radicale FOLDER`."""
    server = start_radicale(Path(sys.argv[1]))
    sys.stdout.write(f"{server.home}  user {server.user}  password {server.password}\nEnter ends it. ")
    sys.stdout.flush()
    try:
        sys.stdin.readline()
    finally:
        server.stop()


if __name__ == "__main__":
    _main()
