"""Take a whole calendar file apart into resources, as a CalDAV server would keep them: one for each UID.

Nothing is understood here, so that what cannot be read keeps its name, and goes on blocking what it did (I9). A file
that does not end is refused as a whole: what is missing in it is not gone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import takewhile

from adapters.ical.chunks import chunks
from adapters.ical.lines import Line, LineError, content_lines, kind
from adapters.ical.text import line, unescape
from adapters.ical.writer import PRODID

_LONGEST_LINE = 4 * 1024 * 1024
_MOST = 50_000
_WANTED = {"VEVENT", "VTIMEZONE", "VFREEBUSY"}
_STAMPS = {"DTSTAMP", "LAST-MODIFIED", "CREATED"}
_DURATION = re.compile(r"P(?:(\d{1,3})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7})S)?)?)")
_BEGIN = (line("BEGIN", "VCALENDAR"), line("VERSION", "2.0"), line("PRODID", PRODID))
_END = line("END", "VCALENDAR")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One resource; `mark` is another one when anything of it is another but its stamps."""

    body: bytes
    mark: str


@dataclass(frozen=True, kw_only=True)
class File:
    """What is in a file, by names that stay the same; `refresh`: how often its publisher wants it to be read."""

    pieces: dict[str, Piece]
    refresh: timedelta | None


@dataclass
class _Found:
    """Components of one UID, and the definitions that stand in their calendar."""

    zones: dict[str, list[Line]]
    parts: list[list[Line]] = field(default_factory=list)


def take_apart(body: bytes) -> File:
    """Read a whole file; LineError where it is none, or was cut off."""
    lines = list(content_lines(body, _LONGEST_LINE))
    _check_whole(lines)
    found: dict[str, _Found] = {}
    zones: dict[str, list[Line]] = {}
    for number, chunk in enumerate(chunks(lines, _WANTED)):
        if number > _MOST:
            raise LineError(1, f"the file holds more than {_MOST} components")
        if chunk is None:
            zones = {}
        elif kind(chunk[0]) == "VTIMEZONE":
            zones.setdefault(_first(chunk, "TZID"), chunk)
        else:
            found.setdefault(_name(chunk), _Found(zones)).parts.append(chunk)
    return File(pieces={name: _piece(one) for name, one in found.items()}, refresh=_refresh(lines))


def _check_whole(lines: Sequence[Line]) -> None:
    marks = [own.text.strip().upper() for own in (lines[0], lines[-1])] if lines else [b""]
    if marks[0] != b"BEGIN:VCALENDAR":
        raise LineError(1, "this is no calendar")
    if marks[-1] != b"END:VCALENDAR":
        raise LineError(lines[-1].number, "the calendar is cut off")


def _name(chunk: list[Line]) -> str:
    """A hash of the UID, which may hold somebody's address; where there is none, of all it says (FAILURES C1)."""
    if kind(chunk[0]) == "VFREEBUSY":
        return "busy"
    uid = unescape(_first(chunk, "UID")).strip()
    return sha256(uid.encode() if uid else _said([chunk])).hexdigest()[:32]


def _first(chunk: Sequence[Line], name: str) -> str:
    """A property of the component itself, not of what is inside it."""
    return next((own.value for own in _own(chunk) if own.name == name), "")


def _own(chunk: Sequence[Line]) -> Iterator[Line]:
    depth = 0
    for own in chunk:
        depth += own.name == "BEGIN"
        if depth <= 1:
            yield own
        depth -= own.name == "END"


def _said(parts: Sequence[Sequence[Line]]) -> bytes:
    return b"\n".join(own.text for chunk in parts for own in chunk if own.name not in _STAMPS)


def _piece(found: _Found) -> Piece:
    named = {own.parameters.get("TZID", "") for chunk in found.parts for own in chunk if b"TZID=" in own.text}
    zones = [chunk for tzid, chunk in found.zones.items() if tzid in named]
    octets = b"".join(_ended(own) for chunk in (_BEGIN, *zones, *found.parts, (_END,)) for own in chunk)
    return Piece(body=octets, mark=sha256(_said([*zones, *found.parts])).hexdigest())


def _ended(own: Line) -> bytes:
    """The last line of a file may have no end."""
    return own.raw if own.raw.endswith((b"\n", b"\r")) else own.raw + b"\r\n"


def _refresh(lines: Sequence[Line]) -> timedelta | None:
    """REFRESH-INTERVAL (RFC 7986, 5.7), or what came before it; None where neither is said."""
    head = {own.name: own.value for own in takewhile(_at_head, lines)}
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        text = head.get(name, "").strip().upper()
        match = _DURATION.fullmatch(text)
        if match and text[-1] not in "PT":
            weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return None


def _at_head(own: Line) -> bool:
    return own.name != "BEGIN" or kind(own) == "VCALENDAR"
