"""`calendula run` as a process: it syncs what is due, wakes on a commit, and ends cleanly on SIGTERM."""

import json
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from queue import Empty, Queue

import pytest

from tests.practice import Commands, remote_items
from tests.servers import fresh_collection

WAIT_S = 30


class Service:
    """One running `calendula run`, and its log line by line."""

    def __init__(self, practice: Commands) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.entry", "--config", str(practice.config), "run"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines: Queue[dict[str, object]] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.lines.put(json.loads(line))

    def wait_for(self, action: str, **fields: object) -> dict[str, object]:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                line = self.lines.get(timeout=1)
            except Empty:
                continue
            if line["action"] == action and fields.items() <= line.items():
                return line
        raise AssertionError(f"no {action} in the log")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT_S)


@pytest.fixture
def practice(tmp_path):
    commands = Commands(tmp_path, datetime.now(UTC))
    commands.set_up()
    return commands


def test_the_service_syncs_wakes_and_ends_with_code_0(practice, radicale):
    day = datetime.now(UTC).date().isoformat()
    words = (
        "session",
        "add",
        "--minutes",
        "50",
        "--worker",
        "mia",
        "--client",
        "jordan",
        "--roster",
        "--start",
    )
    with fresh_collection(radicale) as url:
        practice.link(radicale, url)
        service = Service(practice)
        try:
            service.wait_for("run_ended", link="mia", result="ok")
            practice.ok(*words, f"{day} 23:00")
            woken = service.wait_for("run_ended", link="mia", result="ok")
            assert woken["counts"] == {"create": 1}
            assert len(remote_items(radicale, url)) == 1
        finally:
            code = service.end()
    assert code == 0
    service.wait_for("stopped")
    assert practice.status()["state"] == "ACTIVE"
    jobs = [job["job"] for job in practice.ok("status", "--json").json["jobs"]]
    assert jobs == ["acceptance", "chase", "extend", "leave", "offers", "purge"]


def test_two_services_on_one_database_send_everything_once(practice, radicale):
    day = datetime.now(UTC).date().isoformat()
    words = (
        "session",
        "add",
        "--minutes",
        "5",
        "--worker",
        "mia",
        "--client",
        "jordan",
        "--roster",
        "--start",
    )
    with fresh_collection(radicale) as url:
        practice.link(radicale, url)
        services = [Service(practice) for _ in range(2)]
        try:
            for service in services:
                service.wait_for("started")
            for minute in range(3):
                practice.ok(*words, f"{day} 23:0{minute * 3}")
            deadline = time.monotonic() + WAIT_S
            while len(remote_items(radicale, url)) < 3 and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            codes = [service.end() for service in services]
        assert codes == [0, 0]
        assert practice.ok("sync").out == "mia: nothing to do\n"
        assert len(remote_items(radicale, url)) == 3
