"""Push: bring the calendar to what we project, every write announced, conditional and settled (DESIGN, 3 and 7).

Announcing and settling are short transactions around the requests, in batches. What a single write becomes is
`announcing`'s. Deletions come last.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from model.details import Source
from model.journal import Verb
from model.link import EventMapping, MappingState
from sync import open_slots, paddings, parts
from sync.announcing import bring, create, intend, unwritten
from sync.context import Run, in_window, kind_of
from sync.disclosure import Unit
from sync.event import Event
from sync.sending import Prepared, Wire
from sync.store import UnitRef, Work, ref_of

_BATCH = 50


def push(run: Run) -> bool:
    """Write what differs; return whether something was changed under us, so that the run should look again."""
    doomed: list[UUID] = []
    with run.work() as work:
        newest, todo = _todo(run, work)
        remembered = work.link.seen_rev == newest
        beside = open_slots.announce(run, work, doomed)
    with Wire(run) as wire:
        wire.send(beside)
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
    known: set[UnitRef | UUID | None] = {*refs}
    dirty = [one for one in work.mappings_in([MappingState.DIRTY]) if not open_slots.is_open_slot(one)]
    wholes = work.mappings([one.part_of for one in dirty if one.shows and one.part_of is not None])
    for mapping in dirty:
        whole = wholes.get(mapping.part_of) if mapping.shows and mapping.part_of is not None else None
        ref = ref_of(whole or mapping)
        if ref not in known:
            refs.append(ref or mapping.id)
            known |= {ref} if ref is not None else set()
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
    shown: dict[UUID, Unit] = {}
    with work.in_bulk():
        made = [
            _write_for(run, work, units.get(ref), mapping, doomed, shown)
            for ref in refs
            if (mapping := mappings.get(ref)) is None or mapping.state != MappingState.UNDECIDED
        ]
    return [one for one in made if one is not None] + paddings.announce(run, work, shown, doomed)


def _write_for(
    run: Run,
    work: Work,
    unit: Unit | None,
    mapping: EventMapping | None,
    doomed: list[UUID],
    shown: dict[UUID, Unit],
) -> Prepared | None:
    """Announce what brings one unit's event to what we show; `shown` is told by which mapping that is."""
    uid = mapping.uid if mapping else str(run.new_id())
    ours = run.project(work, unit, mapping, uid)
    if ours is None or unit is None:
        if mapping is not None:
            doomed.append(mapping.id)
        return None
    if mapping is None:
        first = _first_write(run, work, unit, ours)
        shown |= {first.mapping_id: unit} if first is not None else {}
        return first
    shown[mapping.id] = unit
    bases = run.bases(mapping)
    if bases is not None:
        doomed += [part.id for part in parts.outdated(run, work, mapping, bases[1], ours)]
    return bring(run, work, mapping, bases, ours, kind_of(unit))


def _first_write(run: Run, work: Work, unit: Unit, ours: Event) -> Prepared | None:
    sync = run.settings.sync
    if not in_window(unit, now=run.clock.now(), past_days=sync.past_days, future_days=sync.future_days):
        return None
    mapping = unwritten(run, ours.uid)
    mapping.away = unit.source is Source.CALENDAR
    series = hasattr(unit, "occurrences")
    mapping.series_id, mapping.session_id = (unit.id, None) if series else (None, unit.id)
    work.add(mapping)
    return create(run, work, mapping, ours, kind_of(unit))


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
