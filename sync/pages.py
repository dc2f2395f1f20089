"""Understand what the server handed out, a page at a time, before a transaction begins.

What cannot be read, or is no event, is set aside with the reason; the others go on (I9).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sync import parts
from sync.adopt import orphans_as_single
from sync.aside import quarantine, set_aside
from sync.context import Run
from sync.errors import Unreadable
from sync.event import TRIAL_URL, Event
from sync.ports import Item
from sync.store import Work


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of what the server handed out: events, overrides that stand alone, and items to be set aside with the
    reason."""

    events: list[tuple[Item, Event]] = field(default_factory=list)
    alone: list[parts.Found] = field(default_factory=list)
    aside: list[tuple[Item, str]] = field(default_factory=list)


def understood(run: Run, items: Sequence[Item]) -> Page:
    """Understand each item before a transaction begins; a bad one is set aside, the others go on (I9)."""
    page = Page()
    for item in items:
        try:
            event = _event(run, item)
        except Unreadable as problem:
            page.aside.append((item, str(problem)))
        else:
            if event is None:
                page.aside.append((item, ""))
            elif event.master is None:
                page.alone.append((item, event))
            else:
                page.events.append((item, event))
    return page


def _event(run: Run, item: Item) -> Event | None:
    """The event of a resource; None: it is something else, a task say, or a test event that is still listed."""
    event = run.understand(item.body, item.href)
    if event is None:
        return None
    shown = orphans_as_single(event)
    if shown.master is not None and shown.master.url == TRIAL_URL:
        return None
    if shown.master is None or not shown.uid:
        raise Unreadable("NO_EVENT", href=item.href)
    return event


def put_aside(run: Run, work: Work, page: Page) -> None:
    for item, reason in page.aside:
        if reason:
            quarantine(run, work, item, reason)
        else:
            set_aside(run, work, item, "")
