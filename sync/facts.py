"""Gather the facts that a verdict needs: whose edit, what it touches, what stands where it would go.

Reads the domain and the transaction; decides nothing (that is `judge`'s) and changes nothing.
"""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from model.details import Kind, Source, Status, WorkType
from model.moment import Moment, Span, from_text, instant, shift, to_text, wall_distance, zone
from model.roster import closed_to_calendars
from model.series import Pattern, Scope, Series, pending, starts
from model.session import Session
from sync import apply
from sync.classify import Edit
from sync.compare import INBOUND, Properties, changed
from sync.context import Run
from sync.disclosure import Unit
from sync.event import Event
from sync.judge import Column, Facts
from sync.store import Placed, Work


def facts_of(run: Run, work: Work, unit: Unit, edit: Edit, *, pushed: Event, ours: Event | None) -> Facts:
    """What is known about an edit; `ours` is what we show now, None where this calendar shall not show it."""
    now = run.clock.now()
    session = None if unit.kind is Kind.OTHER_EVENT else apply.touched(unit, edit, run.act())
    span = apply.destination(unit, edit, session)
    clash = work.clash(_placed(unit, edit, session, span))
    return Facts(
        column=column(unit, session),
        mode=work.link.mode,
        now=now,
        starts_at=_relevant_start(unit, session, edit, run),
        policy=run.settings.inbound,
        past_days=run.settings.sync.inbound_past_days,
        goes_to=span.starts_at if span is not None else None,
        lock=session.lock if session is not None else None,
        hard=clash.hard,
        soft=(*clash.soft, *("TZ_MISMATCH",) * _written_elsewhere(edit, session)),
        ours_too=ours is not None and ours_too(edit, pushed, ours),
        gone_here=ours is None,
        nothing_to_come=_nothing_to_come(unit, edit, now),
        request=run.is_request(work, unit),
        roster=unit.source is Source.ROSTER,
        roster_locked=session is not None and _roster_locked(run, session),
        leaves_roster=_leaves_roster(work, edit, session, span),
        several_workers=_several(unit, session, "workers"),
        cancelled=session is not None and session.status is Status.CANCELLED,
        known_place=edit.code == "E10"
        and edit.after is not None
        and work.place_named(edit.after.location) is not None,
    )


def _roster_locked(run: Run, session: Session) -> bool:
    rules = run.settings.rules
    return closed_to_calendars(
        session, lock_published=rules.lock_published, payroll_until=rules.payroll_until
    )


def _leaves_roster(work: Work, edit: Edit, session: Session | None, span: Span | None) -> bool:
    """Whether a session would go to a day outside the period that it was published with (E2)."""
    if edit.code != "E2" or session is None or span is None or session.roster_period_id is None:
        return False
    period = work.period(session.roster_period_id)
    return period is not None and not period.has(date.fromisoformat(to_text(span.start)[:10]))


def _relevant_start(unit: Unit, session: Session | None, edit: Edit, run: Run) -> datetime:
    if session is not None:
        return session.starts_at
    if edit.recurrence_id is not None:
        return instant(edit.recurrence_id, run.tz)
    return unit.starts_at


def column(unit: Unit, session: Session | None = None) -> Column:
    """The column of DOMAIN 1.6: "Group/multi" is several clients or workers, or made on a roster. An occurrence
    may have people of its own."""
    if unit.kind is Kind.OTHER_EVENT:
        return Column.OTHER_EVENT
    if unit.kind is Kind.SHIFT:
        return Column.SHIFT
    many = _several(unit, session, "clients") or _several(unit, session, "workers")
    group = many or unit.work_type is WorkType.GROUP or unit.source is Source.ROSTER
    return Column.GROUP if group else Column.SINGLE


def _several(unit: Unit, session: Session | None, who: str) -> bool:
    return any(len(getattr(one, who)) > 1 for one in (unit, session) if one is not None)


def _nothing_to_come(unit: Unit, edit: Edit, now: datetime) -> bool:
    """Of a whole series that was deleted, only what is still to come can be cancelled (E5)."""
    whole = edit.code in ("E5", "E13") and edit.recurrence_id is None
    return (
        whole
        and isinstance(unit, Series)
        and unit.kind is not Kind.OTHER_EVENT
        and not pending(unit.occurrences, now)
    )


def _written_elsewhere(edit: Edit, session: Session | None) -> bool:
    """Whether a device wrote the new time on another wall clock than the session's (TZ_MISMATCH). UTC is but a
    spelling."""
    if session is None or edit.after is None or not isinstance(edit.after.start, datetime):
        return False
    written = edit.after.start.tzinfo
    if edit.code not in _TIMES or not isinstance(written, ZoneInfo) or written.key in _UTC_NAMES:
        return False
    return edit.after.start.utcoffset() != edit.after.start.astimezone(zone(session.tz)).utcoffset()


_TIMES = ("E1", "E2", "E3", "E6")
_UTC_NAMES = ("UTC", "Etc/UTC", "Etc/GMT", "GMT")


def _placed(unit: Unit, edit: Edit, session: Session | None, span: Span | None) -> list[Placed]:
    """Every session that an edit would move, and where to."""
    if session is None or span is None or edit.code not in _TIMES:
        return []
    if isinstance(unit, Session) or edit.scope is Scope.THIS_ONLY or session.occurrence_key is None:
        return [(session, span.starts_at, span.ends_at)]
    by = wall_distance(unit.original(session), span.start)
    return [
        (row, there.starts_at, there.ends_at)
        for row in _moving(unit, session.occurrence_key)
        for there in [span.starting(shift(unit.original(row), by))]
    ]


def _moving(series: Series, since: str) -> list[Session]:
    """What goes along when a series moves from one occurrence on: not what has a time of its own (R11)."""
    rows = [row for row in series.occurrences if (row.occurrence_key or "") >= since and not row.frozen]
    return [row for row in rows if not row.is_exception or row.occurrence_key == since]


def ours_too(edit: Edit, pushed: Event, ours: Event) -> bool:
    """Whether we changed the same property since both sides last agreed (E22)."""
    if edit.code in ("E7", "E14"):
        return pushed.rule != ours.rule
    if edit.code in ("E4", "E5"):
        return _changed_at(edit.recurrence_id, pushed, ours, INBOUND)
    return _changed_at(edit.recurrence_id, pushed, ours, edit.names)


def _changed_at(recurrence_id: Moment | None, pushed: Event, ours: Event, names: Properties) -> bool:
    was = pushed.master if recurrence_id is None else pushed.occurrence(recurrence_id)
    now = ours.master if recurrence_id is None else ours.occurrence(recurrence_id)
    if was is None or now is None:
        return was is not now
    return bool(changed(was, now, names))


def facts_of_split(run: Run, work: Work, series: Series, edit: Edit, *, tail: Event) -> Facts:
    """The facts of E6: also whether the new series holds as many bookings as the part it replaces."""
    ours = run.project(work, series, None, uid=tail.uid) or tail
    facts = facts_of(run, work, series, replace(edit, code="E14"), pushed=ours, ours=ours)
    clash = work.clash(_split_placed(run, series, edit, tail))
    elsewhere = _written_elsewhere(edit, series.first_changeable(facts.now))
    return replace(
        facts,
        hard=clash.hard,
        soft=(*clash.soft, *("TZ_MISMATCH",) * elsewhere),
        ours_too=False,
        same_number=_same_number(run, series, edit, tail),
    )


def _split_placed(run: Run, series: Series, edit: Edit, tail: Event) -> list[Placed]:
    """Each booking after the cut, where the new series would bring it: they keep their order."""
    if tail.master is None or edit.recurrence_id is None:
        return []
    tz, since = zone(series.tz), series.key_of(edit.recurrence_id)
    span = tail.master.span(tz)
    pattern = Pattern(span=span, rule=tail.rule, rdates=tail.rdates)
    old = [text for text in series.originals(run.horizon) if text >= since]
    there = dict(zip(old, starts(pattern, run.horizon), strict=False))
    placed = []
    for row in _moving(series, since):
        if (text := there.get(row.occurrence_key or "")) is not None:
            goes = span.starting(from_text(text, span.tz))
            placed.append((row, goes.starts_at, goes.ends_at))
    return placed


def _same_number(run: Run, series: Series, edit: Edit, tail: Event) -> bool:
    rule = series.rule
    if tail.master is None or rule is None or tail.rule is None or edit.recurrence_id is None:
        return False
    cut, originals = series.key_of(edit.recurrence_id), series.originals(run.horizon)
    if cut not in originals[1:]:
        return False
    if rule.endless or tail.rule.endless:
        return rule.endless and tail.rule.endless
    pattern = Pattern(span=tail.master.span(run.tz), rule=tail.rule, rdates=tail.rdates)
    return len(starts(pattern, run.horizon)) == len(originals) - originals.index(cut)
