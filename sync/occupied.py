"""Decide when an event of a busy source keeps its owner busy (DOMAIN 4): times alone come out.

What is not known for sure blocks: an invitation that nobody answered, an override that its rule does not know. Pure;
where the event came from, and what was known of it before, is `busy_source`'s.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from model.busy import Busy, Fbtype, merge
from model.moment import Moment, instant, is_all_day, key, shift, wall_distance
from model.recurrence import expand
from sync.event import Component, Event

BY_TRANSP = "by_transp"
_STRIDE = timedelta(days=60)  # so that even a rule of 48 times a day stays below what one expansion gives
_EVER = datetime.max.replace(tzinfo=UTC)
_UNDECIDED = ("TENTATIVE", "NEEDS-ACTION")


@dataclass(frozen=True, kw_only=True)
class Window:
    """What has ended before `since` is left out; what repeats is expanded to `until`. `all_day`: whether what is
    all-day takes time, as `booking.all_day_blocks` says.
    """

    since: datetime
    until: datetime
    tz: ZoneInfo
    all_day: str = BY_TRANSP


def occupied(event: Event, window: Window, *, owner: Collection[str]) -> list[Busy]:
    """The times that an event takes, merged; `owner` are the addresses under which its owner may have declined."""
    blocks = [
        block
        for component in _standing(event, window)
        if (block := _block(component, window, owner)) is not None and block.end > window.since
    ]
    return merge(blocks, start=min((b.start for b in blocks), default=window.since), end=_EVER)


def goes_on(event: Event, window: Window) -> bool:
    """Whether it may take times after the window, so that it has to be read again one day."""
    if any(instant(moment, window.tz) >= window.until for moment in event.rdates):
        return True
    if event.rule is None or event.master is None:
        return False
    if event.rule.until is not None and instant(event.rule.until, window.tz) < window.until:
        return False
    start, count = event.master.start, event.rule.count
    first = instant(start, window.tz)
    if count is None or first >= window.until:
        return True
    return len(expand(start, event.rule, frozenset(), window.tz, since=first, until=window.until)) < count


def _standing(event: Event, window: Window) -> Iterator[Component]:
    """What stands in the window: the rule's own instances, and every override wherever it is."""
    yield from event.overrides.values()
    if event.master is None:
        yield from event.following.values()
    elif not event.recurring:
        yield event.master
    else:
        for start in _starts(event, event.master, window):
            if key(start) not in event.exdates and key(start) not in event.overrides:
                yield _instance(event, event.master, start, window.tz)


def _starts(event: Event, master: Component, window: Window) -> Iterator[Moment]:
    since = window.since - master.span(window.tz).length
    while since < window.until:
        until = min(since + _STRIDE, window.until)
        yield from expand(master.start, event.rule, event.rdates, window.tz, since=since, until=until)
        since = until


def _instance(event: Event, master: Component, start: Moment, tz: ZoneInfo) -> Component:
    """An instance of the rule; after an override with RANGE=THISANDFUTURE as far from its place as that one is."""
    begun = [name for name in event.following if instant(name, tz) <= instant(start, tz)]
    if not begun:
        return master.starting(start)
    name = max(begun, key=lambda one: instant(one, tz))
    since = event.following[name]
    if is_all_day(since.start) != is_all_day(start):
        return master.starting(start)
    return since.starting(shift(since.start, wall_distance(_like(name, start), start)))


def _like(name: Moment, start: Moment) -> Moment:
    if isinstance(name, datetime) and isinstance(start, datetime):
        return name.astimezone(start.tzinfo)
    return name


def _block(component: Component, window: Window, owner: Collection[str]) -> Busy | None:
    reply = next((component.replies[one] for one in owner if one in component.replies), "")
    if _is_free(component, window.all_day) or component.status == "CANCELLED" or reply == "DECLINED":
        return None
    span = component.span(window.tz)
    if span.starts_at == span.ends_at:
        return None  # without length it is shown and blocks nothing (FAILURES C17)
    unsure = component.status == "TENTATIVE" or reply in _UNDECIDED
    kind = Fbtype.BUSY_TENTATIVE if unsure else Fbtype.BUSY
    return Busy(start=span.starts_at, end=span.ends_at, fbtype=kind)


def _is_free(component: Component, all_day: str) -> bool:
    if component.all_day and all_day != BY_TRANSP:
        return all_day == "never"
    return component.transparent
