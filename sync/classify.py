"""Name what somebody did in their calendar: each difference from the stored base gets its code E1-E24.

Classifying is not judging: nothing here knows who may do what. Echoes never get here (equal meaning), and
deletions of whole resources are made by `deleted`. Pure functions over values (DOMAIN 1.6).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from model.moment import Moment, instant, is_all_day, key
from model.recurrence import Rule
from model.series import Pattern, Scope, starts
from sync.compare import INBOUND, TIME, Properties, changed, exceptions, master_changed
from sync.event import Component, Event

Code = Literal[
    "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12", "E13", "E14", "E15", "E16",
    "E17", "E18", "E19", "E20", "E21", "E22", "E23", "E24",
]  # fmt: skip

_UTC = ZoneInfo("UTC")
_TEXT_CODES: dict[str, Code] = {
    "summary": "E8",
    "description": "E9",
    "location": "E10",
    "transparent": "E12",
    "attendees": "E15",
    "url": "E23",
    "conference": "E23",
    "classification": "E24",
    "categories": "E24",
    "resources": "E24",
}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One gesture. `recurrence_id` names the occurrence for THIS_ONLY and the first one for THIS_AND_FOLLOWING.

    `before` and `after` are what stood there and stands there now; `rule` the rule that came, for E6, E7, E14, and
    `rdates` the single dates beside it, for E14.
    """

    code: Code
    names: Properties = frozenset()
    scope: Scope = Scope.ALL_IN_SERIES
    recurrence_id: Moment | None = None
    before: Component | None = None
    after: Component | None = None
    rule: Rule | None = None
    rdates: frozenset[Moment] = frozenset()


def classify(before: Event, after: Event, *, local: ZoneInfo, horizon: datetime) -> list[Edit]:
    """List what changed between two states of one resource, in the order it should be judged.

    `local` decides what "the same day" is; `horizon` bounds the expansion of endless rules.
    """
    if before.master is None or after.master is None:
        return [] if before.master is after.master else [deleted(before)]
    names = master_changed(before, after, INBOUND)
    whole = _component_edits(before.master, after.master, names=names, scope=Scope.ALL_IN_SERIES, local=local)
    if before.master.all_day != after.master.all_day:
        return whole  # its UNTIL and its exceptions are of another kind as well: E11 says it all
    edits = _rule_edits(before, after, horizon=horizon)
    cut = next((e.recurrence_id for e in edits if e.code == "E7"), None)
    edits += whole
    if TIME in names and after.recurring and before.recurring:
        before = before.moved_by(after.master.start)  # exceptions keep their place in what moved
    edits += _following_edits(before, after)
    for rid in sorted(exceptions(before) | exceptions(after), key=lambda m: instant(m, local)):
        if cut is None or instant(rid, local) < instant(cut, local):
            edits += _occurrence_edits(before, after, rid, local=local)
    return edits


def deleted(event: Event) -> Edit:
    """The resource is gone (E5)."""
    return Edit(code="E5", before=event.master)


def _rule_edits(before: Event, after: Event, *, horizon: datetime) -> list[Edit]:
    if (before.rule, before.rdates) == (after.rule, after.rdates):
        return []
    cut = _truncated_at(before, after, horizon=horizon)
    if cut is not None:
        return [
            Edit(
                code="E7",
                scope=Scope.THIS_AND_FOLLOWING,
                recurrence_id=cut,
                before=before.occurrence(cut),
                rule=after.rule,
            )
        ]
    return [Edit(code="E14", before=before.master, after=after.master, rule=after.rule, rdates=after.rdates)]


def _truncated_at(before: Event, after: Event, *, horizon: datetime) -> Moment | None:
    """The first start that a shortened rule no longer gives; None where it is not just shortened."""
    old, new = before.rule, after.rule
    if old is None or new is None or before.rdates != after.rdates or before.master is None:
        return None
    if replace(old, count=None, until=None) != replace(new, count=None, until=None) or new.endless:
        return None
    tz = _zone(before.master)
    span = before.master.span(tz)
    was = starts(Pattern(span=span, rule=old), horizon)
    now = set(starts(Pattern(span=span, rule=new), horizon))
    missing = [text for text in was if text not in now]
    if not missing or now - set(was) or was.index(missing[0]) != len(was) - len(missing):
        return None
    return key(_moment(missing[0], span.start))


def _moment(text: str, like: Moment) -> Moment:
    if isinstance(like, datetime):
        return datetime.fromisoformat(text).replace(tzinfo=like.tzinfo)
    return type(like).fromisoformat(text)


def _zone(component: Component) -> ZoneInfo:
    tz = component.start.tzinfo if isinstance(component.start, datetime) else None
    return tz if isinstance(tz, ZoneInfo) else ZoneInfo("UTC")


def _component_edits(
    before: Component,
    after: Component,
    *,
    names: Properties,
    scope: Scope,
    local: ZoneInfo,
    recurrence_id: Moment | None = None,
) -> list[Edit]:
    def edit(code: Code, *properties: str) -> Edit:
        return Edit(
            code=code,
            names=frozenset(properties),
            scope=scope,
            recurrence_id=recurrence_id,
            before=before,
            after=after,
        )

    edits = [edit(_time_code(before, after, local), TIME)] if TIME in names else []
    if "status" in names:
        edits.append(edit("E13", "status"))
    # One gesture may touch several lines: hiding a cancelled event sets STATUS and TRANSP together.
    hidden = {"transparent"} if "status" in names and after.status == "CANCELLED" else set()
    by_code: dict[tuple[Code, str], list[str]] = {}
    for name in sorted(names - hidden):
        if name in _TEXT_CODES:
            code = _TEXT_CODES[name]
            alone = name if code == "E24" else ""  # a stricter class is kept, whatever the categories are
            by_code.setdefault((code, alone), []).append(name)
    return edits + [edit(code, *properties) for (code, _), properties in by_code.items()]


def _time_code(before: Component, after: Component, local: ZoneInfo) -> Code:
    if before.all_day != after.all_day:
        return "E11"
    if key(before.start) == key(after.start):
        return "E20" if key(before.end) == key(after.end) else "E3"
    days = {instant(c.start, local).astimezone(local).date() for c in (before, after)}
    return "E1" if len(days) == 1 and not before.all_day else "E2"


def _following_edits(before: Event, after: Event) -> list[Edit]:
    """RANGE=THISANDFUTURE, as a rare client writes it (E6 a)."""
    return [
        Edit(
            code="E6",
            names=frozenset({TIME}),
            scope=Scope.THIS_AND_FOLLOWING,
            recurrence_id=rid,
            before=before.occurrence(rid),
            after=component,
        )
        for rid, component in after.following.items()
        if before.following.get(rid) != component
    ]


def _occurrence_edits(before: Event, after: Event, rid: Moment, *, local: ZoneInfo) -> list[Edit]:
    was, now = before.occurrence(rid), after.occurrence(rid)
    if was is None and now is None:
        return []
    if now is None:
        return [Edit(code="E4", scope=Scope.THIS_ONLY, recurrence_id=rid, before=was)]
    if was is None:
        return [Edit(code="E14", scope=Scope.THIS_ONLY, recurrence_id=rid, after=now)]
    if rid not in before.overrides and rid not in after.overrides:
        return []
    names = changed(was, now, INBOUND)
    return _component_edits(was, now, names=names, scope=Scope.THIS_ONLY, recurrence_id=rid, local=local)


def follows_cut(cut: Moment, base: Event, candidate: Event, *, hidden: bool, copied: bool = False) -> bool:
    """Whether a new UID is the tail of a series cut at `cut` (DOMAIN 1.6, split matching).

    `hidden`: at level `busy` nothing but time, length and rule can be compared. `copied`: it was known as a copy
    of one of ours when it came.
    """
    if (
        candidate.master is None
        or base.master is None
        or is_all_day(candidate.master.start) != base.master.all_day
    ):
        return False
    begins = instant(candidate.master.start, _UTC)
    if begins < instant(cut, _UTC) - timedelta(days=1):
        return False
    if hidden:
        return _goes_on_like(base, candidate)
    ours = copied or bool(candidate.master.marks) or candidate.master.related_to == base.uid
    return ours or candidate.master.summary == base.master.summary


def _goes_on_like(base: Event, candidate: Event) -> bool:
    """Whether length and frequency are the same: all that can be compared where the titles say nothing."""
    if base.master is None or candidate.master is None or base.rule is None or candidate.rule is None:
        return False
    length = base.master.span(_UTC).length == candidate.master.span(_UTC).length
    return length and (base.rule.freq, base.rule.interval) == (candidate.rule.freq, candidate.rule.interval)


def agrees(edit: Edit, theirs: Event, ours: Event) -> bool:
    """Whether both sides made the same change: then there is nothing to judge."""
    if edit.rule is not None and edit.code in ("E7", "E14"):
        return (theirs.rule, theirs.rdates) == (ours.rule, ours.rdates)
    if edit.after is None or not edit.names:
        return False
    if edit.recurrence_id is None:
        return ours.master is not None and not master_changed(ours, theirs, edit.names)
    stands = ours.occurrence(edit.recurrence_id)
    return stands is not None and not changed(stands, edit.after, edit.names)
