"""Judge what came back for one resource and carry out what may be: the middle of a pull.

Works inside one transaction on one mapping. Whatever is not accepted shows as a difference between what we
project and what we know to be there, so the push restores it; nothing is restored here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from model.errors import DomainError
from model.link import EventMapping, MappingState, Mode
from model.moment import instant
from model.series import Scope, Series
from model.session import Kind, Session, Status
from sync import apply
from sync.adopt import adopt, retell
from sync.archive import Standing
from sync.classify import Code, Edit, classify, deleted
from sync.compare import INBOUND, OURS, TIME, Properties, changed, master_changed, overlay, same, take
from sync.context import Run
from sync.event import Event
from sync.facts import facts_of
from sync.href import canonical_href
from sync.judge import Decision, Verdict, judge
from sync.merge import OWNER_KEEPS, merged
from sync.ports import Item
from sync.projection import Unit, project, remark, without_note
from sync.record import log
from sync.rewriting import made_by_server
from sync.store import Work, ref_of, ref_to

# How long after our write what a server makes of it may first be seen: it took three minutes at most where that was
# measured (FAILURES B17), and a calendar may be looked at rarely.
_LATE = timedelta(hours=1)


def take_in(
    run: Run,
    work: Work,
    mapping: EventMapping,
    theirs: Event,
    body: bytes,
    etag: str | None,
    *,
    decided: Sequence[Code] = (),
    base: Event | None = None,
) -> None:
    """Settle what a mapped resource says now: echo, or edits to judge. A cut series must have been decided.

    `decided` names what of it was judged already, as part of a split; `base` is what it said before, where that is
    more than the resource itself holds.
    """
    bases = run.bases(mapping)
    unit = _load(work, mapping)
    if bases is None or unit is None:
        if bases is not None and not same(bases[0], theirs):
            _lost(run, work, mapping, bases[0], theirs)
        _remember(
            mapping, body, etag, MappingState.DIRTY
        )  # ours is gone or was never there: the push decides
        return
    base, pushed = base or bases[0], bases[1]
    if same(base, theirs) or _rewritten(run, work, mapping, base, theirs, etag):
        _echo(run, mapping, body, etag)
        return
    work.keep(mapping, "taken-in", Standing.of(mapping), body)
    if unit.kind is Kind.OTHER_EVENT:
        unit, kept = _own_event(run, work, mapping, unit, base, pushed, theirs), OWNER_KEEPS
    else:
        kept = _client_event(run, work, mapping, unit, base, pushed, theirs, decided=decided)
    learned = overlay(pushed, base, theirs, INBOUND - kept)
    settle(run, work, mapping, unit, learned, body, etag)
    if theirs.following:
        mapping.state = MappingState.DIRTY  # never left standing there, whatever was decided


def settle(
    run: Run, work: Work, mapping: EventMapping, unit: Unit, learned: Event, body: bytes, etag: str | None
) -> None:
    """Keep both base forms, and mark what has to be pushed because we show something else."""
    mapping.pushed_ical = run.codec.write(learned, now=run.clock.now())
    ours = run.project(work, unit, mapping)
    agreed = ours is not None and same(ours, learned, OURS)
    _remember(mapping, body, etag, MappingState.SYNCED if agreed else MappingState.DIRTY)


def _echo(run: Run, mapping: EventMapping, body: bytes, etag: str | None) -> None:
    """The meaning is what we know; alarms and the like may have changed and are simply kept (E16)."""
    if mapping.pushed_ical is None and mapping.base_ical != body:
        mapping.pushed_ical = mapping.base_ical
    # while a cut was undecided nothing was pushed: what changed here meanwhile is compared now
    state = MappingState.DIRTY if mapping.state == MappingState.UNDECIDED else MappingState(mapping.state)
    _remember(mapping, body, etag, state)
    run.count("echo")


def _rewritten(
    run: Run, work: Work, mapping: EventMapping, base: Event, theirs: Event, etag: str | None
) -> bool:
    """Whether the server made that of it by itself: under the same ETag, or late, after a write of ours."""
    if not made_by_server(base, theirs):
        return False
    if etag is not None and etag == mapping.etag:
        return True
    return work.sent_since(mapping.uid, run.clock.now() - _LATE)


def _remember(mapping: EventMapping, body: bytes, etag: str | None, state: MappingState) -> None:
    mapping.base_ical, mapping.etag, mapping.state = body, etag, state


def _load(work: Work, mapping: EventMapping) -> Unit | None:
    ref = ref_of(mapping)
    return work.load(ref) if ref is not None else None


# --- Other Events: the owner's own --------------------------------------------------------------------------


def _own_event(
    run: Run, work: Work, mapping: EventMapping, unit: Unit, base: Event, pushed: Event, theirs: Event
) -> Unit:
    """All edits apply, merged with ours property by property; where both changed one, ours stays (E22)."""
    shown = run.project(work, unit, mapping)
    ours = shown or pushed
    for edit in classify(base, theirs, local=run.tz, horizon=run.horizon):
        if _agrees(edit, theirs, ours):
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


# --- sessions with a client ---------------------------------------------------------------------------------


def _client_event(
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
    return [edit for edit in edits if edit.code not in decided and not _agrees(edit, theirs, ours)]


def _lost(run: Run, work: Work, mapping: EventMapping, base: Event, theirs: Event) -> None:
    """What was edited there while it was deleted here: ours stays, and the edit is in the record (decision 4)."""
    reason = "READ_ONLY_LINK" if work.link.mode is Mode.ONE_WAY else "STALE_BASE"
    for edit in classify(base, theirs, local=run.tz, horizon=run.horizon):
        log(run, work, mapping, None, edit, Verdict(decision=Decision.REFUSE, reason=reason))


def take_tail(
    run: Run,
    work: Work,
    tail: EventMapping,
    follower: Unit,
    event: Event,
    body: bytes,
    etag: str | None,
    *,
    decided: Sequence[Code],
) -> None:
    """Settle the later half of a split. Whatever else it says than the series that it became is judged as well."""
    event = replace(event, following={})
    ours = run.project(work, follower, tail) or event
    kept = _client_event(run, work, tail, follower, ours, ours, event, decided=("E7", "E14", *decided))
    settle(run, work, tail, follower, overlay(ours, ours, event, INBOUND - kept), body, etag)


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


def _agrees(edit: Edit, theirs: Event, ours: Event) -> bool:
    """Whether both sides made the same change: then there is nothing to judge."""
    if edit.rule is not None and edit.code in ("E7", "E14"):
        return (theirs.rule, theirs.rdates) == (ours.rule, ours.rdates)
    if edit.after is None or not edit.names:
        return False
    if edit.recurrence_id is None:
        return ours.master is not None and not master_changed(ours, theirs, edit.names)
    stands = ours.occurrence(edit.recurrence_id)
    return stands is not None and not changed(stands, edit.after, edit.names)


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
    return _keep(run, work, mapping, unit, edit) if verdict.decision is Decision.KEEP else set()


def _keep(run: Run, work: Work, mapping: EventMapping, unit: Unit, edit: Edit) -> set[str]:
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


# --- gone ---------------------------------------------------------------------------------------------------


def take_away(run: Run, work: Work, mapping: EventMapping) -> None:
    """The resource is proven to be gone (E5, E19): apply for Other Events, hold or refuse for the rest."""
    bases, unit = run.bases(mapping), _load(work, mapping)
    ours = run.project(work, unit, mapping)
    if mapping.series_id is not None:
        _take_parts_away(work, mapping)
    if bases is None or unit is None or ours is None:
        mapping.bury()
        return
    work.keep(mapping, "gone", Standing.of(mapping), None)
    base, pushed = bases
    edit = deleted(base)
    facts = facts_of(run, work, unit, edit, pushed=pushed, ours=ours)
    verdict = judge(edit, facts)
    log(run, work, mapping, unit, edit, verdict, ours=ours)
    if verdict.decision is Decision.APPLY:
        mapping.bury()
        mapping.session_id = mapping.series_id = None
        mapping.etag = None  # its owner may bring it back as it was
        work.flush()
        work.delete(unit)
    elif verdict.decision is Decision.KEEP:
        _keep(run, work, mapping, unit, edit)
        if run.project(work, unit, mapping) is None:
            mapping.bury()
        else:
            restore(mapping)  # of a series, what took place is still to be seen
    else:
        restore(mapping)


def _take_parts_away(work: Work, mapping: EventMapping) -> None:
    """Overrides that stand alone go with their series: what is put back is put back in one piece (B21)."""
    for part in work.parts_of([mapping.id]):
        part.part_of, part.state = None, MappingState.DIRTY


def restore(mapping: EventMapping) -> None:
    """Forget what was there, so that the push writes it anew."""
    mapping.base_ical = mapping.pushed_ical = mapping.etag = None
    mapping.state = MappingState.DIRTY


def overrule(work: Work, mapping: EventMapping, item: Item) -> None:
    """Take notice of what is there without judging it: the push writes what the practice has."""
    if item.body != mapping.base_ical:
        work.keep(mapping, "taken-in", Standing.of(mapping), item.body)
    mapping.base_ical, mapping.pushed_ical, mapping.etag = item.body, None, item.etag
    mapping.state = MappingState.DIRTY


# --- new resources ------------------------------------------------------------------------------------------


def new_mapping(run: Run, uid: str, item: Item) -> EventMapping:
    """A resource that was not known so far, as it stands there; what it shows comes with `repoint`."""
    mapping = EventMapping(id=run.new_id(), link_id=run.link_id, uid=uid, note="", waiting="")
    stands_at(mapping, item)
    return mapping


def stands_at(mapping: EventMapping, item: Item) -> None:
    """Let a mapping name a resource as it stands there."""
    mapping.href, mapping.href_key = item.href, canonical_href(item.href)
    mapping.etag, mapping.base_ical, mapping.state = item.etag, item.body, MappingState.SYNCED


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


def discard(run: Run, work: Work, mapping: EventMapping) -> None:
    """Have a resource removed that belonged to a refused gesture: mapped to nothing, so the push deletes it."""
    mapping.session_id = mapping.series_id = None
    mapping.state = MappingState.DIRTY
    work.add(mapping)
    run.record(work, "discarded", mapping=mapping)
