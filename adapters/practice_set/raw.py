"""One entry of a practice file as it stands there, with the place that messages name; and the text of a file.

Whatever a file holds, reading it ends in entries or in sentences about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 20_000_000


class UnreadableError(Exception):
    """A file of which nothing can be taken; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """One entry: its columns by name. `number` counts the entries of its table in its file, from 1.

    `lines` are those of single columns where they are known; in a CSV file all cells are text (`cells`).
    """

    table: str
    file: str
    number: int
    values: Mapping[str, object]
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    cells: bool = False

    @property
    def ref(self) -> str | None:
        """Its own id, where it has one that can be one."""
        found = self.values.get("id")
        return found if isinstance(found, str) else None

    def place(self, column: str = "") -> str:
        """The file, and the line where it is known."""
        line = self.lines.get(column, self.line)
        return self.file if line is None else f"{self.file}:{line}"

    def at(self, column: str = "") -> str:
        """Where it stands, or where one of its columns does, and what it is: for the beginning of a sentence."""
        place = self.place(column)
        if self.table == "practice":
            return f"{place}: [practice]"
        which = f"number {self.number}" if self.ref is None else f'"{self.ref[:60]}"'
        return f"{place}: {which}" if self.cells else f"{place}: [[{self.table}]] {which}"


def text_of(file: Path) -> str:
    """The whole text of a file, if it is one that a person could have written."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise UnreadableError(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB; divide it")
    if b"\0" in content:
        raise UnreadableError(f"{file.name} has NUL bytes: it is not text, or not UTF-8; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"{file.name} is not UTF-8 text (line {line}); save it as UTF-8") from error
