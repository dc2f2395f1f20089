"""Judge what was done to an event that stands beside those of sessions: padding (003-08), or an open slot (003-10).

Such an event is read and compared as every other; only what an edit of it means is otherwise. Whatever is not accepted
shows as a difference from what is to be seen, so the push restores it. Works inside one transaction on one mapping.
"""

from dataclasses import replace

from model.errors import DomainError
from model.link import EventMapping, MappingState, Mode
from model.reserved_slot import ReservedSlot
from sync import inbound, open_slots, paddings
from sync.archive import Standing
from sync.classify import Edit, agrees, classify, deleted
from sync.compare import TIME
from sync.context import Run
from sync.disclosure import remark
from sync.event import Event
from sync.facts import ours_too
from sync.judge import Column, Decision, Facts, Verdict, judge
from sync.ports import Item
from sync.record import log
from sync.store import Work


def take_in(run: Run, work: Work, mapping: EventMapping, theirs: Event, item: Item) -> None:
    """Settle what it says now; both sides agreed on nothing else, so that the push writes all of it that is ours."""
    bases = run.bases(mapping)
    if bases is not None:
        if inbound.says_the_same(run, work, mapping, bases[0], theirs, item.body, item.etag):
            return
        if paddings.is_padding(mapping):
            work.keep(mapping, "taken-in", Standing.of(mapping), item.body)
            for edit in classify(bases[0], theirs, local=run.tz, horizon=run.horizon):
                _refuse(run, work, mapping, edit)
        else:
            _take_window(run, work, mapping, bases, theirs)
    mapping.base_ical, mapping.pushed_ical, mapping.etag = item.body, None, item.etag
    mapping.state = MappingState.DIRTY


def take_away(run: Run, work: Work, mapping: EventMapping) -> None:
    """It was deleted there: padding comes back, a window goes; what is to be seen no more is left alone."""
    bases = run.bases(mapping)
    if bases is None:
        mapping.bury()
    elif paddings.is_padding(mapping):
        _put_back(run, work, mapping, bases[0])
    else:
        _take_back(run, work, mapping, bases)


def goes_on(run: Run, work: Work, event: Event, item: Item) -> bool:
    """Whether a new event is the rest of a window that was cut there: then it is a window as well (E6)."""
    found = open_slots.goes_on(run, work, event) if work.link.mode is Mode.TWO_WAY else None
    if found is None or event.master is None:
        return False
    cut, window = found
    whole = work.mapping(cut.mapping_id) if cut.mapping_id is not None else None
    made = open_slots.tail(run, work, window, event.master, event.rule)
    if made is None:
        return False  # it is an event of the practitioner's own
    mapping = inbound.new_mapping(run, event.uid, item)
    mapping.shows, mapping.state = open_slots.name_of(made.id), MappingState.DIRTY
    work.add(mapping)
    edit = Edit(code="E6", names=frozenset({TIME}), after=event.master, rule=event.rule)
    log(run, work, whole or mapping, None, edit, Verdict(decision=Decision.APPLY))
    return True


# --- padding ----------------------------------------------------------------------------------------------------


def _put_back(run: Run, work: Work, mapping: EventMapping, base: Event) -> None:
    if not paddings.stands(run, work, mapping):
        mapping.bury()
        return
    work.keep(mapping, "gone", Standing.of(mapping), None)
    _refuse(run, work, mapping, deleted(base))
    inbound.restore(mapping)


def _refuse(run: Run, work: Work, mapping: EventMapping, edit: Edit) -> None:
    verdict = judge(edit, _facts(run, work, Column.PADDING))
    log(run, work, mapping, paddings.unit_of(work, mapping), edit, verdict)


# --- open slots -------------------------------------------------------------------------------------------------


def _take_window(
    run: Run, work: Work, mapping: EventMapping, bases: tuple[Event, Event], theirs: Event
) -> None:
    """Where it is as a whole comes first: that names the single ones, and what repeats may follow from it."""
    edits = classify(bases[0], theirs, local=run.tz, horizon=run.horizon)
    for edit in sorted(edits, key=lambda one: (one.recurrence_id is not None, one.code == "E14")):
        window = open_slots.window_of(work, mapping)
        ours = open_slots.shown(run, work, window, mapping)
        if ours is None or not agrees(edit, theirs, ours):
            _judge(run, work, mapping, window, edit, bases[1], ours)


def _judge(
    run: Run,
    work: Work,
    mapping: EventMapping,
    window: ReservedSlot | None,
    edit: Edit,
    pushed: Event,
    ours: Event | None,
) -> Verdict:
    """Judge one edit, do to the window what may be done, and log it."""
    facts = _facts(run, work, Column.OPEN_SLOT)
    stale = ours is not None and ours_too(edit, pushed, ours)
    verdict = judge(edit, replace(facts, gone_here=ours is None, ours_too=stale))
    if verdict.decision is Decision.APPLY and window is not None:
        try:
            open_slots.change(run, work, window, edit)
            work.flush()
        except DomainError as problem:
            verdict = Verdict(
                decision=Decision.REFUSE, reason=_REASONS.get(problem.code, "RECURRENCE_CHANGE")
            )
    if verdict.decision is Decision.KEEP and edit.code == "E9" and edit.after is not None:
        mapping.note = remark(edit.after.description, "")
    log(run, work, mapping, None, edit, verdict)
    return verdict


_REASONS = {"E_END_BEFORE_START": "TOO_LONG"}


def _take_back(run: Run, work: Work, mapping: EventMapping, bases: tuple[Event, Event]) -> None:
    window = open_slots.window_of(work, mapping)
    ours = open_slots.shown(run, work, window, mapping)
    if ours is None:
        mapping.bury()
        return
    verdict = _judge(run, work, mapping, window, deleted(bases[0]), bases[1], ours)
    if verdict.decision is Decision.APPLY:
        mapping.bury()
    else:
        inbound.restore(mapping)


def _facts(run: Run, work: Work, column: Column) -> Facts:
    now = run.clock.now()
    return Facts(column=column, mode=work.link.mode, now=now, starts_at=now, policy=run.settings.inbound)
