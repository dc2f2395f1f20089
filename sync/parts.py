"""Take overrides that come as resources of their own for what they are: parts of their series (FAILURES B21).

Some servers cut a resource up and hand out each override by itself, under the UID of its series. Here such a part is
a mapping that shows nothing and names the mapping of its series; what it says is judged as an edit of the series. As
soon as we show one of its occurrences otherwise, the series' own resource says so, and the part is deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from model.link import EventMapping, MappingState
from model.moment import Moment
from sync import inbound
from sync.compare import INBOUND, OURS, changed
from sync.context import Run
from sync.event import Component, Event
from sync.href import canonical_href
from sync.ports import Item
from sync.store import Work, ref_of

Found = tuple[Item, Event]


def take(run: Run, found: Sequence[Found]) -> list[Found]:
    """Judge overrides that stand alone with their series; return those whose series is not there (C5)."""
    left: list[Found] = []
    for start in range(0, len(found), run.settings.sync.page):
        with run.work() as work:
            some = found[start : start + run.settings.sync.page]
            left += [one for one in some if not _take_one(run, work, *one)]
    return left


def take_gone(run: Run, work: Work, part: EventMapping) -> None:
    """The part is not there any more: its occurrences are what their series makes of them, if nothing else says."""
    series = work.mapping(part.part_of) if part.part_of is not None else None
    gone = _overrides(run, part)
    part.bury()
    bases = run.bases(series) if series is not None else None
    if series is None or bases is None or series.base_ical is None:
        return
    others = {rid for other in work.parts_of([series.id]) for rid in _overrides(run, other)}
    believed = {rid: c for rid, c in gone.items() if rid not in others and _agreed(bases[1], rid, c)}
    before = replace(bases[0], overrides={**bases[0].overrides, **believed})
    inbound.take_in(run, work, series, bases[0], series.base_ical, series.etag, base=before)


def outdated(run: Run, work: Work, series: EventMapping, pushed: Event, ours: Event) -> list[EventMapping]:
    """The parts that say something else than we show from now on."""
    if series.series_id is None:
        return []
    parts = [part for part in work.parts_of([series.id]) if not part.shows]
    return [part for part in parts if _says_otherwise(run, part, pushed, ours)]


def _take_one(run: Run, work: Work, item: Item, event: Event) -> bool:
    key = canonical_href(item.href)
    part = work.mappings_at([key]).get(key)
    if part is not None and ref_of(part) is not None:
        return False  # it was taken in as an event by itself
    series = work.mappings_with([event.uid]).get(event.uid)
    bases = run.bases(series) if series is not None and series.series_id is not None else None
    if series is None or bases is None or series.base_ical is None:
        return False
    before = _overrides(run, part) if part is not None else {}
    if part is None:
        part = inbound.new_mapping(run, str(run.new_id()), item)
        work.add(part)
    inbound.stands_at(part, item)
    part.part_of = series.id
    was, now = _whole(bases[0], before), _whole(bases[0], event.overrides)
    inbound.take_in(run, work, series, now, series.base_ical, series.etag, base=was)
    return True


def _whole(series: Event, overrides: Mapping[Moment, Component]) -> Event:
    """The series with its parts, as if it were one resource."""
    exdates = series.exdates - overrides.keys()
    return replace(series, exdates=exdates, overrides={**series.overrides, **overrides})


def _overrides(run: Run, part: EventMapping) -> Mapping[Moment, Component]:
    event = run.understand(part.base_ical, part.href) if part.base_ical is not None else None
    return event.overrides if event is not None else {}


def _agreed(pushed: Event, rid: Moment, component: Component) -> bool:
    """Whether both sides still were at what this part said, when it went."""
    stands = pushed.occurrence(rid)
    return stands is not None and not changed(stands, component, INBOUND)


def _says_otherwise(run: Run, part: EventMapping, pushed: Event, ours: Event) -> bool:
    def differs(rid: Moment) -> bool:
        was, now = pushed.occurrence(rid), ours.occurrence(rid)
        return was is not now and (was is None or now is None or bool(changed(was, now, OURS)))

    return part.state != MappingState.TOMBSTONE and any(differs(rid) for rid in _overrides(run, part))
