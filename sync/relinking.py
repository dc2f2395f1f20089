"""Find what a new link's calendar shows already: by UID, then by time and title (FAILURES F3).

A calendar that moved to another server, or that another program filled before, holds the very events that we would
write now. They are taken for what they show, and brought in step, instead of standing there twice. Asked in the first
pull of a link only, and only where one event and one of ours fit each other alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from model.moment import instant
from sync.context import Run
from sync.disclosure import Unit
from sync.event import Event
from sync.ports import Item
from sync.store import UnitRef, Work

Found = tuple[Item, Event]


def stand_for(run: Run, work: Work, found: Sequence[Found]) -> dict[str, Unit]:
    """What of ours new events show, by their hrefs."""
    if work.link.last_ok_at is not None:
        return {}
    by_uid = work.once_shown([event.uid for _, event in found])
    at = work.unshown_at({instant(e.master.start, run.tz) for _, e in found if e.master is not None})
    units = work.load_many([*by_uid.values(), *at])
    shown = {ref: run.project(work, units[ref], None, "") for ref in at if ref in units}
    named = {item.href: by_uid[event.uid] for item, event in found if event.uid in by_uid}
    alike = {} if run.level(work) == "busy" else _alike(run, found, shown)
    chosen = alike | named
    times = Counter(chosen.values())
    return {href: units[ref] for href, ref in chosen.items() if times[ref] == 1 and ref in units}


def left_there(work: Work, found: Sequence[Found]) -> frozenset[str]:
    """What an ended link left beside its sessions, by href: it goes, as this link writes its own."""
    begins = work.link.last_ok_at is None
    uids = work.left_beside([event.uid for _, event in found]) if begins else frozenset()
    uids -= work.mappings_with(list(uids)).keys()
    return frozenset(item.href for item, event in found if event.uid in uids)


def _alike(run: Run, found: Sequence[Found], shown: Mapping[UnitRef, Event | None]) -> dict[str, UnitRef]:
    pairs = {item.href: [r for r, ours in shown.items() if _same(run, event, ours)] for item, event in found}
    return {href: refs[0] for href, refs in pairs.items() if len(refs) == 1}


def _same(run: Run, event: Event, ours: Event | None) -> bool:
    """Whether both stand at one time, repeat alike, and have one title."""
    if event.master is None or ours is None or ours.master is None:
        return False
    one, other = event.master.span(run.tz), ours.master.span(run.tz)
    times = (one.starts_at, one.ends_at) == (other.starts_at, other.ends_at)
    return times and event.rule == ours.rule and event.master.summary == ours.master.summary
