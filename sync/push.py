"""Push: bring the calendar to what we project, every write announced, conditional and settled (DESIGN, 3 and 7).

Announcing and settling are short transactions around the requests, in batches. What a write becomes is worked
out from three states: what the server had, what we had projected, what we project now. Deletions come last.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from model.details import Source
from model.journal import Intent, Verb
from model.link import EventMapping, MappingState
from sync import parts
from sync.compare import OURS, meaning, overlay, same
from sync.context import Run, in_window, kind_of
from sync.disclosure import Unit
from sync.event import Event
from sync.href import canonical_href
from sync.looping import spent
from sync.sending import Prepared, Wire
from sync.store import UnitRef, Work, ref_of

_BATCH = 50


def push(run: Run) -> bool:
    """Write what differs; return whether something was changed under us, so that the run should look again."""
    with run.work() as work:
        newest, todo = _todo(run, work)
        remembered = work.link.seen_rev == newest
    doomed: list[UUID] = []
    with Wire(run) as wire:
        for start in range(0, len(todo), _BATCH):
            run.go_on()
            with run.work() as work:
                prepared = _announce(run, work, todo[start : start + _BATCH], doomed)
            wire.send(prepared)
        for start in range(0, len(doomed), _BATCH):
            run.go_on()
            with run.work() as work:
                prepared = _announce_deletions(run, work, doomed[start : start + _BATCH])
            wire.send(prepared)
    if not remembered:
        _remember_newest(run, newest)
    return wire.again


def _todo(run: Run, work: Work) -> tuple[int, list[UnitRef | UUID]]:
    """What may have to be written: changed units by name, and mappings that wait for a write."""
    link, sync = work.link, run.settings.sync
    newest = work.latest_rev()
    since = 0 if run.full else link.seen_rev
    refs: list[UnitRef | UUID] = []
    if newest > since:
        ending_after = run.clock.now() - timedelta(days=sync.past_days)
        changed = work.changed_units(since=since, ending_after=ending_after)
        refs += [ref for ref, rev in changed.items() if run.agreed.get(ref) != rev]
    known = set(refs)
    for mapping in work.mappings_in([MappingState.DIRTY]):
        ref = ref_of(mapping)
        if ref not in known:
            refs.append(ref or mapping.id)
    return newest, refs


def _remember_newest(run: Run, newest: int) -> None:
    if run.dry:
        return
    with run.work() as work:
        work.link.seen_rev = newest


# --- announce -----------------------------------------------------------------------------------------------


def _announce(run: Run, work: Work, todo: Sequence[UnitRef | UUID], doomed: list[UUID]) -> list[Prepared]:
    refs = [ref for ref in todo if isinstance(ref, UnitRef)]
    units, mappings = work.load_many(refs), work.mappings_of(refs)
    doomed += [mapping_id for mapping_id in todo if isinstance(mapping_id, UUID)]
    with work.in_bulk():
        made = [
            _write_for(run, work, units.get(ref), mapping, doomed)
            for ref in refs
            if (mapping := mappings.get(ref)) is None or mapping.state != MappingState.UNDECIDED
        ]
    return [one for one in made if one is not None]


def _write_for(
    run: Run, work: Work, unit: Unit | None, mapping: EventMapping | None, doomed: list[UUID]
) -> Prepared | None:
    """Compare the three states of one unit and announce the write that makes them one."""
    uid = mapping.uid if mapping else str(run.new_id())
    ours = run.project(work, unit, mapping, uid)
    if ours is None or unit is None:
        if mapping is not None:
            doomed.append(mapping.id)
        return None
    if mapping is None:
        return _first_write(run, work, unit, ours)
    bases = run.bases(mapping)
    if bases is None or mapping.base_ical is None:
        return None if spent(run, work, mapping) else create(run, work, mapping, ours, kind_of(unit))
    theirs, pushed = bases
    doomed += [part.id for part in parts.outdated(run, work, mapping, pushed, ours)]
    body = mapping.base_ical
    if theirs.following or not same(pushed, ours, OURS):
        body = run.codec.patch(body, overlay(theirs, pushed, ours), now=run.clock.now(), tz=run.tz)
    if body == mapping.base_ical:
        _agree(mapping, run, ours)
        return None
    if spent(run, work, mapping):
        return None
    return intend(run, work, mapping, Verb.REPLACE, body=body, ours=ours, kind=kind_of(unit))


def _agree(mapping: EventMapping, run: Run, ours: Event) -> None:
    """Nothing is to be written: what is there already says what we want to say."""
    if mapping.state == MappingState.DIRTY:
        mapping.pushed_ical = run.codec.write(ours, now=run.clock.now())
        mapping.state = MappingState.SYNCED


def _first_write(run: Run, work: Work, unit: Unit, ours: Event) -> Prepared | None:
    sync = run.settings.sync
    if not in_window(unit, now=run.clock.now(), past_days=sync.past_days, future_days=sync.future_days):
        return None
    mapping = EventMapping(
        id=run.new_id(), link_id=run.link_id, uid=ours.uid, href="", href_key="", note="", waiting="",
        unechoed_since=None, writes=0, writes_day="",
    )  # fmt: skip
    mapping.state, mapping.away = MappingState.PENDING, unit.source is Source.CALENDAR
    series = hasattr(unit, "occurrences")
    mapping.series_id, mapping.session_id = (unit.id, None) if series else (None, unit.id)
    mapping.base_ical = mapping.pushed_ical = mapping.etag = None
    work.add(mapping)
    return create(run, work, mapping, ours, kind_of(unit))


def create(run: Run, work: Work, mapping: EventMapping, ours: Event, kind: str) -> Prepared:
    """A new resource at a fresh random href: no old ETag or trash bin can speak for it (MATRIX 2, 3)."""
    mapping.href = run.calendar.new_href(str(run.new_id()))
    mapping.href_key = canonical_href(mapping.href)
    mapping.etag, mapping.state = None, MappingState.PENDING
    body = run.codec.write(ours, now=run.clock.now())
    return intend(run, work, mapping, Verb.CREATE, body=body, ours=ours, kind=kind)


def _announce_deletions(run: Run, work: Work, doomed: Sequence[UUID]) -> list[Prepared]:
    prepared = []
    parts_too = [part.id for part in work.parts_of(doomed) if part.id not in doomed]
    for mapping_id in (*doomed, *parts_too):
        mapping = work.mapping(mapping_id)
        if mapping is None or mapping.state == MappingState.TOMBSTONE:
            continue
        if mapping.base_ical is None:
            mapping.bury()
            continue
        prepared.append(intend(run, work, mapping, Verb.DELETE, body=b"", ours=None))
    return prepared


def intend(
    run: Run,
    work: Work,
    mapping: EventMapping,
    verb: Verb,
    *,
    body: bytes,
    ours: Event | None,
    projected: bytes | None = None,
    kind: str = "",
) -> Prepared:
    """Write the intent down before anything is sent (FAILURES A2, E1).

    `projected`: what both sides had agreed on, where that is not what we show now (`rewind`).
    """
    if projected is None and verb is Verb.REPLACE and ours is not None:
        projected = run.codec.write(ours, now=run.clock.now())
    intent = Intent(
        id=run.new_id(),
        link_id=run.link_id,
        mapping_id=mapping.id,
        run_id=run.run_id,
        verb=verb,
        href=mapping.href,
        etag=mapping.etag,
        body=body or None,
        body_hash=hashlib.sha256(body).hexdigest(),
        meaning=_meaning(run, mapping, verb, body, ours),
        projected=projected,
    )
    work.add(intent)
    return Prepared(
        intent_id=intent.id,
        mapping_id=mapping.id,
        verb=verb,
        uid=mapping.uid,
        href=mapping.href,
        etag=mapping.etag,
        body=body,
        waiting=mapping.waiting,
        start=_start(run, mapping, ours),
        kind=kind,
    )


def _meaning(run: Run, mapping: EventMapping, verb: Verb, body: bytes, ours: Event | None) -> str:
    """What the event will mean once it is written; of one that is patched, foreign lines are part of that."""
    if verb is Verb.REPLACE:
        return meaning(run.read(body, mapping.href))
    return meaning(ours) if ours else ""


def _start(run: Run, mapping: EventMapping, ours: Event | None) -> str:
    """When it is; of what goes, only a plan has to say so."""
    shown = ours
    if shown is None and run.dry and mapping.base_ical is not None:
        shown = run.read(mapping.base_ical, mapping.href)
    return shown.master.start.isoformat() if shown is not None and shown.master is not None else ""
