"""The fake server as a process of its own, so that its CPU is not counted as ours."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.benchmarks.processes import ROOT


@dataclass(frozen=True, kw_only=True)
class Fake:
    """One fake server; it answers on every address of 127.0.0.0/8, so that it can be many hosts."""

    port: int
    process: "subprocess.Popen[str]"

    def url(self, host: int, user: int) -> str:
        return f"http://{address(host)}:{self.port}/calendars/user-{user}/work/"

    def asked(self) -> dict[str, int]:
        """How many requests it has had, by method."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("requests\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


def address(host: int) -> str:
    """The address of the n-th host."""
    return f"127.0.{1 + host // 250}.{1 + host % 250}"


@contextmanager
def fake(*, calendars: int, latency: float, failing: bool = False) -> Iterator[Fake]:
    """With calendars of user-0, user-1 and so on, each answer `latency` seconds late."""
    words = ["--host", "0.0.0.0", "--latency", str(latency), "--calendars", str(calendars)]  # noqa: S104 - loopback only
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fake", *words, *(["--failing"] if failing else [])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        yield Fake(port=port, process=process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(10)
