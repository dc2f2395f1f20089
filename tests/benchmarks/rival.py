"""vdirsyncer, the established two-way synchroniser, between a folder and the same calendar server.

A program of its own in an environment of its own, never imported. Where it cannot be installed the benchmark
goes on without it and says why.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from adapters.demo.radicale import Server, ServerStartError
from tests.benchmarks.processes import Spent, spent
from tests.servers import installed

_CONFIG = """\
[general]
status_path = "{folder}/status/"
[pair bench]
a = "here"
b = "there"
collections = null
conflict_resolution = "a wins"
[storage here]
type = "filesystem"
path = "{folder}/events/"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}"
username = "{user}"
password = "{password}"
"""


@dataclass(frozen=True)
class Rival:
    """vdirsyncer on one folder and one calendar."""

    program: str
    folder: Path

    @property
    def events(self) -> Path:
        return self.folder / "events"

    def sync(self) -> Spent:
        return spent(self.program, "-c", str(self.folder / "config"), "sync")

    def version(self) -> Spent:
        return spent(self.program, "--version")

    def put_here(self, bodies: list[bytes]) -> None:
        for number, body in enumerate(bodies):
            (self.events / f"{number}.ics").write_bytes(body)

    def change_one(self, number: int) -> None:
        first = min(self.events.iterdir())
        text = first.read_bytes().replace(b"SUMMARY:", f"SUMMARY:{number} ".encode(), 1)
        first.write_bytes(text)


def rival(folder: Path, server: Server, url: str) -> Rival:
    """Install it once, and set it up for one calendar."""
    python = installed("vdirsyncer")
    (folder / "events").mkdir(parents=True)
    config = _CONFIG.format(folder=folder, url=url, user=server.user, password=server.password)
    (folder / "config").write_text(config)
    made = Rival(program=str(python.with_name("vdirsyncer")), folder=folder)
    found = subprocess.run(
        [made.program, "-c", str(folder / "config"), "discover"], capture_output=True, check=False
    )
    if found.returncode:
        raise ServerStartError(f"vdirsyncer cannot use this calendar: {found.stderr.decode()[-300:]}")
    return made
