"""Keep the padding after sessions in their worker's calendar, where that is to be seen there (003-08).

Each padding is an event of its own: a part of the session's mapping that shows no session by itself. It goes where its
session goes, and with it. No gesture there changes it: whatever is done to it is put back (PADDING_OWNED).
"""

from collections.abc import Mapping
from uuid import UUID

from model.link import EventMapping
from sync.announcing import bring, create, unwritten
from sync.context import Run
from sync.disclosure import Unit
from sync.event import Component, Event
from sync.projection import paddings
from sync.sending import Prepared
from sync.store import UnitRef, Work, ref_of

_KIND = "padding"
_PREFIX = f"{_KIND}:"


def is_padding(mapping: EventMapping) -> bool:
    """Whether a mapping is one of these."""
    return mapping.shows.startswith(_PREFIX)


def announce(run: Run, work: Work, shown: Mapping[UUID, Unit], doomed: list[UUID]) -> list[Prepared]:
    """Announce what brings the paddings of some units to what is to be seen; `shown` names the units' mappings."""
    there = {session_of(part): part for part in work.parts_of(list(shown)) if is_padding(part)}
    made = []
    for mapping_id, unit in shown.items():
        ours = _paddings(run, work, unit)
        made += [_write(run, work, mapping_id, *one, there.pop(one[0], None)) for one in ours.items()]
    doomed += [part.id for part in there.values()]
    return [one for one in made if one is not None]


def session_of(mapping: EventMapping) -> UUID:
    """The session that it comes after."""
    return UUID(mapping.shows.removeprefix(_PREFIX))


def due(run: Run, work: Work, unit: Unit) -> bool:
    """Whether any is to be seen after a unit."""
    return bool(_paddings(run, work, unit))


def stands(run: Run, work: Work, mapping: EventMapping) -> bool:
    """Whether it is still to be seen."""
    whole = work.mapping(mapping.part_of) if mapping.part_of is not None else None
    ref = ref_of(whole) if whole is not None else None
    unit = work.load(ref) if ref is not None else None
    return unit is not None and session_of(mapping) in _paddings(run, work, unit)


def unit_of(work: Work, mapping: EventMapping) -> Unit | None:
    """What a change of it is about."""
    return work.load(UnitRef(kind="session", id=session_of(mapping)))


def _wanted(run: Run) -> bool:
    return run.settings.booking.padding_display == "event"


def _paddings(run: Run, work: Work, unit: Unit) -> Mapping[UUID, Component]:
    if not _wanted(run) or run.is_request(work, unit):
        return {}
    return paddings(unit, run.view(work, None, unit))


def _write(
    run: Run, work: Work, whole: UUID, session_id: UUID, component: Component, known: EventMapping | None
) -> Prepared | None:
    if known is not None:
        ours = Event(uid=known.uid, master=component)
        return bring(run, work, known, run.bases(known), ours, _KIND)
    ours = Event(uid=str(run.new_id()), master=component)
    mapping = unwritten(run, ours.uid, shows=f"{_PREFIX}{session_id.hex}")
    mapping.part_of = whole
    work.add(mapping)
    work.flush()
    return create(run, work, mapping, ours, _KIND)
