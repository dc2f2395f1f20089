"""Read VFREEBUSY components as what they say: when somebody is busy (RFC 5545, 3.6.4; FAILURES C35).

Their periods become one event without words: the first is its time, the others are its single dates, with a time of
their own where they are longer or shorter. Free periods say nothing. It is read only: nothing is ever written to them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from adapters.ical.lines import Line, LineError, Node
from adapters.ical.moments import Times
from adapters.ical.text import unescape
from model.moment import key
from sync.event import Component, Event

_MOST = 2_000
_FREE = "FREE"


def busy_times(calendars: list[Node], times: Times, href: str) -> Event | None:
    """The busy time of a resource that holds no event; None where there is none."""
    nodes = [node for calendar in calendars for node in calendar.children("VFREEBUSY")]
    periods = _merged(sorted(period for node in nodes for period in _periods(node, times)))
    if not periods:
        return None
    (start, end), *others = periods
    first = Component(start=start, end=end)
    overrides = {key(begin): replace(first, start=begin, end=until) for begin, until in others}
    return Event(
        uid=_uid(nodes) or href.rstrip("/").rpartition("/")[2],
        master=first,
        rdates=frozenset(overrides),
        overrides={name: one for name, one in overrides.items() if one.end - one.start != end - start},  # type: ignore[operator]
    )


def _periods(node: Node, times: Times) -> Iterator[tuple[datetime, datetime]]:
    lines = [line for line in node.lines().get("FREEBUSY", []) if _kind(line) != _FREE]
    count = 0
    for line in lines:
        for text in filter(None, map(str.strip, line.value.split(","))):
            count += 1
            if count > _MOST:
                raise LineError(line.number, f"more than {_MOST} periods")
            yield _period(line, text, times)


def _period(line: Line, text: str, times: Times) -> tuple[datetime, datetime]:
    begin, slash, until = text.partition("/")
    start = times.piece(line, begin)
    if not slash:
        raise LineError(line.number, "FREEBUSY is no period")
    lasting = until.strip().upper().startswith(("P", "+P", "-P"))
    end = (
        times.after(line._replace(text=b"DURATION:" + until.encode()), start)
        if lasting
        else times.piece(line, until)
    )
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise LineError(line.number, "FREEBUSY is no period of time")
    return start, max(end, start)


def _merged(periods: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """What overlaps is one time; what has no length is none."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in periods:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif end > start:
            found.append((start, end))
    return found


def _kind(line: Line) -> str:
    return line.parameters.get("FBTYPE", "BUSY").upper()


def _uid(nodes: list[Node]) -> str:
    found = [line for node in nodes for line in node.lines().get("UID", [])]
    return unescape(found[0].value).strip() if found else ""
