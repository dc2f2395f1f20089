"""Judge what came back for one resource and carry out what may be: the middle of a pull.

Works inside one transaction on one mapping. Whatever is not accepted shows as a difference between what we
project and what we know to be there, so the push restores it; nothing is restored here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from model.details import Kind
from model.link import EventMapping, MappingState, Mode
from sync.archive import Standing
from sync.classify import Code, classify, deleted
from sync.client_events import keep, take_client_event
from sync.compare import INBOUND, OURS, overlay, same
from sync.context import Run
from sync.disclosure import Unit
from sync.event import Event
from sync.facts import facts_of
from sync.href import canonical_href
from sync.judge import Decision, Verdict, judge
from sync.merge import OWNER_KEEPS
from sync.own_events import take_own_event
from sync.ports import Item
from sync.record import log
from sync.rewriting import made_by_server
from sync.store import Work, ref_of

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
    if says_the_same(run, work, mapping, base, theirs, body, etag):
        return
    work.keep(mapping, "taken-in", Standing.of(mapping), body)
    if unit.kind is Kind.OTHER_EVENT:
        unit, kept = take_own_event(run, work, mapping, unit, base, pushed, theirs), OWNER_KEEPS
    else:
        kept = take_client_event(run, work, mapping, unit, base, pushed, theirs, decided=decided)
    learned = overlay(pushed, base, theirs, INBOUND - kept)
    settle(run, work, mapping, unit, learned, body, etag)
    if theirs.following:
        mapping.state = MappingState.DIRTY  # never left standing there, whatever was decided


def says_the_same(
    run: Run, work: Work, mapping: EventMapping, base: Event, theirs: Event, body: bytes, etag: str | None
) -> bool:
    """Whether it means what we know of it, if need be in the server's own words; then it is remembered, and no more."""
    if not (same(base, theirs) or _rewritten(run, work, mapping, base, theirs, etag)):
        return False
    _echo(run, mapping, body, etag)
    return True


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
    kept = take_client_event(run, work, tail, follower, ours, ours, event, decided=("E7", "E14", *decided))
    settle(run, work, tail, follower, overlay(ours, ours, event, INBOUND - kept), body, etag)


def take_away(run: Run, work: Work, mapping: EventMapping) -> None:
    """The resource is proven to be gone (E5, E19): apply for Other Events, hold or refuse for the rest."""
    bases, unit = run.bases(mapping), _load(work, mapping)
    ours = run.project(work, unit, mapping)
    if mapping.series_id is not None:
        _take_parts_away(work, mapping)
    if bases is None or unit is None or ours is None:
        _take_parts_away(work, mapping)
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
        keep(run, work, mapping, unit, edit)
        if run.project(work, unit, mapping) is None:
            mapping.bury()
        else:
            restore(mapping)  # of a series, what took place is still to be seen
    else:
        restore(mapping)


def _take_parts_away(work: Work, mapping: EventMapping) -> None:
    """What belongs to an event goes with it; overrides that stand alone are put back in one piece with theirs (B21)."""
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


def new_mapping(run: Run, uid: str, item: Item) -> EventMapping:
    """A resource that was not known so far, as it stands there; what it shows comes with `repoint`."""
    return EventMapping(id=run.new_id(), link_id=run.link_id, uid=uid, note="", waiting="", **_standing(item))


def stands_at(mapping: EventMapping, item: Item) -> None:
    """Let a mapping name a resource as it stands there."""
    for name, value in _standing(item).items():
        setattr(mapping, name, value)


def _standing(item: Item) -> dict[str, object]:
    key = canonical_href(item.href)
    return {
        "href": item.href, "href_key": key, "etag": item.etag, "base_ical": item.body,
        "state": MappingState.SYNCED,
    }  # fmt: skip


def discard(run: Run, work: Work, mapping: EventMapping) -> None:
    """Have a resource removed that belonged to a refused gesture: mapped to nothing, so the push deletes it."""
    mapping.session_id = mapping.series_id = None
    mapping.state = MappingState.DIRTY
    work.add(mapping)
    run.record(work, "discarded", mapping=mapping)
