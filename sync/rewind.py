"""Rewind: undo what some runs did to the calendar and to sessions, from the archive, item by item.

An item is what hangs together: an event, and the sessions that were changed with it. It goes back as one, or not
at all where something changed since. Writes are announced, conditional and settled like those of any run; what a
dry run would do it finds out by doing it in a transaction that is rolled back.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from model.journal import Verb
from model.link import EventMapping, MappingState
from sync.adopt import orphans_as_single
from sync.announcing import intend
from sync.archive import Standing
from sync.compare import OURS, same
from sync.context import Line, Run, kind_of
from sync.disclosure import Unit
from sync.errors import LinkError, Stopped
from sync.event import Event
from sync.href import canonical_href
from sync.ports import Fetched, Item
from sync.recover import recover
from sync.run import Report
from sync.sending import Prepared, Wire
from sync.store import Kept, UnitRef, Work, ref_of, ref_to

_BATCH = 25

Refusal = Literal["", "CHANGED_AGAIN", "CHANGED_THERE", "CHANGED_HERE", "DELETED_HERE", "NOT_HANDED_OUT"]


@dataclass(kw_only=True)
class Piece:
    """Entries of the archive that hang together, in order, and what they are about."""

    entries: list[Kept] = field(default_factory=list)
    mappings: set[UUID] = field(default_factory=set)
    units: set[UnitRef] = field(default_factory=set)

    def touches(self, entry: Kept) -> bool:
        return entry.mapping_id in self.mappings or not self.units.isdisjoint(entry.units)

    def of(self, mapping_id: UUID) -> list[Kept]:
        """What was done to one event."""
        return [entry for entry in self.entries if entry.mapping_id == mapping_id]

    def of_diary(self) -> list[Kept]:
        return [entry for entry in self.entries if entry.mapping_id is None]


def rewind(run: Run, run_ids: Collection[UUID]) -> Report:
    """Undo these runs as far as that is possible; never raises a `LinkError`, but reports it."""
    error: LinkError | None = None
    stopped = False
    try:
        recover(run)
        _rewind(run, run_ids)
    except LinkError as problem:
        error = problem
    except Stopped:
        stopped = True
    return Report(lines=tuple(run.lines), counts=dict(run.counts), error=error, stopped=stopped)


def _rewind(run: Run, run_ids: Collection[UUID]) -> None:
    with run.work() as work:
        kept = work.kept_since(run_ids)
        pieces = in_pieces([entry for entry in kept if entry.run_id in run_ids])
        later = [entry for entry in kept if entry.run_id not in run_ids]
        hrefs = _hrefs(work, pieces)
    there = {canonical_href(a.href): a for a in run.calendar.fetch(hrefs)} if hrefs else {}
    with Wire(run) as wire:
        for start in range(0, len(pieces), _BATCH):
            run.go_on()
            with run.work() as work:
                chosen = pieces[start : start + _BATCH]
                prepared = [one for piece in chosen for one in _undo(run, work, piece, later, there)]
            wire.send(prepared)
    if not run.dry:
        with run.work() as work:  # all is looked at again, once the link goes on
            work.link.seen_rev, work.link.sync_token, work.link.ctag = 0, None, None


def in_pieces(entries: Sequence[Kept]) -> list[Piece]:
    """Put together what shares an event or a unit."""
    pieces: list[Piece] = []
    by_name: dict[UUID | UnitRef, Piece] = {}
    for entry in entries:
        names: list[UUID | UnitRef] = [*entry.units, *([entry.mapping_id] if entry.mapping_id else [])]
        known = list({id(p): p for name in names if (p := by_name.get(name)) is not None}.values())
        piece = known[0] if known else Piece()
        if not known:
            pieces.append(piece)
        for other in known[1:]:
            piece.entries += other.entries
            piece.mappings |= other.mappings
            piece.units |= other.units
            pieces.remove(other)
        piece.entries.append(entry)
        piece.mappings |= {entry.mapping_id} if entry.mapping_id else set()
        piece.units |= set(entry.units)
        by_name |= dict.fromkeys([*piece.units, *piece.mappings], piece)
    for piece in pieces:
        piece.entries.sort(key=lambda entry: entry.number)
    return pieces


def _hrefs(work: Work, pieces: Sequence[Piece]) -> list[str]:
    """What may be written to: it is read first, so that nothing newer is overwritten."""
    known = work.mappings([mapping_id for piece in pieces for mapping_id in piece.mappings])
    return [mapping.href for mapping in known.values() if _is_there(mapping)]


def _is_there(mapping: EventMapping) -> bool:
    return mapping.state != MappingState.TOMBSTONE and mapping.base_ical is not None


# --- one piece ----------------------------------------------------------------------------------------------


def _undo(
    run: Run, work: Work, piece: Piece, later: Sequence[Kept], there: Mapping[str, Fetched]
) -> list[Prepared]:
    """Undo one piece as a whole, first here, then there; or say why not."""
    mappings = work.mappings(list(piece.mappings))
    uid = next((m.uid for m in mappings.values()), "")
    shown = work.mappings_of(list(piece.units))
    uid = uid or next((m.uid for m in shown.values()), "")
    refused = _refused(run, piece, mappings, later, there)
    if not refused and piece.of_diary() and not work.undo(piece.of_diary()):
        refused = "CHANGED_HERE"
    orphans = [] if refused else [m for m in mappings.values() if _shows_nothing(work, piece, m)]
    if orphans and not piece.of_diary():
        refused = "DELETED_HERE"
    decision, (at, kind) = "REFUSE" if refused else "APPLY", _named(run, work, piece, mappings)
    line = Line(action="rewind", uid=uid, reason=refused, decision=decision, start=at, kind=kind)
    if refused:
        run.tell(line)
        return []
    back = [m for m in mappings.values() if m not in orphans]
    prepared = [made for m in back for made in _put_back(run, work, piece, m)]
    again = [m for m in back if _again(run, work, piece, m)]
    forgotten = [*orphans, *(m for m in shown.values() if m not in back and ref_of(m) is None)]
    for mapping in forgotten:
        work.delete(mapping)
    done = prepared[0].verb.value if prepared else "FORGET" if forgotten else ""
    run.tell(replace(line, code=done, warnings=("AGAIN",) if again or forgotten else ()))
    run.record(work, "rewound", mapping=next(iter(back), None), unit=_unit(work, piece.units))
    return prepared


def _shows_nothing(work: Work, piece: Piece, mapping: EventMapping) -> bool:
    """Whether what an event showed is not here: then it is not for us to write it."""
    first = piece.of(mapping.id)[0]
    return first.sealed is not None and _unit_of(work, first, mapping) is None


def _refused(
    run: Run,
    piece: Piece,
    mappings: Mapping[UUID, EventMapping],
    later: Sequence[Kept],
    there: Mapping[str, Fetched],
) -> Refusal:
    last = piece.entries[-1].number
    if any(piece.touches(entry) for entry in later if entry.number > last):
        return "CHANGED_AGAIN"
    for mapping_id in piece.mappings:
        mapping = mappings.get(mapping_id)
        gone = not piece.of(mapping_id)[-1].after
        if mapping is None or mapping.state == MappingState.UNDECIDED or gone is _is_there(mapping):
            return "CHANGED_AGAIN"
        if not _is_there(mapping):
            continue
        answer = there.get(canonical_href(mapping.href))
        if not isinstance(answer, Item):
            return "NOT_HANDED_OUT" if answer is None else "CHANGED_THERE"
        if not _as_known(run, mapping, answer):
            return "CHANGED_THERE"
    return ""


def _as_known(run: Run, mapping: EventMapping, answer: Item) -> bool:
    """Whether the server still holds what we know; where it is written to, the ETag it has now is the condition."""
    if answer.body != mapping.base_ical:
        bases = run.bases(mapping)
        event = run.understand(answer.body, answer.href)
        if bases is None or event is None or not same(bases[0], orphans_as_single(event)):
            return False
        mapping.base_ical = answer.body
    mapping.etag = answer.etag
    return True


def _unit(work: Work, refs: Collection[UnitRef]) -> Unit | None:
    return next((unit for ref in sorted(refs, key=str) if (unit := work.load(ref)) is not None), None)


def _put_back(run: Run, work: Work, piece: Piece, mapping: EventMapping) -> Iterator[Prepared]:
    """Announce the write that makes one event what it was before the first of these entries."""
    first, last = piece.of(mapping.id)[0], piece.of(mapping.id)[-1]
    before, unit = work.standing(first), _unit_of(work, first, mapping)
    if before is None:
        if _is_there(mapping):
            yield intend(run, work, mapping, Verb.DELETE, body=b"", ours=None)
        return
    _show(mapping, unit)
    mapping.note = before.note
    if not _is_there(mapping):
        yield _create_again(run, work, mapping, before, unit)
        return
    body = _body(run, mapping, before, as_left=last.after)
    if body != mapping.base_ical:
        projected = before.pushed or before.base
        yield intend(run, work, mapping, Verb.REPLACE, body=body, ours=None, projected=projected)


def _body(run: Run, mapping: EventMapping, before: Standing, *, as_left: str) -> bytes:
    """Just what it was; where its owner has touched alarms or the like since, only what it meant."""
    now = mapping.base_ical or b""
    if same(run.read(now), run.read(before.base)):
        return now
    if hashlib.sha256(now).hexdigest()[:32] == as_left:
        return before.base
    return run.codec.patch(now, run.read(before.base), now=run.clock.now(), tz=run.tz)


def _create_again(
    run: Run, work: Work, mapping: EventMapping, before: Standing, unit: Unit | None
) -> Prepared:
    """What was taken out comes back under a new UID: no server has to remember the old one (FAILURES B25)."""
    heir = mapping
    if mapping.state == MappingState.TOMBSTONE:
        heir = EventMapping(
            id=run.new_id(), link_id=run.link_id, uid=str(run.new_id()), href="", href_key="", note=before.note,
            waiting="",
        )  # fmt: skip
        heir.base_ical, heir.pushed_ical, heir.away = None, None, mapping.away
        work.add(heir)
    _show(heir, unit)
    heir.href = run.calendar.new_href(str(run.new_id()))
    heir.href_key = canonical_href(heir.href)
    heir.etag, heir.state = None, MappingState.PENDING
    work.flush()
    body = run.codec.rename(before.base, heir.uid)
    projected = run.codec.rename(before.pushed or before.base, heir.uid)
    return intend(run, work, heir, Verb.CREATE, body=body, ours=run.read(body), projected=projected)


def _unit_of(work: Work, entry: Kept, mapping: EventMapping) -> Unit | None:
    """What an event showed before: it may have become a series since, or been taken away."""
    refs = [*entry.units, *([ref] if (ref := ref_of(mapping)) is not None else [])]
    return next((unit for ref in refs if (unit := work.load(ref)) is not None), None)


def _show(mapping: EventMapping, unit: Unit | None) -> None:
    ref = ref_to(unit) if unit is not None else None
    mapping.series_id = ref.id if ref is not None and ref.kind == "series" else None
    mapping.session_id = ref.id if ref is not None and ref.kind == "session" else None


def _again(run: Run, work: Work, piece: Piece, mapping: EventMapping) -> bool:
    """Whether the next run would send it again, as the practice still says so."""
    first = piece.of(mapping.id)[0]
    before = work.standing(first)
    ours = run.project(work, _unit_of(work, first, mapping), mapping)
    return not _agree(ours, run.read(before.pushed or before.base) if before is not None else None)


def _agree(ours: Event | None, was: Event | None) -> bool:
    return was is None if ours is None else was is not None and same(ours, was, OURS)


def _named(run: Run, work: Work, piece: Piece, mappings: Mapping[UUID, EventMapping]) -> tuple[str, str]:
    """When it is and what it is, for people to recognise it."""
    unit = _unit(work, piece.units)
    if unit is not None:
        return unit.span.start.isoformat(), kind_of(unit)
    for mapping in mappings.values():
        if mapping.base_ical is not None and (master := run.read(mapping.base_ical).master) is not None:
            return master.start.isoformat(), ""
    return "", ""
