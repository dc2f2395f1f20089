"""Judge what was done to an event that shows sessions with a client, edit by edit, and carry out what may be.

Whatever is not accepted shows as a difference between what we project and what is there, so the push restores it.
Works inside one transaction on one mapping.
"""

from collections.abc import Sequence
from dataclasses import replace

from model.details import Status
from model.errors import DomainError
from model.link import EventMapping
from model.series import Scope, Series
from model.session import Session
from sync import apply
from sync.classify import Code, Edit, agrees, classify
from sync.compare import TIME, Properties, take
from sync.context import Run
from sync.disclosure import Unit, remark, without_note
from sync.event import Event
from sync.facts import facts_of
from sync.judge import Decision, Verdict, judge
from sync.projection import project
from sync.record import log
from sync.store import Work


def take_client_event(
    run: Run,
    work: Work,
    mapping: EventMapping,
    unit: Unit,
    base: Event,
    pushed: Event,
    theirs: Event,
    *,
    decided: Sequence[Code] = (),
) -> Properties:
    """Judge each edit; return the properties that stay there as they are.

    What was done to the whole comes first: single occurrences are named by where that leaves the series.
    """
    shown = run.project(work, unit, mapping)
    ours = shown or pushed
    kept: set[str] = set()
    within, stays = unit, False
    for edit in _edits(run, base, theirs, ours, decided):
        if edit.scope is not Scope.THIS_ONLY:
            verdict, moved = _judge(run, work, mapping, unit, edit, pushed=pushed, shown=shown)
            within = moved if moved is not unit else within
            stays |= edit.code in ("E1", "E2", "E3") and verdict.decision is not Decision.APPLY
            kept |= _kept(run, work, mapping, unit, edit, verdict)
    theirs = _where_it_was(theirs, base) if stays else theirs
    for edit in _edits(run, base, theirs, ours, decided):
        if edit.scope is Scope.THIS_ONLY:
            verdict, _ = _judge(run, work, mapping, within, edit, pushed=pushed, shown=shown)
            kept |= _kept(run, work, mapping, within, edit, verdict)
    return frozenset(kept)


def _edits(run: Run, base: Event, theirs: Event, ours: Event, decided: Sequence[Code]) -> list[Edit]:
    """What is to be judged: not what both sides did, nor what was decided with a split."""
    edits = classify(base, theirs, local=run.tz, horizon=run.horizon)
    return [edit for edit in edits if edit.code not in decided and not agrees(edit, theirs, ours)]


def _where_it_was(theirs: Event, base: Event) -> Event:
    """The same event with its whole series at its old time, and the exceptions in it named by that."""
    if theirs.master is None or base.master is None:
        return theirs
    back = theirs.moved_by(base.master.start)
    return replace(back, master=take(back.master or theirs.master, base.master, frozenset({TIME})))


def _judge(
    run: Run, work: Work, mapping: EventMapping, unit: Unit, edit: Edit, *, pushed: Event, shown: Event | None
) -> tuple[Verdict, Unit]:
    """Judge one edit, carry out what may be, and log it; return the unit that it went to."""
    verdict = judge(edit, facts_of(run, work, unit, edit, pushed=pushed, ours=shown))
    moved = unit
    if verdict.decision is Decision.APPLY:
        verdict, moved = _apply(run, work, unit, edit, verdict)
    log(run, work, mapping, unit, edit, verdict, ours=shown or pushed)
    return verdict, moved


def _apply(run: Run, work: Work, unit: Unit, edit: Edit, verdict: Verdict) -> tuple[Verdict, Unit]:
    """Move it; what the model cannot carry out (a monthly rule on another day) waits for a person instead.

    When the move ends a series, the mapping stays with the old one and the rest gets its own at the push.
    """
    try:
        moved = apply.move(unit, edit, run.act())
    except DomainError as problem:
        return beyond_the_model(problem), unit
    if moved is not unit:
        work.add(moved)
        work.flush()
    return verdict, moved


def beyond_the_model(problem: DomainError) -> Verdict:
    """A person has to find another way to what was wanted; the warning names the rule that forbids this one."""
    return Verdict(decision=Decision.HOLD, reason="RECURRENCE_CHANGE", warnings=(problem.code,))


def _kept(run: Run, work: Work, mapping: EventMapping, unit: Unit, edit: Edit, verdict: Verdict) -> set[str]:
    return keep(run, work, mapping, unit, edit) if verdict.decision is Decision.KEEP else set()


def keep(run: Run, work: Work, mapping: EventMapping, unit: Unit, edit: Edit) -> set[str]:
    if edit.code == "E9" and edit.after is not None:
        view = without_note(run.view(work, mapping, unit))
        block = project(unit, mapping.uid, view)
        mapping.note = remark(
            edit.after.description, block.master.description if block and block.master else ""
        )
        return set()
    if edit.code in ("E4", "E5"):
        for session in _grey(run, unit, edit):
            for assignment in session.workers:
                assignment.dismissed |= assignment.worker_id == work.link.worker_id
        return set()
    return set(edit.names)


def _grey(run: Run, unit: Unit, edit: Edit) -> list[Session]:
    """The cancelled sessions that were deleted there: one, or all of a series."""
    if edit.code == "E5" and isinstance(unit, Series):
        return [o for o in unit.occurrences if o.status is Status.CANCELLED]
    session = apply.touched(unit, edit, run.act())
    return [session] if session is not None else []
