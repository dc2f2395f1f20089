"""Change only the lines whose meaning changed; every other octet stays (FAILURES C36).

Each VEVENT is read again under what has already been written (a new start of the series changes what a DATE
in EXDATE names), and a line is replaced only where that reading differs from what is wanted. A new override
begins as a copy of its master without rule and exceptions, alarms and foreign lines included, as clients do.
Which lines spell a fact is known in `properties`; what an event should be is decided elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.ical import properties
from adapters.ical.draft import Draft
from adapters.ical.lines import Limits, Line, LineError, Node, parse
from adapters.ical.moments import as_end, in_series, is_floating, same, same_start, written
from adapters.ical.reader import Entry, Reader, sequence, uid_of
from adapters.ical.text import clean, line
from adapters.ical.writer import definitions, override, rule_line, series, stamps, uid_line, years, zone_names
from model.moment import Moment, is_all_day, start_zone
from sync.event import Component, Event

_SIGNIFICANT = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "STATUS", "LOCATION"}
_OF_SERIES = {"RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}


def patched(body: bytes, event: Event, *, now: datetime, tz: ZoneInfo, limits: Limits) -> bytes:
    """The octets of `body` made to mean `event`; `body` itself where it already does."""
    root = parse(body, limits)
    reader = Reader(root, tz)
    before = reader.event("")
    if before is None:
        raise LineError(1, "there is no VEVENT to change")
    if not reader.entries():
        return body  # busy time that somebody else tells of is only read (FAILURES C35)
    return bytes(root) if _Patch(reader, before, event, now=now).run() else body


class _Patch:
    """One pass over a parsed resource; `run` says whether anything changed."""

    def __init__(self, reader: Reader, before: Event, event: Event, *, now: datetime) -> None:
        self._reader, self._before, self._event, self._now = reader, before, event, now
        entries = reader.entries()
        self._layout = reader.layout(entries, start=before.master.start if before.master else None)
        if self._layout.uid is not None and self._layout.uid != clean(event.uid).strip():
            raise ValueError("a patch never changes the UID")
        self._home = next(c for c in reader.calendars if any(item is entries[0].node for item in c.items))
        self._changed = False

    def run(self) -> bool:
        self._master()
        self._overrides(self._layout.overrides, self._event.overrides, self._moved())
        self._overrides(self._layout.following, self._event.following, {})
        if self._changed:
            self._finish()
        return self._changed

    def _master(self) -> None:
        masters, wanted = self._layout.masters, self._event.master
        if wanted is None:
            self._remove(masters)
        elif not masters:
            self._insert(series(self._event, wanted, now=self._now), first=True)
        else:
            draft = Draft(masters[0].node)
            self._revise(draft, wanted, series=None)
            self._recurrence(draft, wanted)
            self._settle(draft, masters[1:])

    def _moved(self) -> Mapping[Moment, Moment]:
        """Names of overrides as they are once the series starts elsewhere, by their old names."""
        if self._event.master is None:
            return {}
        moved = self._before.moved_by(self._event.master.start).overrides
        return dict(zip(self._before.overrides, moved, strict=True))

    def _overrides(
        self,
        found: Mapping[Moment, list[Entry]],
        wanted: Mapping[Moment, Component],
        moved: Mapping[Moment, Moment],
    ) -> None:
        left = dict(wanted)
        named = [(name, name) for name in found if name in wanted]
        named += [(name, moved[name]) for name in found if name not in wanted and moved.get(name) in wanted]
        for name, target in named:
            if target in left:
                self._change(found[name], target, left.pop(target))
            else:
                self._remove(found[name])
        for name in found.keys() - {name for name, _ in named}:
            self._remove(found[name])
        for name in sorted(left, key=str):
            self._add(name, left[name], following=wanted is self._event.following)

    def _change(self, entries: list[Entry], name: Moment, component: Component) -> None:
        draft = Draft(entries[0].node)
        recurrence_id = draft.lines["RECURRENCE-ID"][0]
        master = self._event.master
        start = master.start if master else None
        if self._reader.times.name(recurrence_id, recurrence_id.value, start) != name:
            ranged = {"RANGE": "THISANDFUTURE"} if "RANGE" in recurrence_id.parameters else {}
            draft.put(["RECURRENCE-ID"], [self._name_line(name, component.start, **ranged)])
        self._revise(draft, component, series=master)
        self._settle(draft, entries[1:])

    def _add(self, name: Moment, component: Component, *, following: bool) -> None:
        if following:
            raise ValueError("RANGE=THISANDFUTURE is read and never written (FAILURES C10)")
        masters = self._layout.masters if self._event.master else []
        if not masters:
            self._insert(override(self._event, name, component, now=self._now))
            return
        items = masters[0].node.items
        node = Node("VEVENT", [i for i in items if isinstance(i, Node) or i.name not in _OF_SERIES])
        node.items.insert(1, self._name_line(name, component.start))
        draft = Draft(node, touched={"RECURRENCE-ID"})
        self._revise(draft, component, series=self._event.master)
        self._settle(draft, [])
        self._insert(node)

    def _name_line(self, name: Moment, otherwise: Moment, **parameters: str) -> Line:
        start = self._event.master.start if self._event.master else otherwise
        return written("RECURRENCE-ID", in_series(name, start), floating=self._floats(), **parameters)

    def _floats(self) -> bool:
        """Whether the series, as it is written now, has no zone."""
        if not self._layout.masters or self._event.master is None:
            return False
        lines = self._layout.masters[0].node.lines()
        return "DTSTART" in lines and is_floating(lines["DTSTART"][0])

    def _revise(self, draft: Draft, target: Component, *, series: Component | None) -> None:
        """Make one VEVENT say what `target` says."""
        self._times(draft, target, series)
        for kind in properties.PROPERTIES:
            wanted = kind.fact(target)
            if not (kind.silent and wanted is None) and kind.read(draft.lines) != wanted:
                new = kind.write(target)
                draft.put([kind.name], new, only_first=kind.several and bool(new))
        if draft.touched & {"STATUS", "TRANSP"} and properties.BUSY_STATUS in draft.lines:
            draft.put(
                [properties.BUSY_STATUS], [line(properties.BUSY_STATUS, properties.busy_status(target))]
            )
        for values in properties.SETS:
            draft.sift(values.name, values.split, values.fact(target), values.write)
        self._marks(draft, target)

    def _marks(self, draft: Draft, target: Component) -> None:
        current = properties.marks(draft.lines)
        for name in sorted(current.keys() | target.marks.keys()):
            value = target.marks.get(name)
            if current.get(name) != value:
                draft.put(
                    [properties.MARK + name], [] if value is None else [properties.mark_line(name, value)]
                )

    def _times(self, draft: Draft, target: Component, series: Component | None) -> None:
        current = self._reader.start(draft.lines, series)
        recurring = series is None and (self._event.recurring or self._before.recurring)
        if not same_start(current, target.start, series=recurring):
            floating = self._stays_floating(draft, target.start)
            draft.put(["DTSTART"], [written("DTSTART", target.start, floating=floating)])
        start = self._reader.start(draft.lines, series)
        end = self._reader.proper_end(start, as_end(target.end, start))
        as_before = is_all_day(start) == is_all_day(
            current
        )  # else even an end that reads right is of another kind
        if as_before and same(self._reader.end(draft.lines, start, series), end):
            return
        floating = self._stays_floating(draft, start)
        if "DTSTART" not in draft.lines:
            draft.put(["DTSTART"], [written("DTSTART", start)])
        draft.put(["DTEND", "DURATION"], [written("DTEND", end, floating=floating)])

    def _stays_floating(self, draft: Draft, start: Moment) -> bool:
        """A floating time stays one (FAILURES C21) unless it goes to another zone than it was read in."""
        own = draft.lines.get("DTSTART")
        if not own or not is_floating(own[0]) or is_all_day(start):
            return False
        return start_zone(start, self._reader.times.tz) is self._reader.times.tz

    def _recurrence(self, draft: Draft, master: Component) -> None:
        """RRULE, RDATE and EXDATE of the master."""
        rules = draft.lines.get("RRULE")
        start, floating = self._reader.start(draft.lines, None), self._floats()
        if (self._reader.parsed(rules[0], start) if rules else None) != self._event.rule:
            local = start_zone(start, self._reader.times.tz) if floating else None
            draft.put(["RRULE"], [rule_line(self._event.rule, local=local)] if self._event.rule else [])
        for name, wanted in (("RDATE", self._event.rdates), ("EXDATE", self._event.exdates)):
            draft.sift(
                name,
                lambda own: self._reader.split(own, master.start),
                wanted,
                lambda moment, name=name: written(name, in_series(moment, master.start), floating=floating),  # type: ignore[misc]
            )

    def _settle(self, draft: Draft, shadowed: list[Entry]) -> None:
        """Stamp a VEVENT that changed; older twins of it would contradict it and go."""
        if not draft.touched:
            return
        if draft.touched & _SIGNIFICANT:
            number = max(sequence(draft.lines) + 1, self._event.sequence)
            draft.put(["SEQUENCE"], [line("SEQUENCE", str(number))])
        for name, stamp in stamps(self._now).items():
            draft.put([name], [stamp])
        self._remove(shadowed)
        self._changed = True

    def _remove(self, entries: list[Entry]) -> None:
        for entry in entries:
            for calendar in self._reader.calendars:
                calendar.items = [item for item in calendar.items if item is not entry.node]
            self._changed = True

    def _insert(self, node: Node, *, first: bool = False) -> None:
        places = [
            n for n, item in enumerate(self._home.items) if isinstance(item, Node) and item.kind == "VEVENT"
        ]
        at = (places[0] if first else places[-1] + 1) if places else len(self._home.items) - 1
        self._home.items.insert(at, node)
        self._changed = True

    def _finish(self) -> None:
        """What belongs to the object as a whole: no METHOD (FAILURES C32), a VTIMEZONE for each new zone."""
        for calendar in self._reader.calendars:
            calendar.items = [i for i in calendar.items if isinstance(i, Node) or i.name != "METHOD"]
        self._name_nameless()
        self._stay_first()
        names = zone_names(self._home.children("VEVENT"))
        known = {
            own.value for node in self._home.children("VTIMEZONE") for own in node.lines().get("TZID", [])
        }
        missing = definitions([name for name in names if name not in known], years(self._event))
        at = next((n for n, item in enumerate(self._home.items) if isinstance(item, Node)), 1)
        self._home.items[at:at] = missing

    def _name_nameless(self) -> None:
        """Give a resource without UID the one it was known by (FAILURES C1)."""
        for node in self._home.children("VEVENT") if self._layout.uid is None else []:
            draft = Draft(node)
            if uid_of(Entry(node, draft.lines)) is None:
                draft.put(["UID"], [uid_line(self._event)])

    def _stay_first(self) -> None:
        """Where a resource holds events of other UIDs, it means its first one: ours stays that."""
        events = self._home.children("VEVENT")
        uid = clean(self._event.uid).strip()
        own = next((node for node in events if uid_of(Entry(node, node.lines())) == uid), None)
        if own is not None and own is not events[0]:
            items = [item for item in self._home.items if item is not own]
            at = next(n for n, item in enumerate(items) if item is events[0])
            self._home.items = [*items[:at], own, *items[at:]]
