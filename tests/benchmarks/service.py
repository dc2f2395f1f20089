"""`calendula run` as a process of its own, and what the kernel says it uses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import ROOT

_PATIENCE_S = 15
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    """The scheduler's own process: nobody else's CPU and memory is in these figures."""

    process: "subprocess.Popen[bytes]"

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    @property
    def rss_kib(self) -> int:
        """Memory that it holds now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@contextmanager
def service(config: Path, log: Path) -> Iterator[Service]:
    """Begin when it has said that it started, and end it with SIGTERM."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.entry", "--config", str(config), "run"],
            stderr=said, stdin=subprocess.DEVNULL, env=environ, cwd=ROOT,
        )  # fmt: skip
        try:
            _wait_for(log, b'"started"', process)
            yield Service(process)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """It lets its requests come to an end; those to servers that never answer are not waited for here."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _wait_for(log: Path, word: bytes, process: "subprocess.Popen[bytes]") -> None:
    while word not in log.read_bytes():
        if process.poll() is not None:
            raise RuntimeError(f"calendula run ended with {process.returncode}: {log.read_text()[-400:]}")
        time.sleep(0.05)
