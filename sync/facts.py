"""Gather the facts that a verdict needs: whose edit, what it touches, what stands where it would go.

Reads the domain and the transaction; decides nothing (that is `judge`'s) and changes nothing.
"""

from dataclasses import replace
from datetime import datetime

from model.moment import Moment, Span, instant
from model.series import Pattern, Series, starts
from model.session import Kind, Session, Source, Status, WorkType
from sync import apply
from sync.classify import Edit
from sync.compare import INBOUND, Properties, changed
from sync.context import Run
from sync.event import Event
from sync.judge import Column, Facts
from sync.projection import Unit
from sync.store import Clash, Work


def facts_of(run: Run, work: Work, unit: Unit, edit: Edit, *, pushed: Event, ours: Event) -> Facts:
    now = run.clock.now()
    session = None if unit.kind is Kind.OTHER_EVENT else apply.touched(unit, edit, run.act())
    span = apply.destination(unit, edit, session)
    clash = _clash(work, session, edit, span)
    return Facts(
        column=column(unit),
        mode=work.link.mode,
        now=now,
        starts_at=_relevant_start(unit, session, edit, run),
        policy=run.settings.inbound,
        past_days=run.settings.sync.inbound_past_days,
        goes_to=span.starts_at if span is not None else None,
        lock=session.lock if session is not None else None,
        hard=clash.hard,
        soft=clash.soft,
        ours_too=_ours_too(edit, pushed, ours),
        roster=unit.source is Source.ROSTER,
        several_workers=len(unit.workers) > 1,
        cancelled=session is not None and session.status is Status.CANCELLED,
        known_place=edit.code == "E10" and edit.after is not None and work.place_named(edit.after.location),
    )


def _relevant_start(unit: Unit, session: Session | None, edit: Edit, run: Run) -> datetime:
    if session is not None:
        return session.starts_at
    if edit.recurrence_id is not None:
        return instant(edit.recurrence_id, run.tz)
    return unit.starts_at


def column(unit: Unit) -> Column:
    """The column of DOMAIN 1.6: "Group/multi" is several clients or workers, or made on a roster."""
    if unit.kind is Kind.OTHER_EVENT:
        return Column.OTHER_EVENT
    many = len(unit.clients) > 1 or len(unit.workers) > 1
    group = many or unit.work_type is WorkType.GROUP or unit.source is Source.ROSTER
    return Column.GROUP if group else Column.SINGLE


def _clash(work: Work, session: Session | None, edit: Edit, span: Span | None) -> Clash:
    if session is None or span is None or edit.code not in ("E1", "E2", "E3"):
        return Clash()
    return work.clash(session, start=span.starts_at, end=span.ends_at)


def _ours_too(edit: Edit, pushed: Event, ours: Event) -> bool:
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
    facts = facts_of(run, work, series, edit, pushed=ours, ours=ours)
    return replace(facts, ours_too=False, same_number=_same_number(run, series, edit, tail))


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
