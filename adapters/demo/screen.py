"""How the demo looks: numbered steps, short aligned lines, colour on a terminal only (or with FORCE_COLOR)."""

from datetime import datetime
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from model.moment import Moment
from sync.event import Event

_WIDTHS = (3, 9, 24)
_TEXT = 76


class Screen:
    """Prints the story as it goes; `console` decides about colour."""

    def __init__(self, console: Console) -> None:
        self._console, self._steps = console, 0

    def title(self, text: str) -> None:
        self._print(Text(text, style="bold"))

    def step(self, text: str) -> None:
        """A new step of the story."""
        self._steps += 1
        self._print(Text(f"\n{self._steps:>2}  {text}", style="bold cyan"))

    def say(self, text: str) -> None:
        self._print(Text(f"    {text}", style="dim"))

    def row(self, sign: str, word: str, what: str, text: str = "", *, style: str = "") -> None:
        """One thing that happened: who did what, to which event, and more about it."""
        cells = (sign, word, what)
        line = " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
        first, *more = wrap(text, _TEXT) or [""]
        self._print(Text.assemble("    ", (line, style), " ", first))
        for further in more:
            self._print(Text(" " * (len(line) + 5) + further))

    def last(self, text: str, *, good: bool) -> None:
        self._print(Text(f"\n{text}" if good else text, style="bold green" if good else "bold red"))

    def _print(self, text: Text) -> None:
        text.rstrip()
        self._console.print(text, soft_wrap=True)


def when(moment: Moment, *, year: bool = False) -> str:
    """Wall time for people."""
    day = f"{moment:%a} {moment.day} {moment:%b}" + (f" {moment.year}" if year else "")
    return f"{day} {moment:%H:%M}" if isinstance(moment, datetime) else day


def described(event: Event) -> str:
    """What an event says, in a few words."""
    master = event.master
    if master is None:
        return ""
    words = [f"{when(master.start)}–{master.end:%H:%M}"]
    if event.rule is not None:
        words.append(str(event.rule))
    words += [f"{len(event.exdates)} left out"] if event.exdates else []
    words += [f"{len(event.overrides)} exceptions"] if event.overrides else []
    words += ["free"] if master.transparent else []
    return ", ".join(words)
