"""Leave out of busy time what its owner declined: an invitation that was answered with no (FAILURES C33).

Only where the invited address is known to be the owner's: the log-in name, or the worker's own address. Whatever else
somebody declined still blocks (I11). Pure functions over values.
"""

from collections.abc import Mapping
from dataclasses import replace

from model.moment import Moment
from sync.event import Component, Event


def addresses(*texts: str) -> frozenset[str]:
    """Those of these texts that are addresses, as they are compared."""
    return frozenset(text.strip().lower() for text in texts if "@" in text)


def as_answered(event: Event, owner: frozenset[str]) -> Event:
    """The event with what its owner declined shown as free."""
    if event.master is None:
        return replace(event, overrides=_each(event.overrides, owner)) if event.overrides else event
    return replace(event, master=_answered(event.master, owner), overrides=_each(event.overrides, owner))


def _each(overrides: Mapping[Moment, Component], owner: frozenset[str]) -> Mapping[Moment, Component]:
    return {name: _answered(component, owner) for name, component in overrides.items()}


def _answered(component: Component, owner: frozenset[str]) -> Component:
    declined = any(component.replies.get(address) == "DECLINED" for address in owner)
    return replace(component, transparent=True) if declined else component
