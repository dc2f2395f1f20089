"""What a calendar object means, apart from how anybody spells it.

An `Event` is one calendar object resource (RFC 4791, 4.1): a master component, its rule, and overrides, all
under one UID. Two events with equal meaning are equal values whatever ETag, property order, folding, DTSTAMP or
LAST-MODIFIED say; so an echo of our own write is seen as no change. What is not here (alarms, unknown
properties) is foreign: it stays in the bytes and is never compared or rebuilt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from model.moment import Moment, Span, is_all_day, key, shift, start_zone, wall_distance
from model.recurrence import Rule

_UTC = ZoneInfo("UTC")
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
# The URL of every test event: one that a slow server still lists is nobody's event (FAILURES B17).
TRIAL_URL = "https://calendula.invalid/test"


@dataclass(frozen=True, kw_only=True)
class Component:
    """The meaning of one VEVENT.

    `start` and `end` are aware datetimes in an IANA zone, or dates (end exclusive); a missing DTEND is made
    explicit (RFC 5545, 3.6.1), and an end before its start is clamped to it. Texts are unescaped.
    `marks` are our own X-CALENDULA- lines by name, without the prefix; `attendees` are addresses in lower case,
    `replies` the answers of those who gave one (PARTSTAT). `taken` are the rooms and assets that we name beside people,
    like "ROOM urn:uuid:...". `colour` is a name of CSS, "" for none, and None where we say nothing about it: whoever's
    calendar it is may choose another, so it is no meaning. `revised` is what its SEQUENCE and its newest stamp say of
    its last revision: no meaning, and never compared with a clock.
    """

    start: Moment
    end: Moment
    summary: str = ""
    description: str = ""
    location: str = ""
    url: str = ""
    conference: str = ""
    status: Status = "CONFIRMED"
    transparent: bool = False
    classification: str = "PUBLIC"
    categories: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    attendees: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    related_to: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[str, str] = field(default_factory=dict, compare=False)
    colour: str | None = field(default=None, compare=False)
    revised: tuple[int, str] = field(default=(0, ""), compare=False)

    @property
    def all_day(self) -> bool:
        return is_all_day(self.start)

    def span(self, tz: ZoneInfo) -> Span:
        """The time as one value; `tz` is where a date becomes an instant."""
        return Span(start=self.start, end=self.end, tz=start_zone(self.start, tz))

    def starting(self, start: Moment) -> "Component":
        """The same component at another time, as long as before."""
        moved = self.span(_UTC).starting(start)
        return replace(self, start=moved.start, end=moved.end)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One resource: a single event, or a series with its exceptions.

    `exdates`, `rdates` and the keys of `overrides` are `model.moment.key`s: UTC instants or dates of the
    *original* starts. `master` is None where only overrides were found (an invitation to one occurrence).
    `following` holds overrides with RANGE=THISANDFUTURE: read, judged as E6, never written (FAILURES C10).
    """

    uid: str
    master: Component | None
    rule: Rule | None = None
    rdates: frozenset[Moment] = frozenset()
    exdates: frozenset[Moment] = frozenset()
    overrides: Mapping[Moment, Component] = field(default_factory=dict)
    following: Mapping[Moment, Component] = field(default_factory=dict)
    sequence: int = field(default=0, compare=False)

    @property
    def recurring(self) -> bool:
        return self.rule is not None or bool(self.rdates)

    def occurrence(self, recurrence_id: Moment) -> Component | None:
        """What stands at one original start: the override, else the master moved there, else nothing.

        `recurrence_id` is a key; whether the rule really has an instance there is not asked here.
        """
        if recurrence_id in self.overrides:
            return self.overrides[recurrence_id]
        if self.master is None or recurrence_id in self.exdates:
            return None
        if is_all_day(recurrence_id) != self.master.all_day:
            return None
        return self.master.starting(_written(recurrence_id, self.master.start))

    def moved_by(self, start: Moment) -> "Event":
        """The same series from another start: master, exceptions and their names shift on the wall clock.

        An override that stands where its rule put it moves along; one with a time of its own keeps it (R11).
        """
        if self.master is None or is_all_day(start) != is_all_day(self.master.start):
            return self
        by = wall_distance(self.master.start, start)

        def name(moment: Moment) -> Moment:
            wall = _written(moment, self.master.start) if self.master else moment
            return key(shift(_on_clock_of(start, wall), by))

        moved = replace(
            self,
            master=self.master.starting(start),
            exdates=frozenset(name(m) for m in self.exdates),
            overrides={},
        )
        along = {name(m): self._along(m, c, moved.occurrence(name(m))) for m, c in self.overrides.items()}
        return replace(moved, overrides=along)

    def _along(self, recurrence_id: Moment, override: Component, there: Component | None) -> Component:
        """An override at its own time, or at the series' new one if it never had a time of its own."""
        here = replace(self, overrides={}, exdates=frozenset()).occurrence(recurrence_id)
        if here is None or there is None or (key(here.start), key(here.end)) != _time(override):
            return override
        return replace(override, start=there.start, end=there.end)


def _time(component: Component) -> tuple[Moment, Moment]:
    return key(component.start), key(component.end)


def _on_clock_of(start: Moment, wall: Moment) -> Moment:
    """The same wall time in the zone of a start: a series may have moved to another."""
    if isinstance(wall, datetime) and isinstance(start, datetime):
        return wall.replace(tzinfo=start.tzinfo)
    return wall


def _written(recurrence_id: Moment, like: Moment) -> Moment:
    """An occurrence's name on the wall clock of its series."""
    if isinstance(recurrence_id, datetime) and isinstance(like, datetime):
        return recurrence_id.astimezone(like.tzinfo)
    return recurrence_id
