"""Take in what is new in the calendar: the practitioner's own events, copies, tails of cut series, and strays.

What is known about a page is asked for once. What becomes of a single new event is `own_events`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from model.link import EventMapping, MappingState, Mode, SeenItem
from sync import beside, inbound, own_events, paddings
from sync.aside import quarantine, set_aside
from sync.compare import OURS, same, theirs_in_colour
from sync.context import Line, Run, kind_of
from sync.copies import is_copy
from sync.disclosure import Unit
from sync.event import Event
from sync.guard import Answer
from sync.href import canonical_href
from sync.pages import Page, put_aside
from sync.ports import Item, Missing
from sync.relinking import left_there, stand_for
from sync.returning import CODE as BROUGHT_BACK
from sync.returning import brought_back
from sync.splits import Cut, joins_cut
from sync.store import Work, ref_to


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A UID that is mapped already, at another href."""

    mapping_id: UUID
    event: Event
    item: Item


@dataclass(frozen=True, kw_only=True)
class New:
    """An event that is to be taken in; `again`: its mapping was a tombstone, `copied`: it is a copy of ours."""

    mapping: EventMapping
    event: Event
    item: Item
    again: bool
    copied: bool

    @property
    def plain(self) -> bool:
        return not (self.again or self.event.recurring or self.event.following)


def take_new(run: Run, page: Page, cuts: list[Cut], answer: Answer) -> None:
    with run.work() as work:
        known_to_us = _without_ours(run, work, page) if answer.forgetful else page
        strays = _take_new_page(run, work, _without_what_was_left(run, work, known_to_us), cuts)
    if strays:
        _take_strays(run, strays)


def _take_new_page(run: Run, work: Work, page: Page, cuts: list[Cut]) -> list[Stray]:
    """Take in what is new to us; what is known about it already is asked for once a page."""
    put_aside(run, work, page)
    known = work.mappings_with([event.uid for _, event in page.events])
    aside = work.seen_at([canonical_href(item.href) for item, _ in page.events])
    unknown = [(i, e) for i, e in page.events if e.uid not in known]
    shown = stand_for(run, work, unknown)
    back = brought_back(run, work, [(i, e) for i, e in unknown if i.href not in shown])
    new: list[New] = []
    strays: list[Stray] = []
    for item, event in page.events:
        mapping = known.get(event.uid)
        if mapping is not None and mapping.state != MappingState.TOMBSTONE:
            strays.append(Stray(mapping_id=mapping.id, event=event, item=item))
        elif work.link.mode is Mode.ONE_WAY:
            set_aside(run, work, item, "")
        elif beside.goes_on(run, work, event, item) or joins_cut(run, work, event, item, cuts):
            known |= work.mappings_with([event.uid])
        elif item.href in shown:
            known[event.uid] = _relink(run, work, shown[item.href], event, item)
        elif item.href in back or _was_brought_back(aside.get(canonical_href(item.href))):
            quarantine(run, work, item, BROUGHT_BACK)
        elif mapping is not None and _still_listed(mapping, item):
            quarantine(run, work, item, "UID_OF_A_DELETED_EVENT")
        else:
            if (old := aside.get(canonical_href(item.href))) is not None:
                work.delete(old)
            copied = _copied(run, work, mapping, event)
            if mapping is not None:
                inbound.stands_at(mapping, item)
            again = mapping is not None
            known[event.uid] = mapping or inbound.new_mapping(run, event.uid, item)
            found = New(mapping=known[event.uid], event=event, item=item, again=again, copied=copied)
            new.append(found)
    _adopt(run, work, new)
    return strays


def _without_ours(run: Run, work: Work, page: Page) -> Page:
    """What we wrote after the backup that our database was restored from: no copy, and no twin (FAILURES E20)."""
    known = work.mappings_with([event.uid for _, event in page.events])
    ours = [(i, e) for i, e in page.events if e.uid not in known and (_marked(e) or run.codec.wrote(i.body))]
    for item, _ in ours:
        quarantine(run, work, item, "OURS_BUT_UNKNOWN")
    return replace(page, events=[p for p in page.events if p not in ours])


def _without_what_was_left(run: Run, work: Work, page: Page) -> Page:
    """What an ended link left beside sessions is removed: this one writes its own (FAILURES F3)."""
    left = left_there(work, page.events)
    for item, event in page.events:
        if item.href in left:
            inbound.discard(run, work, inbound.new_mapping(run, event.uid, item))
    return replace(page, events=[(i, e) for i, e in page.events if i.href not in left]) if left else page


def _marked(event: Event) -> bool:
    return event.master is not None and bool(event.master.marks)


def _adopt(run: Run, work: Work, new: Sequence[New]) -> None:
    """Plain single events, of which a first pull has thousands, are written down together."""
    adopted = [(one.mapping, _adopt_new(run, work, one)) for one in new if not one.plain]
    with work.in_bulk():
        adopted += [(one.mapping, _adopt_new(run, work, one)) for one in new if one.plain]
    for mapping, unit in adopted:
        if mapping.state == MappingState.SYNCED and not run.dry:
            run.agreed[ref_to(unit)] = unit.rev  # needs no second look by the push


def _relink(run: Run, work: Work, unit: Unit, event: Event, item: Item) -> EventMapping:
    """What is there already is ours from now on; where it says otherwise than we show, the push says it (F3)."""
    mapping = inbound.new_mapping(run, event.uid, item)
    own_events.repoint(mapping, unit)
    work.add(mapping)
    start = event.master.start.isoformat() if event.master is not None else ""
    run.tell(Line(action="matched", uid=event.uid, start=start, kind=kind_of(unit)))
    run.record(work, "matched", mapping=mapping, unit=unit)
    there = theirs_in_colour(replace(event, following={}))
    inbound.settle(run, work, mapping, unit, there, item.body, item.etag)
    if run.dry or (mapping.state == MappingState.SYNCED and not paddings.due(run, work, unit)):
        run.agreed[ref_to(unit)] = unit.rev  # nothing is created for it
    return mapping


def _was_brought_back(aside: SeenItem | None) -> bool:
    """What a program once brought back it keeps up with us, perhaps a little later than we move."""
    return aside is not None and aside.reason == BROUGHT_BACK


def _still_listed(mapping: EventMapping, item: Item) -> bool:
    """Whether a deleted event is listed as it was: a stale listing. With another ETag somebody wrote it again."""
    return mapping.etag is not None and mapping.etag == item.etag


def _copied(run: Run, work: Work, mapping: EventMapping | None, event: Event) -> bool:
    """Whether what is new is a copy of ours, or one of ours that was deleted (E18).

    An Other Event that its owner deleted and brings back is no copy: it is theirs as it was.
    """
    marks = event.master.marks if event.master else {}
    theirs = mapping is not None and mapping.etag is None and marks.get("KIND") == "OTHER-EVENT"
    return not theirs and is_copy(run, work, event)


def _take_strays(run: Run, strays: Sequence[Stray]) -> None:
    """Ask, between two transactions, whether each still is where we know it."""
    with run.work() as work:
        mappings = work.mappings([stray.mapping_id for stray in strays]).values()
        known = [m.href for m in mappings if m.base_ical is not None and m.state != MappingState.PENDING]
    answers = run.calendar.fetch(known) if known else ()
    gone = {canonical_href(answer.href) for answer in answers if isinstance(answer, Missing)}
    twins = {canonical_href(href) for href in known} - gone
    with run.work() as work:
        for stray in strays:
            mapping = work.mapping(stray.mapping_id)
            if mapping is not None:
                twin = mapping.href_key in twins
                _take_stray(run, work, mapping, stray.event, stray.item, twin=twin)
                twins.add(mapping.href_key)


def _take_stray(run: Run, work: Work, mapping: EventMapping, event: Event, item: Item, *, twin: bool) -> None:
    """Moved by the server, or written by a run that died (FAILURES A10, B22); a twin is left alone."""
    if twin:
        set_aside(run, work, item, "TWIN_UID")
        run.tell(Line(action="quarantined", uid=mapping.uid, reason="TWIN_UID"))
        return
    mapping.href, mapping.href_key = item.href, canonical_href(item.href)
    if mapping.base_ical is None:
        mapping.base_ical = item.body
        mapping.pushed_ical = None
    if mapping.shows:
        beside.take_in(run, work, mapping, event, item)
    else:
        inbound.take_in(run, work, mapping, event, item.body, item.etag)


def _adopt_new(run: Run, work: Work, new: New) -> Unit:
    mapping, event, item = new.mapping, new.event, new.item
    unit = own_events.new_event(run, work, mapping, event, copied=new.copied)
    ours = run.project(work, unit, mapping)
    if ours is not None and not (new.copied or _marked(event) or event.following):
        stands = not event.recurring and same(ours, event, OURS)
        mapping.pushed_ical = None if stands else run.codec.write(ours, now=run.clock.now())
        return unit
    inbound.settle(run, work, mapping, unit, replace(event, following={}), item.body, item.etag)
    if event.following:
        mapping.state = MappingState.DIRTY
    return unit
