"""Take a foreign calendar file apart: one standalone object per UID, and a line and reason for what is bad.

A broken component costs only itself: lines are cut at BEGIN and END of VEVENT before anything else is asked
of them, in one pass. Line numbers are those of the file. What becomes of the parts is the importer's affair.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from adapters.ical.chunks import chunks
from adapters.ical.lines import Limits, Line, LineError, Lines, Node, content_lines, kind, tree
from adapters.ical.reader import Entry, Reader, uid_of
from adapters.ical.text import line
from adapters.ical.writer import PRODID
from sync.ports import Reading

FILE_LIMITS = Limits(size=64 * 1024 * 1024, line=64 * 1024 * 1024, components=500_000)
_PART_LIMITS = Limits()
_HEAD = (line("BEGIN", "VCALENDAR"), line("VERSION", "2.0"), line("PRODID", PRODID))
_END = line("END", "VCALENDAR")
_WANTED = {"VEVENT", "VTIMEZONE"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One event of the file, readable on its own: its octets, what they mean, and where it began."""

    line: int
    body: bytes
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something in the file that is no event we can understand."""

    line: int
    reason: str


@dataclass
class _File:
    """What was found: each calendar's zones by TZID, and events by UID, each with its calendar's zones."""

    zones: list[dict[str, Node]] = field(default_factory=list)
    events: dict[object, list[tuple[dict[str, Node], Entry]]] = field(default_factory=dict)

    def take(self, node: Node) -> None:
        """Put a component where it belongs; an event without UID is one of its own."""
        if not self.zones:
            raise LineError(node.number, f"{node.kind} outside a VCALENDAR")
        zones, lines = self.zones[-1], node.lines()
        if node.kind == "VTIMEZONE":
            for tzid in lines.get("TZID", [])[:1]:
                zones.setdefault(_plain(tzid.value), node)
            return
        entry = Entry(node, lines)
        self.events.setdefault(uid_of(entry) or id(node), []).append((zones, entry))


def split(body: bytes, *, tz: ZoneInfo) -> list[Part | Problem]:
    """Read a whole file in its order; good events survive bad ones. `tz` is for floating times."""
    if len(body) > FILE_LIMITS.size:
        return [Problem(line=1, reason=f"the file has more than {FILE_LIMITS.size} octets")]
    found: list[Part | Problem] = []
    file = _File()
    for chunk in chunks(content_lines(body, FILE_LIMITS.line), _WANTED):
        if chunk is None:
            file.zones.append({})
            continue
        try:
            file.take(_component(chunk))
        except LineError as error:
            found.append(Problem(line=error.number, reason=error.reason))
    if not file.zones:
        return [Problem(line=1, reason="there is no VCALENDAR")]
    found += [_part(own, tz) for own in file.events.values()]
    return sorted(found, key=lambda item: item.line)


def _component(chunk: list[Line]) -> Node:
    if sum(len(own.raw) for own in chunk) > _PART_LIMITS.size:
        raise LineError(chunk[0].number, f"{kind(chunk[0])} has more than {_PART_LIMITS.size} octets")
    found = tree(chunk, _PART_LIMITS).items[0]
    if isinstance(found, Line):
        raise LineError(found.number, "not a component")
    return found


def _part(own: list[tuple[dict[str, Node], Entry]], tz: ZoneInfo) -> Part | Problem:
    first = own[0][1].node.number
    zones: dict[str, Node] = {}
    for known, entry in own:
        zones |= {tzid: known[tzid] for tzid in _tzids(entry.lines) if tzid in known and tzid not in zones}
    nodes = [entry.node for _, entry in own]
    root = Node("", [Node("VCALENDAR", [*_HEAD, *zones.values(), *nodes, _END])])
    try:
        reader = Reader(root, tz)
        event = reader.event("")
    except LineError as error:
        return Problem(line=error.number, reason=error.reason)
    if event is None:
        return Problem(line=first, reason="there is no VEVENT")
    reading = Reading(event=event, flags=tuple(dict.fromkeys(reader.flags)))
    return Part(line=first, body=bytes(root), reading=reading)


def _tzids(lines: Lines) -> Iterator[str]:
    """The TZIDs that an event's own lines name."""
    for same in lines.values():
        yield from (_plain(own.parameters.get("TZID", "")) for own in same if b"TZID=" in own.text)


def _plain(tzid: str) -> str:
    return tzid.strip().strip('"').strip()
