"""Tell what a server made of our write from what somebody did to it since (MATRIX 1; FAILURES B1, B2, B7, B17).

Servers rewrite texts and labels, at once or some time later; they never move anything in time or space. Whoever
edits says when: a component that was revised has another DTSTAMP, LAST-MODIFIED or SEQUENCE (RFC 5545, 3.8.7). Where
a server puts times of its own there, only what it never does tells. Pure functions over values.
"""

from dataclasses import replace

from sync.compare import INBOUND, TEXTS, TIME, Properties, same
from sync.event import Event

# Not the place: an edit of it may be acted on (E10), and no server was seen to rewrite one.
_REWRITTEN: Properties = frozenset({*TEXTS, "categories", "resources", "classification"}) - {"location"}


def made_by_server(before: Event, after: Event) -> bool:
    """Whether `after` is what a server made of `before` by itself: nobody says to have revised it."""
    return _revisions(before, after) and same(_shown(before), _shown(after), INBOUND - _REWRITTEN)


def may_be_made_by_server(sent: Event, stored: Event, *, restamps: bool) -> bool:
    """The same of what is read back after a write; `restamps`: this server has its own times of revision."""
    if restamps:
        return same(sent, stored, frozenset({TIME}))
    cut_up = not stored.overrides and made_by_server(replace(sent, overrides={}), stored)  # FAILURES B21
    return same(sent, stored) or made_by_server(sent, stored) or cut_up


def _revisions(before: Event, after: Event) -> bool:
    """Whether each component was last revised when it was before; no server makes an override of its own."""
    if after.overrides.keys() - before.overrides:
        return False
    pairs = [(before.master, after.master)]
    pairs += [(before.overrides[rid], component) for rid, component in after.overrides.items()]
    return all(a is not None and b is not None and a.revised == b.revised for a, b in pairs)


def _shown(event: Event) -> Event:
    """Some servers turn a cancelled occurrence into an excluded one (Zimbra, FAILURES B21)."""
    gone = {rid for rid, component in event.overrides.items() if component.status == "CANCELLED"}
    left = {rid: component for rid, component in event.overrides.items() if rid not in gone}
    return replace(event, overrides=left, exdates=event.exdates | gone)
