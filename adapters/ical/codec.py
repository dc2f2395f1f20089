"""The codec port on our own lines: read, write, patch (sync.ports.Codec)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.ical.lines import Limits, Line, LineError, parse
from adapters.ical.patch import patched
from adapters.ical.reader import Reader
from adapters.ical.text import line
from adapters.ical.writer import PRODID, calendar
from sync.errors import Unreadable
from sync.event import Event
from sync.ports import Reading


class ICalendar:
    """iCalendar text to meaning and back; keeps no state between calls (LIBRARIES, icalendar trap 1)."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def read(self, body: bytes, *, tz: ZoneInfo, href: str = "") -> Reading | None:
        """Understand one resource; None where it holds no VEVENT."""
        try:
            reader = Reader(parse(body, self._limits), tz)
            event = reader.event(href)
        except LineError as error:
            raise Unreadable(str(error), href=href) from error
        return Reading(event=event, flags=tuple(dict.fromkeys(reader.flags))) if event else None

    def wrote(self, body: bytes) -> bool:
        """Whether this resource was first written by this program: clients put their own name there."""
        return b"PRODID:" + PRODID.encode() in body

    def write(self, event: Event, *, now: datetime) -> bytes:
        """Write a resource of our own from scratch."""
        return bytes(calendar(event, now=now))

    def patch(self, body: bytes, event: Event, *, now: datetime, tz: ZoneInfo) -> bytes:
        """Rewrite only those lines of `body` whose meaning differs from `event`; itself if none does."""
        try:
            return patched(body, event, now=now, tz=tz, limits=self._limits)
        except LineError as error:
            raise Unreadable(str(error), href="") from error

    def rename(self, body: bytes, uid: str) -> bytes:
        """The same resource under another UID; every other line stays octet-equal."""
        root = parse(body, self._limits)
        for calendar_node in [root, *root.children("VCALENDAR")]:
            for node in calendar_node.children("VEVENT"):
                node.items = [
                    line("UID", uid) if isinstance(item, Line) and item.name == "UID" else item
                    for item in node.items
                ]
        return bytes(root)
