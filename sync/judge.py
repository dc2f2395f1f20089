"""Judge one inbound edit: apply, hold or refuse, and say why (DOMAIN 1.6 and 1.7).

The record is the domain's: an edit from outside is a request. The tables here are DOMAIN's, as code; facts come
in as values, so every verdict can be tested by its id. Nothing here changes anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from model.link import Mode
from sync.classify import Edit
from sync.event import Component
from sync.settings import InboundSettings

_TIMES = frozenset({"E1", "E2", "E3", "E6", "E11", "E14"})
_DELETIONS = frozenset({"E4", "E5", "E7"})
_OF_WINDOWS = frozenset({"E1", "E2", "E3", "E6"})
_FALLEN_OUT = ("OUTSIDE_SHIFT", "ACTIVITY_OUTSIDE")
_SHORTEST = timedelta(minutes=1)
_UTC = ZoneInfo("UTC")


class Decision(StrEnum):
    """What happens to an edit. KEEP: it stays in the calendar and concerns nobody else (E9, E16, E24)."""

    APPLY = "APPLY"
    KEEP = "KEEP"
    HOLD = "HOLD"
    REFUSE = "REFUSE"


class Column(StrEnum):
    """The column of DOMAIN 1.6 that an item falls into; a shift has a line of its own below the table: its new times
    wait, everything else is refused, and only what is the practitioner's alone (E16) stays. An open slot has no client:
    E1 to E7 apply to its window (003-10). Padding is changed with its session alone (003-08)."""

    OTHER_EVENT = "OTHER_EVENT"
    SINGLE = "SINGLE"
    GROUP = "GROUP"
    SHIFT = "SHIFT"
    OPEN_SLOT = "OPEN_SLOT"
    PADDING = "PADDING"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A decision with its reason code; `quiet` ones are logged and told to nobody."""

    decision: Decision
    reason: str = ""
    warnings: tuple[str, ...] = ()
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What must be known to judge an edit. `starts_at` is where what it touches stands now, in UTC, and `goes_to`
    where it would be brought.

    `lock` is the lock of what it touches; `hard` and `soft` are conflicts at the place it would go to;
    `ours_too`: we changed the same property since both sides last agreed; `gone_here`: this calendar shall not
    show it any more; `nothing_to_come`: nothing of it lies ahead. `roster`: it came from a roster;
    `several_workers` decides between two reason codes. `roster_locked`: the roster that it was published with is closed
    to calendars; `leaves_roster`: it would leave the days of that roster. `request`: the worker is only asked to take
    it, and has not answered.
    """

    column: Column
    mode: Mode
    now: datetime
    starts_at: datetime
    policy: InboundSettings
    past_days: int = 14
    goes_to: datetime | None = None
    lock: str | None = None
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    ours_too: bool = False
    gone_here: bool = False
    nothing_to_come: bool = False
    request: bool = False
    roster: bool = False
    roster_locked: bool = False
    leaves_roster: bool = False
    several_workers: bool = False
    cancelled: bool = False
    known_place: bool = False
    same_number: bool = True


def judge(edit: Edit, facts: Facts) -> Verdict:
    """Judge in DOMAIN's order: link, both sides, lock, kind column, conflicts."""
    if facts.mode is Mode.ONE_WAY:
        return _refuse("READ_ONLY_LINK")
    if facts.request or facts.column is Column.PADDING:
        return _refuse("REQUEST_PENDING" if facts.request else "PADDING_OWNED")
    if facts.column is Column.OTHER_EVENT or (facts.column is Column.OPEN_SLOT and _is_of_windows(edit)):
        stale = facts.ours_too or facts.gone_here
        return _refuse("STALE_BASE") if stale else Verdict(decision=Decision.APPLY)
    if edit.code in _HARMLESS:
        return _HARMLESS[edit.code](edit, facts)
    if facts.cancelled and edit.code in ("E4", "E5"):  # the grey event is dismissed (002-09)
        return Verdict(decision=Decision.KEEP, reason="SESSION_CANCELLED", quiet=True)
    blocked = _blocked_by(edit, facts)
    return _refuse(blocked) if blocked else _GRAVE[edit.code](edit, facts)


def takes_away(edit: Edit) -> bool:
    """Whether a gesture would take bookings away: those are asked about whatever else changed (decision 4)."""
    return edit.code in _DELETIONS or (edit.code == "E13" and _is_cancelled(edit))


def _is_of_windows(edit: Edit) -> bool:
    """What changes when it is, or takes it away."""
    return edit.code in _OF_WINDOWS or takes_away(edit)


def _is_cancelled(edit: Edit) -> bool:
    return edit.after is not None and edit.after.status == "CANCELLED"


def _blocked_by(edit: Edit, facts: Facts) -> str | None:
    """What forbids any grave edit before its kind is looked at: a lock, the past, our own change."""
    if facts.lock and (facts.lock != "SESSION_IN_PROGRESS" or edit.code in _TIMES):
        return facts.lock
    if facts.roster_locked:
        return "ROSTER_LOCKED"
    if facts.starts_at < facts.now - timedelta(days=facts.past_days):
        return "PAST_WINDOW"
    stale = facts.gone_here or (facts.ours_too and not takes_away(edit))
    return "STALE_BASE" if stale else None


def _refuse(reason: str, *, quiet: bool = False) -> Verdict:
    return Verdict(decision=Decision.REFUSE, reason=reason, quiet=quiet)


def _hold(reason: str, warnings: tuple[str, ...] = ()) -> Verdict:
    return Verdict(decision=Decision.HOLD, reason=reason, warnings=warnings)


def _by_policy(policy: str, reason: str, warnings: tuple[str, ...] = ()) -> Verdict | None:
    """What a practice's policy says outright; None where it says apply."""
    if policy == "apply":
        return None
    return _hold(reason, warnings) if policy == "hold" else _refuse(reason)


def _group_verdict(facts: Facts, warnings: tuple[str, ...]) -> Verdict | None:
    """Sessions of several people, or from a roster, are moved by nobody alone."""
    if facts.column is not Column.GROUP:
        return None
    if facts.roster:
        return _by_policy(facts.policy.roster, "ROSTER_SESSION", warnings)
    reason = "MULTI_WORKER" if facts.several_workers else "GROUP_SESSION"
    return _by_policy(facts.policy.group, reason, warnings)


def _move(edit: Edit, facts: Facts) -> Verdict:
    """E1, E2, E3 and E6: a new time. What waits carries along what speaks against it, for who answers."""
    length = _length(edit.after) if edit.after is not None else _SHORTEST
    too_long = ("TOO_LONG",) * (length > timedelta(minutes=facts.policy.longest_min))
    if length < _SHORTEST:
        return _refuse("TOO_SHORT")  # no answer could make a session of it
    against = (*too_long, *facts.hard, *facts.soft)
    if facts.column is Column.SHIFT:
        return _move_shift(facts, against)
    return _group_verdict(facts, against) or _move_single(facts, too_long)


def _move_single(facts: Facts, too_long: tuple[str, ...]) -> Verdict:
    """What nobody else has a say in is moved, unless something speaks against the place that it would go to."""
    if too_long or facts.hard:
        return _refuse((*too_long, *facts.hard)[0])
    if _into_past(facts):
        return _hold("INTO_PAST", facts.soft)
    if facts.leaves_roster:
        return _hold("ROSTER_SESSION", facts.soft)
    return _by_policy(facts.policy.client_move, "CLIENT_MOVE", facts.soft) or Verdict(
        decision=Decision.APPLY, warnings=facts.soft
    )


def _move_shift(facts: Facts, against: tuple[str, ...]) -> Verdict:
    """A shift waits for an answer, unless what lies in it would fall out (001-17)."""
    fallen = [reason for reason in facts.hard if reason in _FALLEN_OUT]
    return _refuse(fallen[0]) if fallen else _hold("SHIFT_OWNED", against)


def _split(edit: Edit, facts: Facts) -> Verdict:
    """E6: this and future. Fewer or more bookings than before is not a move any more."""
    if facts.column is Column.SHIFT:
        return _refuse("SHIFT_OWNED")
    if facts.column is not Column.GROUP and not facts.same_number:
        return _hold("RECURRENCE_CHANGE")
    return _move(edit, facts)


def _into_past(facts: Facts) -> bool:
    return facts.goes_to is not None and facts.goes_to < facts.now <= facts.starts_at


def _delete(edit: Edit, facts: Facts) -> Verdict:
    """E4, E5, E7: nothing with a client is ever deleted from outside (DOMAIN, principle 2), nor is a shift."""
    if facts.column is Column.SHIFT:
        return _refuse("SHIFT_OWNED")
    reason = "SERIES_DELETE" if edit.code == "E7" else "CLIENT_BOOKING_DELETE"
    if facts.nothing_to_come:
        return _refuse("PAST_WINDOW")  # there is nothing left that an answer could cancel
    if facts.policy.client_delete == "refuse":
        return _refuse(reason)
    return _hold(reason, ("STALE_BASE",) * facts.ours_too)


def _status(edit: Edit, facts: Facts) -> Verdict:
    return _delete(edit, facts) if _is_cancelled(edit) else _refuse("STATUS_OWNED", quiet=True)


def _freedom(_edit: Edit, facts: Facts) -> Verdict:
    """What concerns a client is busy; what waits for one is free."""
    return _refuse("WINDOW_OWNED" if facts.column is Column.OPEN_SLOT else "MUST_BE_BUSY")


def _repetition(_edit: Edit, facts: Facts) -> Verdict:
    if facts.column is Column.OPEN_SLOT:
        return _refuse("RECURRENCE_CHANGE")
    return _refuse("SHIFT_OWNED") if facts.column is Column.SHIFT else _hold("RECURRENCE_CHANGE")


def _location(_edit: Edit, facts: Facts) -> Verdict:
    if facts.known_place and facts.column is Column.SINGLE:
        return _hold("LOCATION_OWNED")
    return _refuse("LOCATION_OWNED", quiet=True)


def _description(_edit: Edit, facts: Facts) -> Verdict:
    """A remark is its writer's own; on a shift there is none, and who wrote it is told that it is gone (001-17)."""
    if facts.column is Column.SHIFT:
        return _refuse("SHIFT_OWNED")
    return Verdict(decision=Decision.KEEP, quiet=True)


def _class(edit: Edit, facts: Facts) -> Verdict:
    """CLASS made stricter is kept, but for a shift's or an open slot's; anything else of E24 goes back."""
    alone = edit.names == {"classification"} and facts.column not in (Column.SHIFT, Column.OPEN_SLOT)
    if alone and edit.before and edit.after and _stricter(edit.before, edit.after):
        return Verdict(decision=Decision.KEEP, quiet=True)
    return _refuse("CLASS_OWNED", quiet=True)


def _stricter(before: Component, after: Component) -> bool:
    order = ("PUBLIC", "PRIVATE", "CONFIDENTIAL")
    return (
        before.classification in order
        and after.classification in order
        and order.index(after.classification) > order.index(before.classification)
    )


def _length(component: Component) -> timedelta:
    return component.span(_UTC).length


_Rule = Callable[[Edit, Facts], Verdict]


def _always(verdict: Verdict) -> _Rule:
    return lambda _edit, _facts: verdict


_HARMLESS: dict[str, _Rule] = {
    "E8": _always(_refuse("TITLE_OWNED", quiet=True)),
    "E9": _description,
    "E15": _always(_refuse("PRIVACY_ATTENDEE")),
    "E16": _always(Verdict(decision=Decision.KEEP, quiet=True)),
    "E20": _always(_refuse("ZONE_OWNED", quiet=True)),
    "E23": _always(_refuse("URL_OWNED", quiet=True)),
    "E24": _class,
}
_GRAVE: dict[str, _Rule] = {
    "E1": _move,
    "E2": _move,
    "E3": _move,
    "E4": _delete,
    "E5": _delete,
    "E6": _split,
    "E7": _delete,
    "E10": _location,
    "E11": _always(_refuse("ALL_DAY_NOT_ALLOWED")),
    "E12": _freedom,
    "E13": _status,
    "E14": _repetition,
}
