"""The demo as a person runs it, and the proof that its last line can say no."""

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from adapters.demo.comparison import Compared
from adapters.demo.dates import choose
from adapters.demo.phone import Phone
from adapters.demo.screen import Screen
from adapters.demo.show import conclude
from adapters.demo.stage import build
from adapters.demo.story import Story
from tests.servers import client_for

ROOT = Path(__file__).parents[2]
IN_STEP = re.compile(r"demo: in step: \d+ sessions, \d+ events, 0 differences")


@pytest.fixture
def demo() -> subprocess.CompletedProcess[str]:
    """`calendula demo`, from the first line to the last, and the whole practice after it."""
    command = [sys.executable, "-m", "adapters.cli.entry", "demo", "--whole-practice"]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=400, check=False)


def test_the_demo_ends_in_step(demo):
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert IN_STEP.fullmatch(demo.stdout.splitlines()[-1])
    assert "\x1b[" not in demo.stdout  # colour is for terminals
    assert re.search(r"30 workers, 200 clients, 6 sites, [\d,]+ sessions: taken in", demo.stdout)
    for code in ("E1", "E4", "E6", "E12", "E17"):
        assert re.search(rf"<- +{code} ", demo.stdout), code


class Told:
    """A story told up to its comparison, on a server of the test's own, and a phone to spoil its end with."""

    def __init__(self, server, folder: Path) -> None:
        self.out = io.StringIO()
        self.screen = Screen(Console(file=self.out, width=200))
        now = datetime.now(UTC)
        self.stage = build(folder, server, choose(now), clock=lambda: now, new_id=uuid4)
        self.story = Story(self.stage, self.screen)
        self.story.tell()

    def concluded(self) -> tuple[bool, str, Compared]:
        """What the demo would end with."""
        compared = self.story.compare()
        good = conclude(self.screen, compared)
        return good, self.out.getvalue().splitlines()[-1], compared


@pytest.fixture
def told(radicale, tmp_path):
    found = Told(radicale, tmp_path)
    yield found
    found.stage.close()
    with client_for(radicale) as client:
        client.send("DELETE", found.story.url)


def edited(phone: Phone) -> None:
    """Let an event end later, without anybody having judged it."""
    one = phone.titled("Reading hour")
    phone.save(one, re.sub(r"(DTEND;TZID=[^\r]*)T13", r"\1T14", one.text))


def removed(phone: Phone) -> None:
    phone.remove(phone.titled("Dentist"))


def added(phone: Phone) -> None:
    one = phone.titled("Dentist")
    phone.add(one.text.replace(one.uid, str(uuid4())).replace("SUMMARY:Dentist", "SUMMARY:Another"))


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (edited, "Reading hour differs in: time"),
        (removed, "the calendar lacks: Dentist"),
        (added, "the calendar holds an event nobody knows: Another"),
    ],
)
def test_a_calendar_changed_behind_our_back_is_not_in_step(told, spoil, found):
    with told.story.phone() as phone:
        spoil(phone)

    good, last, compared = told.concluded()

    assert not good
    assert found in compared.differences
    assert last == f"demo: not in step: {len(compared.differences)} differences"
