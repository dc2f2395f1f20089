"""Priya's weekly series with Noor, linked and sent, and a phone that edits it there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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

    def one_held(self) -> dict[str, str]:
        (found,) = self.held()
        return found

    def answer(self, *words: str) -> Any:
        """Answer what is held, and let the calendar follow; nothing waits then, here or there."""
        done = self.commands.ok("changes", "confirm", self.one_held()["ref"], *words, "--json")
        self._settled()
        return done.json

    def dismiss(self) -> None:
        self.commands.ok("changes", "dismiss", self.one_held()["ref"])
        self._settled()

    def _settled(self) -> None:
        self.sync()
        assert self.held() == []
        assert b"Change waiting" not in b"".join(item.body for item in remote_items(self.server, self.url))
        assert self.sync() == "priya: nothing to do\n"

    def starts(self) -> list[str]:
        return sorted(row["start"][:16] for row in self.sessions() if row["status"] == "ROSTERED")

    def cancel(self, ref: str, who: str = "--as-worker", reason: str = "worker-training") -> None:
        words = ("--advised", "2026-03-20 08:00", "--reason", reason)
        self.commands.ok("changes", "confirm", ref, who, *words)


@pytest.fixture
def story(tmp_path: Path, radicale: Server) -> Iterator[Story]:
    series = ("--start", "2026-03-03 10:00", "--client", "noor", "--rule", "FREQ=WEEKLY;BYDAY=TU;COUNT=8")
    yield from _told(tmp_path, radicale, *series)


@pytest.fixture
def single(tmp_path: Path, radicale: Server) -> Iterator[Story]:
    """One session of one client, on 24 March."""
    yield from _told(
        tmp_path, radicale, "--start", "2026-03-24 10:00", "--client", "noor", "--site", "adelaide"
    )


@pytest.fixture
def group(tmp_path: Path, radicale: Server) -> Iterator[Story]:
    """One session of three clients, on 24 March."""
    clients = [word for client in ("noor", "liam", "eva") for word in ("--client", client)]
    yield from _told(tmp_path, radicale, "--start", "2026-03-24 10:00", "--work-type", "GROUP", *clients)


def _told(folder: Path, radicale: Server, *words: str) -> Iterator[Story]:
    commands = Commands(folder, NOW)
    commands.set_up()
    commands.ok("session", "add", "--minutes", "60", "--worker", "priya", "--roster", *words)
    with fresh_collection(radicale) as url:
        commands.link(radicale, url, worker="priya")
        story = Story(commands, radicale, url)
        story.sync()
        yield story
