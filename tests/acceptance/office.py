"""The practice's office in stories: it works through the command line, at a time that the story sets.

Commands run in this process, through the same `main` as the installed program; `as_process` starts a real one.
"""

import contextlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from adapters.cli.entry import main
from adapters.demo.radicale import Server
from adapters.secrets import open_box

SAMPLE = Path(__file__).parents[2] / "adapters" / "demo" / "practice.toml"
_CONFIG = """
[database]
url = "{database}"
[secrets]
key_file = "calendula.key"
[network]
allow_plain_hosts = ["127.0.0.1"]
allow_private_hosts = ["127.0.0.1"]
connect_s = 5
read_s = 30
total_s = 60
{more}
"""


@dataclass(frozen=True)
class Output:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Office:
    """One installation in a folder of its own; `now` is what its clock says."""

    folder: Path
    database: str
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    environ: dict[str, str] = field(default_factory=dict)

    def configure(self, more: str = "") -> None:
        config = self.folder / "calendula.toml"
        config.write_text(_CONFIG.format(database=self.database, more=more), encoding="utf-8")
        self.environ["CALENDULA_CONFIG"] = str(config)

    def at(self, text: str) -> None:
        """Set the clock: an ISO time with offset."""
        self.now = datetime.fromisoformat(text)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def attempt(self, *arguments: str, stdin: str = "", **environ: str) -> Output:
        """Run one command, however it ends."""
        out, err = io.StringIO(), io.StringIO()
        given = mock.patch.dict(os.environ, {**self.environ, **environ})
        keyboard = mock.patch.object(sys, "stdin", io.StringIO(stdin))
        with given, keyboard, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(list(arguments), clock=self.clock())
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Output(code, out.getvalue(), err.getvalue())

    def clock(self) -> Callable[[], datetime]:
        at = self.now.astimezone(UTC)
        return lambda: at

    def run(self, *arguments: str, stdin: str = "", **environ: str) -> str:
        """Run one command that must succeed."""
        done = self.attempt(*arguments, stdin=stdin, **environ)
        assert done.code == 0, f"{arguments}: {done.code}\n{done.out}\n{done.err}"
        return done.out

    def ask(self, *arguments: str) -> Any:
        """What a command answers as JSON."""
        return json.loads(self.run(*arguments, "--json"))

    def as_process(self, *arguments: str, stdin: str = "") -> Output:
        """The same as a real process, by the test entry point."""
        environ = {**os.environ, **self.environ, "CALENDULA_TEST_NOW": self.now.isoformat()}
        done = subprocess.run(
            [sys.executable, "-m", "tests.entry", *arguments],
            input=stdin, env=environ, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Output(done.returncode, done.stdout, done.stderr)

    def alter(self, statement: str, *values: object) -> None:
        """Change the database (SQLite) past the program, as no command of it can."""
        database = sqlite3.connect(self.folder / "calendula.sqlite3")
        with database:
            database.execute(statement, values)
        database.close()

    def look(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read the database (SQLite): what no command shows."""
        database = sqlite3.connect(self.folder / "calendula.sqlite3")
        try:
            return database.execute(statement, values).fetchall()
        finally:
            database.close()

    def store_password(self, text: str) -> None:
        """What a password changed at the server looks like from here."""
        secret = open_box(self.folder / "calendula.key").encrypt(text)
        self.alter("UPDATE calendar_account SET secret = ?", secret)

    # --- what the stories say often -------------------------------------------------------------------------

    def open(self, more: str = "") -> None:
        """Set up, and bring in the people of the stories."""
        self.configure(more)
        self.run("init")
        self.run("practice", "import", str(SAMPLE))

    def link(self, worker: str, server: Server, calendar: str, *options: str) -> None:
        self.run(
            "link", "add", worker, "--url", server.url, "--user", server.user, "--calendar", calendar,
            "--mode", "two-way", "--password-stdin", *options, stdin=f"{server.password}\n",
        )  # fmt: skip

    def sync(self, *options: str) -> dict[str, Any]:
        """One run of the only link; its report."""
        (report,) = json.loads(self.run("sync", *options, "--json"))
        assert report["ok"], report
        return report

    def settle(self) -> None:
        """Run until a run finds nothing to do (I1: a small, fixed number)."""
        for _ in range(4):
            self.later(minutes=5)
            if not self.sync()["lines"]:
                return
        raise AssertionError(f"not quiet after four runs: {self.sync()}")

    def sessions(self, worker: str) -> list[dict[str, Any]]:
        return self.ask("session", "list", "--worker", worker)

    def starts(self, worker: str) -> list[str]:
        """The wall times at which a worker's sessions begin."""
        return [one["start"][:16] for one in self.sessions(worker)]

    def judged(self) -> list[tuple[str, str, str]]:
        """Every judged change so far: code, state, reason."""
        return [(c["code"], c["state"], c["reason_code"]) for c in self.ask("changes", "list", "--all")]

    def status(self) -> dict[str, Any]:
        (link,) = self.ask("status")["links"]
        return link


@contextlib.contextmanager
def opened(folder: Path, database: str, more: str = "") -> Iterator[Office]:
    office = Office(folder, database)
    office.open(more)
    yield office
