"""Priya's weekly series with Noor, linked and sent, and a phone that edits it there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.demo.radicale import Server
from sync.ports import Item
from tests.practice import Commands, phone, remote_items
from tests.servers import fresh_collection

NOW = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
ZONE = "TZID=Australia/Adelaide"


@dataclass
class Story:
    """One series of eight Tuesdays from 3 March, 10:00 in Adelaide, in the diary and on the phone."""

    commands: Commands
    server: Server
    url: str

    def item(self) -> Item:
        (found,) = remote_items(self.server, self.url)
        return found

    def edit(self, old: str, new: str) -> None:
        """Replace a piece of the event's text, as a client that saves the whole event would."""
        item = self.item()
        body = item.body.decode()
        assert old in body, body
        with phone(self.server, self.url) as calendar:
            calendar.replace(item.href, body.replace(old, new, 1).encode(), etag=item.etag or "")

    def delete_one(self, day: str) -> None:
        rule = next(
            line for line in self.item().body.decode().splitlines() if line.startswith("RRULE:FREQ=WEEKLY")
        )
        self.edit(f"{rule}\r\n", f"{rule}\r\nEXDATE;{ZONE}:{day}T100000\r\n")

    def delete_all(self) -> None:
        item = self.item()
        with phone(self.server, self.url) as calendar:
            calendar.delete(item.href, etag=item.etag)

    def sync(self) -> str:
        return self.commands.ok("sync").out

    def held(self) -> list[dict[str, str]]:
        return [c for c in self.commands.ok("changes", "list", "--json").json if c["state"] == "HELD"]

    def statuses(self) -> dict[str, str]:
        """Day to status, as the diary has it."""
        return {row["start"][:10]: row["status"] for row in self.sessions()}

    def sessions(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.commands.ok("session", "list", "--json").json
        return found

    def cancel(self, ref: str, who: str = "--as-worker", reason: str = "worker-training") -> None:
        words = ("--advised", "2026-03-20 08:00", "--reason", reason)
        self.commands.ok("changes", "confirm", ref, who, *words)


@pytest.fixture
def story(tmp_path: Path, radicale: Server) -> Iterator[Story]:
    commands = Commands(tmp_path, NOW)
    commands.set_up()
    commands.ok(
        "session", "add", "--start", "2026-03-03 10:00", "--minutes", "60", "--worker", "priya", "--client", "noor",
        "--rule", "FREQ=WEEKLY;BYDAY=TU;COUNT=8", "--roster",
    )  # fmt: skip
    with fresh_collection(radicale) as url:
        commands.link(radicale, url, worker="priya")
        story = Story(commands, radicale, url)
        story.sync()
        yield story
