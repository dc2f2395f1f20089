"""Refuse what another program brings back to us as its own: our events, under other UIDs (FAILURES E10).

Two calendars of one worker that a third program keeps alike would fill up without end: what we show in one comes as
new in the other, and from there back again. What is brought back stands where we show the same in another calendar of
this worker, or carries the mark of a copy that we made. In the same calendar one such event is somebody's copy (E18);
several at once, each at the very time of what it copies, are a program's.
"""

from collections.abc import Iterable, Sequence

from model.moment import instant
from sync.context import Run
from sync.disclosure import HOP
from sync.event import Event
from sync.ports import Item
from sync.store import Shown, Work

CODE = "BROUGHT_BACK"
_Time = tuple[object, object, str]


def brought_back(run: Run, work: Work, found: Sequence[tuple[Item, Event]]) -> frozenset[str]:
    """The hrefs of new events that are ours."""
    by_time: dict[_Time, list[Shown]] = {}
    for shown in work.shown_at({instant(e.master.start, run.tz) for _, e in found if e.master is not None}):
        by_time.setdefault((shown.starts_at, shown.ends_at, shown.rule), []).append(shown)
    if not by_time and not any(_hops(event) for _, event in found):
        return frozenset()
    elsewhere, here = set[str](), set[str]()
    for item, event in found:
        links = _links(run, event, by_time.get(_time(run, event), ()))
        if _hops(event) or links - {run.link_id}:
            elsewhere.add(item.href)
        elif links:
            here.add(item.href)
    return frozenset(elsewhere | (here if len(here) >= run.settings.sync.mass_delete_min else set()))


def _hops(event: Event) -> bool:
    return event.master is not None and HOP in event.master.marks


def _time(run: Run, event: Event) -> _Time:
    if event.master is None:
        return None, None, ""
    span = event.master.span(run.tz)
    return span.starts_at, span.ends_at, str(event.rule or "")


def _links(run: Run, event: Event, standing: Iterable[Shown]) -> set[object]:
    """The links that show the same there: under our marks, or the same title."""
    return {shown.link_id for shown in standing if _alike(event, run.read(shown.body))}


def _alike(event: Event, shown: Event) -> bool:
    if event.master is None or shown.master is None:
        return False
    return bool(event.master.marks) or event.master.summary == shown.master.summary
