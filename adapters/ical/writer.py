"""From meaning to lines: a calendar object of our own, from scratch (DOMAIN 1.0, 1.9).

The order of properties never changes, so equal events are equal octets. What may be written at all (privacy)
is decided before an event gets here; how a single fact is spelled is decided in `properties` and `moments`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.ical import properties
from adapters.ical.lines import Line, Node
from adapters.ical.moments import as_end, in_series, utc_text, written
from adapters.ical.text import escape, line
from adapters.ical.vtimezone import vtimezone
from model.moment import Moment
from model.recurrence import Rule
from sync.event import Component, Event

PRODID = "-//Calendula//Calendula//EN"
END = line("END", "VCALENDAR")
_REGULAR_UNTIL = 2037


def calendar(event: Event, *, now: datetime) -> Node:
    """The whole object: zones, master, overrides by their original starts."""
    return calendars([event], now=now)


def calendars(events: Sequence[Event], *, now: datetime) -> Node:
    """Several events in one file, as it is handed to people; a resource on a server holds one (RFC 4791, 4.1)."""
    nodes = [node for event in events for node in vevents(event, now=now)]
    zones = definitions(zone_names(nodes), years(*events))
    return Node("VCALENDAR", [*head(), *zones, *nodes, END])


def head() -> list[Line]:
    """How every calendar of ours begins."""
    return [
        line("BEGIN", "VCALENDAR"),
        line("VERSION", "2.0"),
        line("PRODID", PRODID),
        line("CALSCALE", "GREGORIAN"),
    ]


def vevents(event: Event, *, now: datetime) -> list[Node]:
    """The master, then overrides by their original starts; `now` is the time of the last change."""
    if event.following:
        raise ValueError("RANGE=THISANDFUTURE is read and never written (FAILURES C10)")
    nodes = [] if event.master is None else [series(event, event.master, now=now)]
    names = sorted(event.overrides, key=str)
    return nodes + [override(event, name, event.overrides[name], now=now) for name in names]


def series(event: Event, master: Component, *, now: datetime) -> Node:
    """The master VEVENT."""
    names = [rule_line(event.rule)] if event.rule else []
    for name, moments in (("RDATE", event.rdates), ("EXDATE", event.exdates)):
        names += [written(name, in_series(moment, master.start)) for moment in ordered(moments)]
    return _vevent(event, master, now=now, names=names)


def override(event: Event, name: Moment, component: Component, *, now: datetime) -> Node:
    """One override VEVENT; RECURRENCE-ID is written in the zone of its series."""
    start = event.master.start if event.master else component.start
    recurrence_id = written("RECURRENCE-ID", in_series(name, start))
    return _vevent(event, component, now=now, recurrence_id=[recurrence_id])


def rule_line(rule: Rule, *, local: ZoneInfo | None = None) -> Line:
    """RRULE with UNTIL in UTC, or in local time for a series that floats (RFC 5545, 3.3.10)."""
    text = str(rule)
    if local and isinstance(rule.until, datetime):
        text = text.replace(utc_text(rule.until), rule.until.astimezone(local).strftime("%Y%m%dT%H%M%S"))
    return line("RRULE", text)


def facts(component: Component) -> Iterator[Line]:
    """The lines of everything that an event says but its times."""
    for kind in properties.PROPERTIES:
        yield from kind.write(component)
        if kind.name == "TRANSP":
            yield line(properties.BUSY_STATUS, properties.busy_status(component))
    for values in properties.SETS:
        yield from (values.write(value) for value in sorted(values.fact(component)))
    for name, value in sorted(component.marks.items()):
        yield properties.mark_line(name, value)


def uid_line(event: Event) -> Line:
    return line("UID", escape(event.uid.strip()))


def stamps(now: datetime) -> dict[str, Line]:
    return {name: line(name, utc_text(now)) for name in ("DTSTAMP", "LAST-MODIFIED")}


def _vevent(
    event: Event,
    component: Component,
    *,
    now: datetime,
    recurrence_id: Iterable[Line] = (),
    names: Iterable[Line] = (),
) -> Node:
    lines = [
        line("BEGIN", "VEVENT"),
        uid_line(event),
        *recurrence_id,
        *stamps(now).values(),
        line("SEQUENCE", str(event.sequence)),
        written("DTSTART", component.start),
        written("DTEND", as_end(component.end, component.start)),
        *names,
        *facts(component),
        line("END", "VEVENT"),
    ]
    return Node("VEVENT", list(lines))


def ordered(moments: Iterable[Moment]) -> list[Moment]:
    return sorted(moments, key=str)


def zone_names(nodes: Iterable[Node]) -> list[str]:
    """The TZIDs that the lines we wrote ourselves refer to."""
    own = (item for node in nodes for item in node.items if isinstance(item, Line) and item.number == 0)
    zoned = (item for item in own if b";TZID=" in item.text)  # which is quicker to see than where a head ends
    return sorted({item.parameters["TZID"] for item in zoned if b";TZID=" in item.head})


def definitions(names: Iterable[str], used: Collection[int]) -> list[Node]:
    """VTIMEZONEs for the years from the first to the last of those that are used."""
    return [vtimezone(ZoneInfo(name), min(used), max(used)) for name in names]


def years(*events: Event) -> set[int]:
    """The years that events use; a series without end counts up to 2037."""
    return {year for event in events for year in _years(event)}


def _years(event: Event) -> list[int]:
    moments: list[Moment] = [*event.rdates, *event.exdates, *event.overrides]
    for component in (event.master, *event.overrides.values()):
        moments += [component.start, component.end] if component else []
    found = [moment.year for moment in moments]
    if event.rule:
        until = event.rule.until
        found.append(until.year if until else max(_REGULAR_UNTIL, *found))
    return found
