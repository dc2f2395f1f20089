"""What one column of a table may hold: its kind, and what else must be true of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LONGEST = 5_000
_WORDS: Mapping[type[object], str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    date: "a date like 2026-03-01",
    list: "a list of texts",
}
_WHOLE = re.compile(r"-?\d{1,12}")


@dataclass(frozen=True)
class Key:
    """One column of a table: its kind, whether it must be there, and what else must be true of it.

    `refers` names the table whose entry is meant, or each of whose entries in a list, where one may be `counted`, like
    "minibus:2", or `dated`, like "weekly@2026-03-11"; `choice` is what one of some words becomes.
    """

    kind: type[object]
    required: bool = False
    check: Callable[[str], str | None] = lambda _: None
    refers: str = ""
    choice: type[StrEnum] | None = None
    least: int = 0
    most: int = 999_999_999
    counted: bool = False
    dated: bool = False

    def wrong(self, value: object) -> str | None:
        """Why a value does not fit; None where it does. Values are not repeated: they may be personal."""
        fits = isinstance(value, self.kind) and not (self.kind is int and isinstance(value, bool))
        if not fits or (self.kind is date and isinstance(value, datetime)):
            return f"must be {_WORDS[self.kind]}"
        if isinstance(value, int) and not isinstance(value, bool) and not self.least <= value <= self.most:
            return f"must be from {self.least} to {self.most}"
        texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        return next((why for text in texts if (why := self._wrong_text(text))), None)

    def _wrong_text(self, text: object) -> str | None:
        if not isinstance(text, str):
            return f"must be {_WORDS[list]}"
        if "\0" in text or len(text) > LONGEST:
            return f"must be a text of at most {LONGEST} characters, without NUL"
        return self.check(text)

    def read(self, cell: str) -> object:
        """What the text of a cell says; the text itself where it says nothing of this kind."""
        if self.kind is bool:
            return {"true": True, "false": False}.get(cell.lower(), cell)
        if self.kind is int:
            return int(cell) if _WHOLE.fullmatch(cell) else cell
        if self.kind is list:
            return [part.strip() for part in cell.split(";") if part.strip()]
        if self.kind is date:
            return _day(cell)
        return cell

    def named(self, value: object) -> list[str]:
        """The entries that a value refers to, without how many of them, or which day of it."""
        if not self.refers:
            return []
        texts = [str(text) for text in value] if isinstance(value, list) else [str(value)]
        texts = [dated(text)[0] for text in texts] if self.dated else texts
        return [uncounted(text) for text in texts] if self.counted else texts


def uncounted(text: str) -> str:
    """What is meant by "minibus:2"; a colon without a number behind it belongs to the name."""
    name, _, number = text.rpartition(":")
    return name if name and number[:1].isdecimal() else text


def dated(text: str) -> tuple[str, date | None]:
    """What is meant by "weekly@2026-03-11", and of which day; an at without a day behind it belongs to the name."""
    name, _, written = text.rpartition("@")
    day = _day(written)
    return (name, day) if name and isinstance(day, date) else (text, None)


def _day(cell: str) -> object:
    try:
        return date.fromisoformat(cell) if len(cell) == len("2026-03-01") else cell
    except ValueError:
        return cell
