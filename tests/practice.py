"""A practice on disk for tests of the command line: its configuration, database and key, and a set clock.

Commands run in this process, through the real entry: what they print and how they end is what a person sees.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import adapters.demo
from adapters.cli.entry import main
from adapters.dav.calendar import CalDavCalendar
from adapters.dav.profile import Profile
from adapters.demo.radicale import Server
from sync.ports import Item
from tests.servers import client_for

SAMPLE = Path(adapters.demo.__path__[0]) / "practice.toml"
_CONFIG = """
[database]
url = "{database}"
[network]
allow_plain_hosts = ["127.0.0.1", "localhost"]
allow_private_hosts = ["127.0.0.0/8", "::1"]
"""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Commands:
    """The command line on one practice; `now` is set by the test and stands still."""

    folder: Path
    now: datetime
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "calendula.toml"

    def set_up(self, database: str = "sqlite:///calendula.sqlite3", extra: str = "") -> None:
        """Write the configuration, then `init` and `practice import` the sample."""
        self.config.write_text(_CONFIG.format(database=database) + extra, encoding="utf-8")
        self.ok("init")
        self.ok("practice", "import", str(SAMPLE))

    def __call__(self, *words: str, stdin: str = "") -> Done:
        out, err = io.StringIO(), io.StringIO()
        with self._place(stdin), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(["--config", str(self.config), *words], clock=lambda: self.now)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        return Done(code, out.getvalue(), err.getvalue())

    def ok(self, *words: str, stdin: str = "") -> Done:
        """Run a command that has to succeed."""
        done = self(*words, stdin=stdin)
        assert done.code == 0, (words, done)
        return done

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    @contextlib.contextmanager
    def _place(self, stdin: str) -> Iterator[None]:
        environ = {"COLUMNS": "200", **self.environ}
        with mock.patch.dict(os.environ, environ), mock.patch.object(sys, "stdin", io.StringIO(stdin)):
            yield

    # --- shorter ways to say what most tests need ---------------------------------------------------------

    def link(self, server: Server, url: str, *, worker: str = "mia", **options: str) -> Done:
        """Link a calendar to a worker, two-way."""
        words = {"user": server.user, "calendar": url, "mode": "two-way"} | options
        flags = [text for name, value in words.items() for text in (f"--{name}", value)]
        return self.ok("link", "add", worker, *flags, "--password-stdin", stdin=server.password + "\n")

    def status(self, link: str = "mia") -> dict[str, Any]:
        found = self.ok("status", "--json").json
        return next(one for one in found["links"] if one["link"] == link)


def remote_items(server: Server, url: str) -> list[Item]:
    """What a calendar holds, as the server has it."""
    with client_for(server) as client:
        calendar = CalDavCalendar(client, url, profile=Profile())
        return [i for i in calendar.fetch(sorted(calendar.list_all().etags)) if isinstance(i, Item)]


@contextlib.contextmanager
def phone(server: Server, url: str) -> Iterator[CalDavCalendar]:
    """The practitioner's own client on the same calendar."""
    with client_for(server) as client:
        yield CalDavCalendar(client, url, profile=Profile())
