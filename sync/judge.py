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

_LONGEST = timedelta(hours=24)
_TIME_CODES = frozenset({"E1", "E2", "E3"})
_UTC = ZoneInfo("UTC")


class Decision(StrEnum):
    """What happens to an edit. KEEP: it stays in the calendar and concerns nobody else (E9, E16, E24)."""

    APPLY = "APPLY"
    KEEP = "KEEP"
    HOLD = "HOLD"
    REFUSE = "REFUSE"


class Column(StrEnum):
    """The column of DOMAIN 1.6 that an item falls into."""

    OTHER_EVENT = "OTHER_EVENT"
    SINGLE = "SINGLE"
    GROUP = "GROUP"


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
    `ours_too`: we changed the same property since both sides last agreed; `roster`: it came from a roster;
    `several_workers` decides between two reason codes.
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
    roster: bool = False
    several_workers: bool = False
    cancelled: bool = False
    level_hidden: bool = False
    known_place: bool = False
    same_number: bool = True


def judge(edit: Edit, facts: Facts) -> Verdict:
    """Judge in DOMAIN's order: link, both sides, lock, kind column, conflicts."""
    if facts.mode is Mode.ONE_WAY:
        return _refuse("READ_ONLY_LINK")
    if facts.column is Column.OTHER_EVENT:
        return _refuse("STALE_BASE") if facts.ours_too else Verdict(decision=Decision.APPLY)
    if edit.code in _HARMLESS:
        return _HARMLESS[edit.code](edit, facts)
    if facts.cancelled and edit.code in ("E4", "E5"):  # the grey event is dismissed (002-09)
        return Verdict(decision=Decision.KEEP, reason="SESSION_CANCELLED", quiet=True)
    blocked = _blocked_by(facts)
    return _refuse(blocked) if blocked else _GRAVE[edit.code](edit, facts)


def _blocked_by(facts: Facts) -> str | None:
    """What forbids any grave edit before its kind is looked at: our own change, a lock, the past."""
    if facts.ours_too:
        return "STALE_BASE"
    if facts.lock:
        return facts.lock
    too_late = facts.starts_at < facts.now - timedelta(days=facts.past_days)
    return "PAST_WINDOW" if too_late else None


def _refuse(reason: str, *, quiet: bool = False) -> Verdict:
    return Verdict(decision=Decision.REFUSE, reason=reason, quiet=quiet)


def _hold(reason: str) -> Verdict:
    return Verdict(decision=Decision.HOLD, reason=reason)


def _by_policy(policy: str, reason: str) -> Verdict | None:
    """What a practice's policy says outright; None where it says apply."""
    if policy == "apply":
        return None
    return _hold(reason) if policy == "hold" else _refuse(reason)


def _group_verdict(facts: Facts) -> Verdict | None:
    """Sessions of several people, or from a roster, are moved by nobody alone."""
    if facts.column is not Column.GROUP:
        return None
    if facts.roster:
        return _by_policy(facts.policy.roster, "ROSTER_SESSION")
    reason = "MULTI_WORKER" if facts.several_workers else "GROUP_SESSION"
    return _by_policy(facts.policy.group, reason)


def _move(edit: Edit, facts: Facts) -> Verdict:
    """E1, E2, E3 and E6: a new time."""
    if edit.after is not None and _length(edit.after) > _LONGEST:
        return _refuse("TOO_LONG")
    if edit.after is not None and _length(edit.after) < timedelta(minutes=1):
        return _refuse("TOO_SHORT")
    if (held := _group_verdict(facts)) is not None:
        return held
    if facts.hard:
        return _refuse(facts.hard[0])
    if _into_past(facts):
        return _hold("INTO_PAST")
    return _by_policy(facts.policy.client_move, "CLIENT_MOVE") or Verdict(
        decision=Decision.APPLY, warnings=facts.soft
    )


def _split(edit: Edit, facts: Facts) -> Verdict:
    """E6: this and future. Fewer or more bookings than before is not a move any more."""
    if facts.column is not Column.GROUP and not facts.same_number:
        return _hold("RECURRENCE_CHANGE")
    return _move(edit, facts)


def _into_past(facts: Facts) -> bool:
    return facts.goes_to is not None and facts.goes_to < facts.now <= facts.starts_at


def _delete(_edit: Edit, facts: Facts) -> Verdict:
    """E4, E5: nothing with a client is ever deleted from outside (DOMAIN, principle 2)."""
    if facts.policy.client_delete == "refuse":
        return _refuse("CLIENT_BOOKING_DELETE")
    return _hold("CLIENT_BOOKING_DELETE")


def _status(edit: Edit, facts: Facts) -> Verdict:
    if edit.after is not None and edit.after.status == "CANCELLED":
        return _delete(edit, facts)
    return _refuse("STATUS_OWNED", quiet=True)


def _location(_edit: Edit, facts: Facts) -> Verdict:
    return _hold("LOCATION_OWNED") if facts.known_place else _refuse("LOCATION_OWNED", quiet=True)


def _class(edit: Edit, _facts: Facts) -> Verdict:
    """CLASS made stricter is kept; anything else of E24 goes back."""
    if edit.names == {"classification"} and edit.before and edit.after and _stricter(edit.before, edit.after):
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
    "E9": _always(Verdict(decision=Decision.KEEP, quiet=True)),
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
    "E7": _always(_hold("SERIES_DELETE")),
    "E10": _location,
    "E11": _always(_refuse("ALL_DAY_NOT_ALLOWED")),
    "E12": _always(_refuse("MUST_BE_BUSY")),
    "E13": _status,
    "E14": _always(_hold("RECURRENCE_CHANGE")),
}
