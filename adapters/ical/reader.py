"""From lines to meaning: which VEVENT is the master, which override what, and what each of them says.

Tolerant per property: what is odd is flagged and read as RFC 5545 or FAILURES C says; only a time or rule
that cannot be understood makes an object unreadable (C38). Flags name lines and reasons, never what people
wrote.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from adapters.ical import properties
from adapters.ical.freebusy import busy_times
from adapters.ical.lines import Line, LineError, Lines, Node, is_plain, is_utf8
from adapters.ical.moments import Times, as_end, in_series
from adapters.ical.text import has_controls, unescape
from adapters.ical.zones import Zones
from model.errors import DomainError
from model.moment import Moment, instant, is_all_day, start_zone
from model.recurrence import PARTS, Rule
from sync.event import Component, Event

_SINGLE = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION"}
    | {"STATUS", "TRANSP", "CLASS", "URL"}
)
_OURS = _SINGLE | {
    "RRULE",
    "RDATE",
    "EXDATE",
    "CATEGORIES",
    "RESOURCES",
    "ATTENDEE",
    "CONFERENCE",
    "RELATED-TO",
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Entry:
    """One VEVENT of the resource, with its lines by name."""

    node: Node
    lines: Lines

    @property
    def rank(self) -> tuple[int, str]:
        """The newest of several has the highest SEQUENCE, then LAST-MODIFIED (FAILURES C4)."""
        return sequence(self.lines), self.lines["LAST-MODIFIED"][
            0
        ].value if "LAST-MODIFIED" in self.lines else ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The VEVENTs of one UID by what they are for, the valid one of each first."""

    uid: str | None
    masters: list[Entry] = field(default_factory=list)
    overrides: dict[Moment, list[Entry]] = field(default_factory=dict)
    following: dict[Moment, list[Entry]] = field(default_factory=dict)


class Reader:
    """Reads one calendar object; `flags` collects what was odd."""

    def __init__(self, root: Node, tz: ZoneInfo) -> None:
        self.calendars = root.children("VCALENDAR")
        if not self.calendars:
            raise LineError(1, "there is no VCALENDAR")
        self.flags: list[str] = []
        definitions = [node for calendar in self.calendars for node in calendar.children("VTIMEZONE")]
        self.times = Times(Zones(definitions, tz), tz, self.flags)

    def entries(self) -> list[Entry]:
        """The VEVENTs of the first UID; a resource should have no other (RFC 4791, 4.1)."""
        found = [
            Entry(node, node.lines()) for calendar in self.calendars for node in calendar.children("VEVENT")
        ]
        if not found:
            return []
        own = [entry for entry in found if uid_of(entry) == uid_of(found[0])]
        if len(own) < len(found):
            self.flags.append(
                f"line {found[0].node.number}: events of {len(found) - len(own)} other UIDs ignored"
            )
        return own

    def event(self, href: str) -> Event | None:
        """Understand the whole resource; None where it holds neither a VEVENT nor busy time."""
        entries = self.entries()
        if not entries:
            return busy_times(self.calendars, self.times, href)
        for entry in entries:
            self._flag_oddities(entry)
        masters = self._newest([entry for entry in entries if "RECURRENCE-ID" not in entry.lines])
        master = self.component(masters[0].lines, series=None) if masters else None
        layout = self.layout(entries, start=master.start if master else None)
        lines = masters[0].lines if masters else {}
        return Event(
            uid=layout.uid or _stand_in(href, entries),
            master=master,
            rule=self.rule(lines, master.start) if master else None,
            rdates=self.names("RDATE", lines, master),
            exdates=self.names("EXDATE", lines, master),
            overrides={n: self.component(e[0].lines, series=master) for n, e in layout.overrides.items()},
            following={n: self.component(e[0].lines, series=master) for n, e in layout.following.items()},
            sequence=max(sequence(entry.lines) for entry in entries),
        )

    def layout(self, entries: list[Entry], *, start: Moment | None) -> Layout:
        """Sort VEVENTs into master and overrides of the series that begins at `start`."""
        overrides: dict[Moment, list[Entry]] = {}
        following: dict[Moment, list[Entry]] = {}
        masters = [entry for entry in entries if "RECURRENCE-ID" not in entry.lines]
        for entry in entries:
            if "RECURRENCE-ID" not in entry.lines:
                continue
            line = entry.lines["RECURRENCE-ID"][0]
            later = line.parameters.get("RANGE", "").upper() == "THISANDFUTURE"
            kind = following if later else overrides
            kind.setdefault(self.times.name(line, line.value, start), []).append(entry)
        return Layout(
            uid=uid_of(entries[0]) if entries else None,
            masters=self._newest(masters),
            overrides={name: self._newest(found) for name, found in overrides.items()},
            following={name: self._newest(found) for name, found in following.items()},
        )

    def _newest(self, entries: list[Entry]) -> list[Entry]:
        if len(entries) < 2:
            return entries
        self.flags.append(f"line {entries[1].node.number}: this VEVENT comes twice, the newest is read")
        return sorted(entries, key=lambda entry: entry.rank, reverse=True)

    def component(self, lines: Lines, *, series: Component | None) -> Component:
        """What one VEVENT says; `series` is the master that an override belongs to."""
        start = self.start(lines, series)
        return Component(
            start=start,
            end=self.end(lines, start, series),
            summary=properties.text(lines, "SUMMARY"),
            description=properties.text(lines, "DESCRIPTION"),
            location=properties.text(lines, "LOCATION"),
            url=properties.uri(lines, "URL"),
            conference=properties.uri(lines, "CONFERENCE"),
            status=properties.status(lines),
            transparent=properties.transparent(lines),
            classification=properties.classification(lines),
            categories=properties.values(lines, properties.CATEGORIES),
            resources=properties.values(lines, properties.RESOURCES),
            attendees=properties.values(lines, properties.ATTENDEES),
            taken=properties.values(lines, properties.TAKEN),
            related_to=properties.text(lines, "RELATED-TO"),
            colour=properties.colour(lines),
            marks=properties.marks(lines),
            replies=properties.replies(lines),
            revised=(sequence(lines), max(_stamps(lines), default="")),
        )

    def start(self, lines: Lines, series: Component | None) -> Moment:
        """DTSTART; an override without one stays where its series has it (DOMAIN 1.9)."""
        if "DTSTART" in lines:
            return self.times.moment(lines["DTSTART"][0])
        if "RECURRENCE-ID" not in lines:
            raise LineError(_first(lines).number, "an event without DTSTART")
        line = lines["RECURRENCE-ID"][0]
        name = self.times.name(line, line.value, series.start if series else None)
        return in_series(name, series.start) if series else name

    def end(self, lines: Lines, start: Moment, series: Component | None) -> Moment:
        """DTEND, or start and DURATION, or the default (RFC 5545, 3.6.1); never before the start."""
        if "DTEND" in lines:
            line = lines["DTEND"][0]
            return self._clamped(
                line,
                start,
                as_end(self.times.piece(line, line.value, floating=start_zone(start, self.times.tz)), start),
            )
        if "DURATION" in lines:
            line = lines["DURATION"][0]
            return self._clamped(line, start, self.times.after(line, start))
        if "DTSTART" not in lines and series:
            return series.starting(start).end
        return start + _DAY if is_all_day(start) else start

    def _clamped(self, line: Line, start: Moment, end: Moment) -> Moment:
        if instant(end, self.times.tz) < instant(start, self.times.tz):
            self.flags.append(f"line {line.number}: the end is before the start")
        return self.proper_end(start, end)

    def proper_end(self, start: Moment, end: Moment) -> Moment:
        """An end that is not before its start; an all-day event has at least one day (FAILURES C17)."""
        if is_all_day(start):
            return max(end, start + _DAY)
        return start if instant(end, self.times.tz) < instant(start, self.times.tz) else end

    def rule(self, lines: Lines, start: Moment) -> Rule | None:
        """The first RRULE; further ones and EXRULE are kept in the bytes and flagged (FAILURES C15)."""
        rules = lines.get("RRULE", [])
        for line in (*rules[1:], *lines.get("EXRULE", [])):
            self.flags.append(f"line {line.number}: only the first RRULE is understood")
        return self.parsed(rules[0], start) if rules else None

    def parsed(self, line: Line, start: Moment) -> Rule:
        """What a rule says; where it says more than we understand, one that comes at least as often (C14)."""
        try:
            wider = _wider(line.value)
            if wider is not None:
                self.flags.append(
                    f"line {line.number}: RRULE cannot be expanded, more is kept busy than it says"
                )
            return Rule.parse(line.value if wider is None else wider, start)
        except DomainError as error:
            raise LineError(line.number, error.message) from error
        except OverflowError as error:
            raise LineError(line.number, "RRULE reaches past the end of time") from error

    def names(self, name: str, lines: Lines, master: Component | None) -> frozenset[Moment]:
        """The occurrences that EXDATE or RDATE lines name."""
        if master is None:
            return frozenset()
        return frozenset(n for line in lines.get(name, []) for n, _ in self.split(line, master.start))

    def split(self, line: Line, start: Moment) -> list[tuple[Moment, str]]:
        """The values of an EXDATE or RDATE line and their texts; a period is read as its start (C25)."""
        found = []
        for piece in line.value.split(","):
            if not piece.strip():
                continue
            text, slash, _ = piece.partition("/")
            if slash:
                self.flags.append(f"line {line.number}: {line.name} of a period, its start is read")
            found.append((self.times.name(line, text, start), piece))
        return found

    def _flag_oddities(self, entry: Entry) -> None:
        for name, lines in entry.lines.items():
            if name not in _OURS:
                continue
            if len(lines) > 1 and name in _SINGLE:
                self.flags.append(f"line {lines[1].number}: a second {name} is ignored")
            for line in lines:
                if not is_plain(line.text):
                    self._flag_octets(line, name)
        if "RECURRENCE-ID" in entry.lines and "RRULE" in entry.lines:
            self.flags.append(f"line {entry.lines['RRULE'][0].number}: the rule of an override is ignored")
        if "UID" not in entry.lines:
            self.flags.append(f"line {entry.node.number}: an event without UID")

    def _flag_octets(self, line: Line, name: str) -> None:
        if not is_utf8(line.text):
            self.flags.append(f"line {line.number}: {name} is not UTF-8, read as Windows-1252")
        elif has_controls(line.value):
            self.flags.append(f"line {line.number}: {name} holds control characters")


def _wider(rule: str) -> str | None:
    """A rule without the parts that nobody here knows, which may only leave out more, and without a count of what is
    left; of another calendar than ours, every day. None where everything is known."""
    parts = dict(part.upper().split("=", 1) for part in rule.strip().split(";") if "=" in part)
    strange = {name for name in parts.keys() - {*PARTS, "BYSECOND"} if not name.startswith("X-")}
    if not strange:
        return None
    kept = {name: text for name, text in parts.items() if name not in strange and name != "COUNT"}
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        kept = {"FREQ": "DAILY"} | {name: text for name, text in kept.items() if name == "UNTIL"}
    return ";".join(f"{name}={text}" for name, text in kept.items())


def sequence(lines: Lines) -> int:
    """SEQUENCE, 0 where it is missing or no number."""
    text = lines["SEQUENCE"][0].value.strip() if "SEQUENCE" in lines else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _stamps(lines: Lines) -> list[str]:
    return [own.value.strip() for name in ("DTSTAMP", "LAST-MODIFIED") for own in lines.get(name, [])[:1]]


def uid_of(entry: Entry) -> str | None:
    """Its UID; None where there is none."""
    lines = entry.lines.get("UID")
    return unescape(lines[0].value).strip() or None if lines else None


def _stand_in(href: str, entries: list[Entry]) -> str:
    """A stable name for a resource without UID: its href, else its content (FAILURES C1)."""
    if href:
        return href.rstrip("/").rpartition("/")[2]
    facts = (
        line.text
        for name in ("DTSTART", "RECURRENCE-ID", "SUMMARY")
        for line in entries[0].lines.get(name, [])
    )
    return sha256(b"\n".join(facts)).hexdigest()[:32]


def _first(lines: Lines) -> Line:
    return next(iter(lines.values()))[0]
