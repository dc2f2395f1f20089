"""Content lines as they came: octets, folding, line ends and order, in a tree of components.

A calendar object is cut into lines and unfolded on bytes, for a fold may split a UTF-8 character (FAILURES
C27, C28). Every line keeps its own octets, so what nobody touches is written back as it was. Size, depth and
number are refused before anything else looks at the text (FAILURES G8). What a value means is not known here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

# Possessive, so that a line without a colon costs one pass.
_HEAD = re.compile(rb'([^:;"]++)((?:;(?:[^":]++|"[^"]*+")*+)?+):', re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]++)=((?:[^";]++|"[^"]*+")*+)')
_CARET = re.compile(r"\^([n'^])")
_CARETS = {"n": "\n", "'": '"', "^": "^"}
_ODD = re.compile(rb"[^\x20-\x7e\t]")
_CONTINUING = b" \t\r\n"  # what a folded or blank line begins with
_BORDERS = (b"B", b"E", b"b", b"e")
_BOM = b"\xef\xbb\xbf"
_FIRST_EVENT, _HEAD_OCTETS = b"\nBEGIN:VEVENT", 8192


class LineError(Exception):
    """A line that makes its object unreadable, and why; the reason quotes no text that people wrote."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {reason}")
        self.number, self.reason = number, reason


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is refused unseen, in octets and numbers; `line` counts folds too."""

    size: int = 5 * 1024 * 1024
    line: int = 4 * 1024 * 1024
    depth: int = 8
    components: int = 20_000


class Line(NamedTuple):
    """One content line: `raw` as it came (folds, line end, blank lines after it), `text` unfolded.

    `number` counts physical lines from 1; it is 0 for a line that we wrote ourselves.
    """

    number: int
    raw: bytes
    text: bytes

    @property
    def name(self) -> str:
        """The property name in upper case; empty where there is no colon."""
        colon = self.text.find(b":")
        if colon < 0:
            return ""
        parameters = self.text.find(b";", 0, colon)
        return _name(self.text[: colon if parameters < 0 else parameters])

    @property
    def head(self) -> bytes:
        """Name and parameters, up to the colon."""
        at = self._colon()
        return self.text[:at] if at >= 0 else self.text

    @property
    def value(self) -> str:
        """The value as written: UTF-8, else Windows-1252 (FAILURES C29)."""
        at = self._colon()
        return decode(self.text[at + 1 :]) if at >= 0 else ""

    def _colon(self) -> int:
        """Where the head ends: at the first colon outside quotes; -1 where there is none."""
        at = self.text.find(b":")
        if at < 0 or b'"' not in self.text[:at]:
            return at
        found = _HEAD.match(self.text)
        return found.end() - 1 if found else at

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters by upper-case name, quotes and RFC 6868 carets resolved; the first of a name counts."""
        head = self.head
        if b";" not in head:
            return {}
        found: dict[str, str] = {}
        for name, value in _PARAMETER.findall(decode(head)):
            plain = _CARET.sub(lambda match: _CARETS[match[1]], value.replace('"', ""))
            found.setdefault(name.strip().upper(), plain)
        return found


Lines = dict[str, list[Line]]


@dataclass(slots=True)
class Node:
    """A component: lines and inner components in order, BEGIN and END among them; "" is the whole text."""

    kind: str
    items: "list[Line | Node]" = field(default_factory=list)

    def __bytes__(self) -> bytes:
        return b"".join(item.raw if isinstance(item, Line) else bytes(item) for item in self.items)

    @property
    def number(self) -> int:
        """The line at which it begins."""
        first = self.items[0]
        return first.number

    def children(self, kind: str) -> "list[Node]":
        return [item for item in self.items if isinstance(item, Node) and item.kind == kind]

    def lines(self) -> Lines:
        """Its own lines by name, in order."""
        found: Lines = {}
        for item in self.items:
            if isinstance(item, Line):
                found.setdefault(item.name, []).append(item)
        return found


@lru_cache(maxsize=512)
def _name(octets: bytes) -> str:
    """A name's octets in upper case; remembered, for a few names make up most of every calendar."""
    return octets.decode("ascii", "replace").strip().upper()


def decode(octets: bytes) -> str:
    """Read octets as UTF-8, else as Windows-1252 (which reads anything)."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def is_plain(octets: bytes) -> bool:
    """Whether there is nothing in it but printable ASCII."""
    return _ODD.search(octets) is None


def is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def parse(body: bytes, limits: Limits | None = None) -> Node:
    """Read a text as a tree; refuse what is too large, cut off or wrongly nested."""
    limits = limits or Limits()
    if len(body) > limits.size:
        raise LineError(1, f"the object has more than {limits.size} octets")
    return tree(content_lines(body, limits.line), limits)


def tree(lines: Iterable[Line], limits: Limits) -> Node:
    """Nest lines by their BEGIN and END."""
    root = Node("")
    open_nodes, count = [root], 0
    for line in lines:
        if line.text[:1] not in _BORDERS:
            open_nodes[-1].items.append(line)
            continue
        mark = line.text[:6].upper()
        if mark == b"BEGIN:":
            count += 1
            _check_room(line, depth=len(open_nodes), count=count, limits=limits)
            node = Node(kind(line), [line])
            open_nodes[-1].items.append(node)
            open_nodes.append(node)
            continue
        open_nodes[-1].items.append(line)
        if mark[:4] == b"END:":
            _check_end(line, open_nodes[-1])
            open_nodes.pop()
    if len(open_nodes) > 1:
        raise LineError(open_nodes[-1].number, f"{open_nodes[-1].kind[:20]} begins here and has no END")
    return root


def content_lines(body: bytes, longest: int) -> Iterator[Line]:
    """Unfold on octets; CRLF, LF and CR end a line, blank lines stay with the line before them.

    What stands before the first event is remembered: all of a calendar begin alike, with its zones.
    """
    at = body.find(_FIRST_EVENT) + 1
    if not 0 < at <= _HEAD_OCTETS:
        yield from _unfolded(body, longest, 1)
        return
    head, count = _remembered(body[:at], longest)
    yield from head
    yield from _unfolded(body[at:], longest, count + 1)


@lru_cache(maxsize=64)
def _remembered(head: bytes, longest: int) -> tuple[tuple[Line, ...], int]:
    """The lines of it, and how many physical lines they are."""
    return tuple(_unfolded(head, longest, 1)), len(head.splitlines())


def _unfolded(body: bytes, longest: int, first: int) -> Iterator[Line]:
    pieces: list[bytes] = []
    begun, size = first, 0
    for number, piece in enumerate(body.splitlines(keepends=True), first):
        if pieces and piece[0] in _CONTINUING:
            pieces.append(piece)
            size += len(piece)
        else:
            if pieces:
                yield _line(begun, pieces)
            pieces, begun, size = [piece], number, len(piece)
        if size > longest:
            raise LineError(begun, f"the line has more than {longest} octets")
    if pieces:
        yield _line(begun, pieces)


def _line(number: int, pieces: list[bytes]) -> Line:
    first = pieces[0]
    text = first.rstrip(b"\r\n")
    if number == 1 and text.startswith(_BOM):
        text = text[3:]
    if len(pieces) == 1:
        return Line(number, first, text)
    rest = [piece.rstrip(b"\r\n")[1:] for piece in pieces[1:]]
    return Line(number, b"".join(pieces), text + b"".join(rest))


def kind(line: Line) -> str:
    """The component that a BEGIN or END names."""
    return line.text[line.text.index(b":") + 1 :].strip().upper().decode("ascii", "replace")


def _check_room(line: Line, *, depth: int, count: int, limits: Limits) -> None:
    if depth > limits.depth:
        raise LineError(line.number, f"components are nested more than {limits.depth} deep")
    if count > limits.components:
        raise LineError(line.number, f"more than {limits.components} components")


def _check_end(line: Line, node: Node) -> None:
    if not node.kind or kind(line) != node.kind:
        raise LineError(line.number, f"this END does not belong to {node.kind[:20] or 'anything'}")
