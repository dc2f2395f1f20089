"""Run the demo from the first line to the last: everything is made for it, and gone afterwards.

Ends with `demo: in step: ...` and True, or says what is not and ends with False.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx2
from rich.console import Console

from adapters.demo.comparison import Compared
from adapters.demo.dates import choose
from adapters.demo.phone import PhoneError
from adapters.demo.radicale import RADICALE, ServerStartError, install, launch_radicale
from adapters.demo.screen import Screen, when
from adapters.demo.stage import build
from adapters.demo.story import DemoError, Story
from adapters.demo.whole import tell_whole
from model.errors import DomainError
from sync.errors import SyncError

_KNOWN = (DemoError, ServerStartError, PhoneError, httpx2.HTTPError, SyncError, DomainError)


def show(*, clock: Callable[[], datetime], new_id: Callable[[], UUID], whole: bool = False) -> bool:
    """Play it, on request with a whole practice after it; a failure on the way becomes the last line."""
    screen = Screen(Console(highlight=False))
    with tempfile.TemporaryDirectory(prefix="calendula-demo-") as folder:
        try:
            return _play(screen, Path(folder), clock=clock, new_id=new_id, whole=whole)
        except _KNOWN as error:
            screen.last(f"demo: failed: {error}", good=False)
            return False


def _play(
    screen: Screen, folder: Path, *, clock: Callable[[], datetime], new_id: Callable[[], UUID], whole: bool
) -> bool:
    calendar = choose(clock())
    screen.title(f"Calendula's demo: {calendar.cast.name}, {calendar.cast.zone}")
    screen.say(
        f"All days are of the weeks around {when(calendar.change, year=True)}, when the clocks change there."
    )
    screen.step("A calendar server, as a stand-in for the practitioner's own")
    server = launch_radicale(install(_kept(folder) / "radicale", RADICALE), folder / "server")
    try:
        screen.say(f"Radicale, a program of its own, at {server.url}")
        with closing(build(folder, server, calendar, clock=clock, new_id=new_id)) as stage:
            story = Story(stage, screen)
            story.tell()
            found = story.compare()
        if whole:
            further = folder / "whole"
            further.mkdir()
            with closing(build(further, server, calendar, clock=clock, new_id=new_id)) as stage:
                found += tell_whole(stage, screen, further / "sample", clock().date())
        return conclude(screen, found)
    finally:
        server.stop()


def _kept(folder: Path) -> Path:
    """Where Radicale is installed: inside our own virtual environment, so that it goes with it."""
    return Path(sys.prefix, "demo") if sys.prefix != sys.base_prefix else folder


def conclude(screen: Screen, found: Compared) -> bool:
    """The last line, and before it every difference."""
    for difference in found.differences:
        screen.row("!", "differs", "", difference, style="red")
    if found.differences:
        screen.last(f"demo: not in step: {len(found.differences)} differences", good=False)
        return False
    screen.last(f"demo: in step: {found.sessions} sessions, {found.events} events, 0 differences", good=True)
    return True
