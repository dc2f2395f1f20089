"""Compare events by meaning, and carry the changes of one side over to the other.

`overlay` is the three-way merge (DESIGN, plan): whatever changed from `before` to `after` is put on top of
`target`, property by property and occurrence by occurrence; everything else of `target` stays. Pushing is
overlay(theirs, what we last projected, what we project now); learning what the practitioner did is
overlay(what we last projected, what the server had, what it has now). Pure functions over values.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from model.moment import Moment, is_all_day, key, to_text
from sync.event import Component, Event

Properties = frozenset[str]

TIME = "time"
TEXTS = ("summary", "description", "location", "url", "conference")
INBOUND: Properties = frozenset(
    {TIME, *TEXTS, "status", "transparent", "classification", "categories", "resources", "attendees"}
)
COLOUR = "colour"
OURS: Properties = INBOUND | {"marks", "related_to", "taken", COLOUR}
_UNCOMPARED_MARK = "REV"  # moves with every change of ours, seen or not


def changed(before: Component, after: Component, among: Properties = OURS) -> Properties:
    """Name the properties whose meaning differs; times are compared as instants (E20: same instant, nothing)."""
    plain = among - {TIME, "marks", COLOUR}
    found = {name for name in plain if getattr(before, name) != getattr(after, name)}
    if COLOUR in among and None not in (before.colour, after.colour) and before.colour != after.colour:
        found.add(COLOUR)
    if TIME in among and _time(before) != _time(after):
        found.add(TIME)
    if "marks" in among and _marks(before) != _marks(after):
        found.add("marks")
    return frozenset(found)


def same(a: Event, b: Event, among: Properties = INBOUND) -> bool:
    """Whether two events mean the same: an echo, whatever the bytes look like."""
    if (a.master is None) != (b.master is None) or a.rule != b.rule or a.rdates != b.rdates:
        return False
    if master_changed(a, b, among):
        return False
    return not any(
        _differs(a.occurrence(rid), b.occurrence(rid), among) for rid in exceptions(a) | exceptions(b)
    ) and set(a.following) == set(b.following)


def master_changed(before: Event, after: Event, among: Properties = OURS) -> Properties:
    """As `changed`, for the masters; a series that repeats in another zone has another time (D1)."""
    if before.master is None or after.master is None:
        return frozenset()
    found = changed(before.master, after.master, among)
    return found | {TIME} if TIME in among and _repeats_elsewhere(before, after) else found


def exceptions(event: Event) -> frozenset[Moment]:
    """The original starts at which something other than the rule's own instance stands."""
    return event.exdates | frozenset(event.overrides)


def take(component: Component, source: Component, names: Properties) -> Component:
    """Copy some properties from another component."""
    values: dict[str, object] = {name: getattr(source, name) for name in names - {TIME}}
    if TIME in names:
        values |= {"start": source.start, "end": source.end}
    return replace(component, **values)  # type: ignore[arg-type]


def overlay(target: Event, before: Event, after: Event, among: Properties = OURS) -> Event:
    """Put what changed from `before` to `after` on top of `target`.

    When the whole series moved, exceptions keep their place in it: their names move along (RFC 5545, 3.8.4.4).
    When it became all-day or timed, the old names mean nothing any more: exceptions are those of `after`.
    A missing master is taken from `after`. RANGE=THISANDFUTURE is never carried over: it is judged as E6 and
    becomes a series of its own. A colour that somebody chose in `target` stays theirs (E16).
    """
    if target.master is None or before.master is None or after.master is None:
        return replace(after, uid=target.uid, following={})
    names = _but_colours_of_theirs(master_changed(before, after, among), target.master, before.master)
    other_kind = TIME in names and before.master.all_day != after.master.all_day
    if TIME in names and after.recurring:
        before, target = before.moved_by(after.master.start), target.moved_by(after.master.start)
    result = replace(target, following={}, master=take(target.master or after.master, after.master, names))
    if before.rule != after.rule:
        result = replace(result, rule=after.rule)
    if before.rdates != after.rdates:
        result = replace(result, rdates=after.rdates)
    if result.recurring and not target.recurring:
        result = _repeating_where(result, after.master)
    if other_kind:
        return replace(result, exdates=after.exdates, overrides=after.overrides)
    result = replace(
        result, overrides={**_left_out(target, result, before, after, among), **result.overrides}
    )
    return _overlay_exceptions(result, before, after, among)


def _left_out(
    target: Event, result: Event, before: Event, after: Event, among: Properties
) -> Mapping[Moment, Component]:
    """Overrides that `target` does not write out, as they said what its series said; now the series says something
    else, and they do not."""
    unchanged = {
        rid: stood
        for rid in before.overrides.keys() & after.overrides.keys() - target.overrides.keys()
        if not _differs(before.overrides[rid], after.overrides[rid], among)
        and (stood := target.occurrence(rid)) is not None
    }
    return {rid: stood for rid, stood in unchanged.items() if _differs(result.occurrence(rid), stood, among)}


def _overlay_exceptions(target: Event, before: Event, after: Event, among: Properties) -> Event:
    exdates, overrides = set(target.exdates), dict(target.overrides)
    spelled = frozenset(target.overrides)  # what changed for all changes there too, merely written out
    for rid in exceptions(before) | exceptions(after) | spelled:
        was, now = before.occurrence(rid), after.occurrence(rid)
        if target.master is not None and is_all_day(rid) != target.master.all_day:
            overrides.pop(rid, None)  # a name of another kind of time names nothing here
            exdates.discard(rid)
            continue
        if now is None and rid not in after.exdates:
            continue  # the same, of `after`
        if not _differs(was, now, among) and (rid in before.overrides) == (rid in after.overrides):
            continue
        overrides.pop(rid, None)
        exdates.discard(rid)
        if now is None:
            exdates.add(rid)
            continue
        stands = target.occurrence(rid) or was or now
        if was is None:
            merged = replace(now, colour=target.master.colour) if target.master is not None else now
        else:
            names = _told_apart(after, rid, was, now, among)
            merged = take(stands, now, _but_colours_of_theirs(names, stands, was))
        if rid in after.overrides or not _is_instance(target, rid, merged):
            overrides[rid] = merged
    return replace(target, exdates=frozenset(exdates), overrides=overrides)


def theirs_in_colour(event: Event) -> Event:
    """The same as if we had given it no colour: whatever colour stands there is its owner's (E16)."""
    plain = {rid: replace(component, colour="") for rid, component in event.overrides.items()}
    master = replace(event.master, colour="") if event.master is not None else None
    return replace(event, master=master, overrides=plain)


def _but_colours_of_theirs(names: Properties, stands: Component, was: Component) -> Properties:
    """What is carried over: not a colour where another stands than was known (E16)."""
    return names - {COLOUR} if changed(was, stands, frozenset({COLOUR})) else names


def _told_apart(after: Event, rid: Moment, was: Component, now: Component, among: Properties) -> Properties:
    """What an occurrence has of its own: what changed there, and what sets it apart from its series."""
    plain = _instance(after, rid)
    apart = changed(plain, now, among) if plain is not None and rid in after.overrides else frozenset()
    return changed(was, now, among) | apart


def _instance(event: Event, rid: Moment) -> Component | None:
    """What the rule alone gives at an original start."""
    return replace(event, overrides={}, exdates=frozenset()).occurrence(rid)


def _is_instance(event: Event, rid: Moment, component: Component) -> bool:
    """Whether a component is just what the rule gives there anyway (FAILURES C7)."""
    plain = _instance(event, rid)
    return plain is not None and not changed(plain, component)


def _differs(a: Component | None, b: Component | None, among: Properties) -> bool:
    if a is None or b is None:
        return a is not b
    return bool(changed(a, b, among))


def _repeats_elsewhere(a: Event, b: Event) -> bool:
    """What repeats from now on in another zone meets another offset later, even if it starts at the same instant."""
    if not (b.recurring and a.master and b.master):
        return False
    return _offsets(a.master.start) != _offsets(b.master.start)


def _repeating_where(event: Event, source: Component) -> Event:
    """What begins to repeat does so in its source's zone: to a single event another spelling was no change (D1)."""
    master, tz = event.master, source.start.tzinfo if isinstance(source.start, datetime) else None
    if master is None or not isinstance(master.start, datetime) or not isinstance(master.end, datetime):
        return event
    own = replace(master, start=master.start.astimezone(tz), end=master.end.astimezone(tz))
    return replace(event, master=own) if tz is not None else event


def _offsets(moment: Moment) -> tuple[object, ...]:
    """The offsets of a moment's zone over the following year: two names of one zone give the same."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return ()
    return tuple((moment + timedelta(days=30 * month)).utcoffset() for month in range(13))


def _time(component: Component) -> tuple[Moment, Moment]:
    return key(component.start), key(component.end)


def _marks(component: Component) -> Mapping[str, str]:
    return {name: value for name, value in component.marks.items() if name != _UNCOMPARED_MARK}


def meaning(event: Event) -> str:
    """A hash of what an event means: equal for every spelling of it (FAILURES B5, C37)."""
    parts = [event.uid, str(event.rule or ""), *sorted(map(_name, event.rdates))]
    plain = replace(event, overrides={}, exdates=frozenset())
    shown = {"master": _spelled(event.master)}
    for rid in exceptions(event):
        spelled = _spelled(event.occurrence(rid))
        if spelled != _spelled(plain.occurrence(rid)):  # an override may say what the rule says anyway
            shown[_name(rid)] = spelled
    for name in sorted(shown):
        parts += [name, shown[name]]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _spelled(component: Component | None) -> str:
    if component is None:
        return "-"
    values = [_name(component.start), _name(component.end)]
    values += [str(getattr(component, name)) for name in (*TEXTS, "status", "transparent", "classification")]
    values += [",".join(sorted(component.categories)), ",".join(sorted(component.attendees))]
    values += sorted(component.resources)
    return "\x1e".join(values)


def _name(moment: Moment) -> str:
    return to_text(key(moment))
