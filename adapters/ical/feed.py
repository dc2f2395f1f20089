"""Write a feed: all events of it in one calendar, as apps subscribe to it (RFC 5545; RFC 7986, 5.1, 5.7).

No METHOD: it is no invitation, and apps that find one ask what to do with it. Each event carries the time of its last
change, so that one which nobody changed is octet for octet what it was, and can be kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from adapters.ical.lines import Node
from adapters.ical.text import escape, line
from adapters.ical.writer import END, definitions, head, vevents, years, zone_names
from sync.event import Event

_AGAIN = "PT1H"  # how often to ask; many apps choose for themselves, from minutes to a day
UNNAMED = "Calendula"


@dataclass(frozen=True)
class Part:
    """The VEVENTs of one event as octets, and what they want of the calendar around them: zones, for which years."""

    octets: bytes
    zones: frozenset[str]
    years: frozenset[int]


NOTHING = Part(b"", frozenset(), frozenset())


def part(event: Event, changed: datetime) -> Part:
    """One event with the time of its last change."""
    nodes = vevents(event, now=changed)
    return Part(b"".join(map(bytes, nodes)), frozenset(zone_names(nodes)), frozenset(years(event)))


def joined(parts: Iterable[Part]) -> Part:
    """Several as one."""
    found = list(parts)
    zones = frozenset[str]().union(*(one.zones for one in found))
    return Part(
        b"".join(one.octets for one in found), zones, frozenset[int]().union(*(one.years for one in found))
    )


def feed(parts: Iterable[Part], *, title: str) -> bytes:
    """The whole text."""
    name = escape(title or UNNAMED)
    said = [
        line("NAME", name),
        line("X-WR-CALNAME", name),
        line("REFRESH-INTERVAL", _AGAIN, VALUE="DURATION"),
        line("X-PUBLISHED-TTL", _AGAIN),
    ]
    whole = joined(parts)
    begin = Node("VCALENDAR", [*head(), *said, *definitions(sorted(whole.zones), whole.years)])
    return b"".join([bytes(begin), whole.octets, END.raw])
