"""Merge an own event that both sides changed: property by property, and no word is lost (E22; decision 18).

Where both changed one property ours stays. A time of theirs is in the record of changes; words never are, so what
the practitioner wrote stays in their own event, as a line of its description. Pure functions over values.
"""

from dataclasses import replace

from sync.compare import INBOUND, TEXTS, Properties, exceptions, overlay
from sync.event import Component, Event

OWNER_KEEPS: Properties = frozenset({"attendees", "conference", "categories", "resources", "classification"})
ALSO = "Also written in the calendar:"
_MERGED = INBOUND - OWNER_KEEPS
_WORDS = ("summary", "location", "url", "description")


def merged(*, base: Event, theirs: Event, pushed: Event, ours: Event, words: Event) -> Event:
    """What an own event says now. `words`: as `ours`, but with all its words even where the level hides them."""
    hidden = frozenset(TEXTS) if _hides(ours, words) else frozenset()
    wanted = overlay(overlay(words, base, theirs, _MERGED), pushed, ours, _MERGED - hidden)
    if hidden or wanted.master is None:
        return wanted
    lost = _lost(base.master, theirs.master, wanted.master)
    overrides = {
        rid: _with(component, _lost(base.occurrence(rid), theirs.occurrence(rid), component), than=lost)
        for rid, component in wanted.overrides.items()
        if rid in exceptions(theirs)
    }
    return replace(wanted, master=_with(wanted.master, lost), overrides={**wanted.overrides, **overrides})


def _hides(ours: Event, words: Event) -> bool:
    return (
        ours.master is not None and words.master is not None and ours.master.summary != words.master.summary
    )


def _lost(base: Component | None, theirs: Component | None, wanted: Component) -> list[str]:
    """The words that were written there and would stand nowhere now."""
    if base is None or theirs is None:
        return []
    written = [getattr(theirs, name) for name in _WORDS if getattr(theirs, name) != getattr(base, name)]
    stands = "\n".join(getattr(wanted, name) for name in _WORDS)
    return [text for text in written if text and text not in stands]


def _with(component: Component, lost: list[str], than: list[str] | None = None) -> Component:
    lines = [f"{ALSO} {text}" for text in lost if text not in (than or ())]
    if not lines:
        return component
    return replace(component, description="\n".join(filter(None, [component.description, *lines])))
