"""Take in what a practitioner did to events of their own, and new ones: all of it applies (E17, E18; DOMAIN 1.6).

Where both sides changed a property ours stays (E22). Works inside one transaction on one mapping.
"""

from dataclasses import replace

from model.errors import DomainError
from model.link import EventMapping, Mode
from model.moment import instant
from model.series import Series
from sync import apply
from sync.adopt import adopt, retell
from sync.classify import Code, Edit, agrees, classify
from sync.context import Run
from sync.disclosure import Unit
from sync.event import Event
from sync.facts import facts_of
from sync.judge import Decision, Verdict, judge
from sync.merge import merged
from sync.projection import project
from sync.record import log
from sync.store import Work, ref_to


def take_own_event(
    run: Run, work: Work, mapping: EventMapping, unit: Unit, base: Event, pushed: Event, theirs: Event
) -> Unit:
    """All edits apply, merged with ours property by property; where both changed one, ours stays (E22)."""
    shown = run.project(work, unit, mapping)
    ours = shown or pushed
    for edit in classify(base, theirs, local=run.tz, horizon=run.horizon):
        if agrees(edit, theirs, ours):
            continue
        facts = facts_of(run, work, unit, edit, pushed=pushed, ours=shown)
        log(run, work, mapping, unit, edit, judge(edit, facts), ours=ours)
    if work.link.mode is Mode.ONE_WAY or shown is None:
        return unit
    wanted = merged(
        base=base, theirs=theirs, pushed=pushed, ours=ours, words=_own_words(run, work, mapping, unit)
    )
    adopted = adopt(wanted, unit, worker=work.owner(), tz=run.tz, act=run.act())
    if adopted is not unit:
        work.add(adopted)
        work.flush()
        repoint(mapping, adopted)
        work.flush()  # before what it showed goes: the mapping does not go with it
        work.delete(unit)
    _take_following(run, work, adopted, theirs)
    return adopted


def _own_words(run: Run, work: Work, mapping: EventMapping, unit: Unit) -> Event:
    """An own event with all its words, also where this link's level hides them: they are not lost by an edit."""
    view = replace(run.view(work, mapping, unit), level="full_name", mark_cancelled=True)
    return project(unit, mapping.uid, view) or Event(uid=mapping.uid, master=None)


def _take_following(run: Run, work: Work, unit: Unit, theirs: Event) -> None:
    """RANGE=THISANDFUTURE on an own event: each one begins a series of its own (E6 a; FAILURES C10).

    What no rule can express (a monthly rule on another day) stays with the old series.
    """
    for recurrence_id in sorted(theirs.following, key=lambda rid: instant(rid, run.tz)):
        if not isinstance(unit, Series):
            return
        component = theirs.following[recurrence_id]
        try:
            follower = apply.follow(unit, recurrence_id, component, run.act())
        except DomainError:
            continue
        retell(follower, component)
        if follower is not unit:
            work.add(follower)
            work.flush()
        unit = follower


def repoint(mapping: EventMapping, unit: Unit) -> None:
    """Let a mapping show another unit."""
    ref = ref_to(unit)
    mapping.series_id = ref.id if ref.kind == "series" else None
    mapping.session_id = ref.id if ref.kind == "session" else None


def new_event(run: Run, work: Work, mapping: EventMapping, event: Event, *, copied: bool) -> Unit:
    """A new event of the practitioner's: an Other Event, or the copy of one of ours (E17, E18)."""
    master = event.master
    if copied and master is not None:
        event = replace(event, master=replace(master, summary="Copied event"))
    unit = adopt(event, None, worker=work.owner(), tz=run.tz, act=run.act())
    code: Code = "E18" if copied else "E17"
    verdict = Verdict(decision=Decision.APPLY, reason="COPY_IS_NOT_BOOKING" if copied else "")
    work.add(unit)
    repoint(mapping, unit)
    work.add(mapping)
    _take_following(run, work, unit, event)
    log(run, work, mapping, unit, Edit(code=code, after=event.master, rule=event.rule), verdict)
    return unit
