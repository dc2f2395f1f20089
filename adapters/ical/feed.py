"""Write a feed: all events of it in one calendar, as apps subscribe to it (RFC 5545; RFC 7986, 5.1, 5.7).

No METHOD: it is no invitation, and apps that find one ask what to do with it. Each event carries the time of its last
change, so that one which nobody changed is octet for octet what it was.
"""

from collections.abc import Sequence
from datetime import datetime

from adapters.ical.text import escape, line
from adapters.ical.writer import stamped
from sync.event import Event

_AGAIN = "PT1H"  # how often to ask; many apps choose for themselves, from minutes to a day
UNNAMED = "Calendula"


def feed(events: Sequence[tuple[Event, datetime]], *, title: str) -> bytes:
    """The whole text; `events` come with the time of their last change."""
    name = escape(title or UNNAMED)
    said = [
        line("NAME", name),
        line("X-WR-CALNAME", name),
        line("REFRESH-INTERVAL", _AGAIN, VALUE="DURATION"),
        line("X-PUBLISHED-TTL", _AGAIN),
    ]
    return bytes(stamped(events, said=said))
