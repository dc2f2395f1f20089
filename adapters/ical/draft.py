"""A VEVENT while it is being changed: lines go out and come in at their place, and what changed is known.

What a line means is the business of its callers.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from adapters.ical.lines import Line, Lines, Node
from adapters.ical.text import rebuilt

T = TypeVar("T")


class Draft:
    """One component's own lines; `touched` names the properties that were changed."""

    def __init__(self, node: Node, *, touched: set[str] | None = None) -> None:
        self.node = node
        self.touched = touched or set()
        self._lines: Lines | None = None

    @property
    def lines(self) -> Lines:
        if self._lines is None:
            self._lines = self.node.lines()
        return self._lines

    def put(self, names: Iterable[str], new: list[Line], *, only_first: bool = False) -> None:
        """Put `new` in the place of the lines called `names`; where there are none, after the last line."""
        called = {id(line) for name in names for line in self.lines.get(name, [])}
        places = [at for at, item in enumerate(self.node.items) if id(item) in called]
        at = places[0] if places else self._end()
        gone = set(places[:1] if only_first else places)
        self.node.items[:] = [item for place, item in enumerate(self.node.items) if place not in gone]
        self.node.items[at:at] = new
        self._touch(names)

    def sift(
        self,
        name: str,
        split: Callable[[Line], list[tuple[T, str]]],
        wanted: frozenset[T],
        write: Callable[[T], Line],
    ) -> None:
        """Leave the wanted values on the lines called `name` as they are, and add a line for each new one."""
        seen: set[T] = set()
        left: dict[int, list[Line]] = {}
        for line in self.lines.get(name, []):
            pairs = split(line)
            kept = [text for value, text in pairs if value in wanted]
            seen.update(value for value, _ in pairs)
            if len(kept) < len(pairs):
                left[id(line)] = [rebuilt(line, kept)] if kept else []
        if left:
            self.node.items[:] = [new for item in self.node.items for new in left.get(id(item), [item])]
            self._touch([name])
        missing = [write(value) for value in sorted(wanted - seen, key=str)]
        if missing:
            present = self.lines.get(name)
            at = self._place(present[-1]) + 1 if present else self._end()
            self.node.items[at:at] = missing
            self._touch([name])

    def _touch(self, names: Iterable[str]) -> None:
        self.touched.update(names)
        self._lines = None

    def _place(self, line: Line) -> int:
        return next(at for at, item in enumerate(self.node.items) if item is line)

    def _end(self) -> int:
        """Before the first inner component, else before END."""
        inner = (at for at, item in enumerate(self.node.items) if isinstance(item, Node))
        return next(inner, len(self.node.items) - 1)
