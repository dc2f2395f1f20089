"""Pull: look at the calendar, fetch what is unknown, and have each resource judged (DESIGN, steps 2 to 6).

Pages are committed as they come, the position with the last one, never ahead of its data (FAILURES E3). An href
that is not there is believed only when the server was asked for it by name (I4), and only after the guard.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from model.link import EventMapping, MappingState, Mode, SeenItem
from sync import inbound, parts, restored, suspicion
from sync.absence import ask_alone, not_moved, prove_gone
from sync.adopt import orphans_as_single
from sync.aside import quarantine, set_aside
from sync.compare import OURS, same
from sync.context import Line, Run, kind_of
from sync.copies import is_copy
from sync.errors import Unreadable
from sync.event import TRIAL_URL, Event
from sync.guard import Answer
from sync.href import canonical_href
from sync.looking import fetched, in_pages, look_there, position_of, save_position
from sync.ports import Fetched, Item, Look, Missing
from sync.projection import Unit
from sync.relinking import stand_for
from sync.restored import perhaps_ours
from sync.returning import CODE as BROUGHT_BACK
from sync.returning import brought_back
from sync.splits import Cut, decide_cut, find_cut, joins_cut
from sync.store import Work, ref_to

_BEHIND = timedelta(minutes=5)  # the slowest cache that was measured took three (Purelymail, FAILURES B17)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of what the server handed out: events, overrides that stand alone, and items to be set aside with the
    reason."""

    events: list[tuple[Item, Event]] = field(default_factory=list)
    alone: list[parts.Found] = field(default_factory=list)
    aside: list[tuple[Item, str]] = field(default_factory=list)


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


def pull(run: Run) -> None:
    """Bring what changed there to a decision, item by item."""
    with run.work() as work:
        position = position_of(work)
        undecided = [m.href for m in work.mappings_in([MappingState.UNDECIDED])]
        unfetched = [seen.href for seen in work.seen_unfetched()]
        answer = Answer.read(work.link.state_reason)
        undisturbed = work.link.last_ok_at is not None and not answer.answer
        again = _reads_again(run, work)
    there = look_there(run, position)
    look, known = there.look, there.known
    old = _old_copies(run, look, [h for h in there.changed if canonical_href(h) in known])
    changed = [h for h in there.changed if h not in old]
    gone, unsure, found = prove_gone(run, look, known)
    fresh = [h for h in changed if canonical_href(h) not in known]
    asked = fresh if gone else perhaps_ours(fresh) if undisturbed else []
    news = list(fetched(run, asked))
    items = [one for one in news if isinstance(one, Item)]
    gone = not_moved(run, gone, items)
    if not answer.answer:
        restored.check(run, items)
        suspicion.check(run, look, known, gone=[*gone, *map(canonical_href, unsure)], changed=changed)
    ask_alone(run, unsure, gone, found)
    more = [*undecided, *unfetched, *(_unchanged(run, look, known) if again else ())]
    wanted = [*changed, *(h for h in more if h not in changed)]
    _take_pages(run, wanted, {canonical_href(one.href): one for one in (*found, *news)}, answer)
    _take_gone(run, gone, restoring=answer.restoring)
    if not there.whole and not old:
        save_position(run, position, look.position)


def _reads_again(run: Run, work: Work) -> bool:
    """Whether everything is read and compared, whatever the ETags say (FAILURES B6): by the first reconciliation of a
    week, and by each listing where an edit may leave an ETag as it was."""
    if run.calendar.misses_edits:
        return run.full or run.listing
    last = work.link.reconciled_at or work.link.created_at
    return run.full and last.isocalendar()[:2] != run.clock.now().isocalendar()[:2]


def _unchanged(run: Run, look: Look, known: Mapping[str, str | None]) -> list[str]:
    """What is mapped and listed as we know it."""
    same = {key: h for h, etag in look.etags.items() if known.get(key := canonical_href(h), "") == etag}
    with run.work() as work:
        return [same[key] for key in work.mappings_at(list(same))]


def _old_copies(run: Run, look: Look, hrefs: Sequence[str]) -> frozenset[str]:
    """Items listed with an ETag that a write of ours put an end to a moment ago: the server is behind, and nobody
    edited anything (FAILURES B17, E8). The position waits until it has caught up.
    """
    keys = {canonical_href(href): href for href in hrefs}
    if not keys:
        return frozenset()
    with run.work() as work:
        there = {m.uid: keys[m.href_key] for m in work.mappings_at(list(keys)).values()}
        ended = work.replaced_lately(list(there), since=run.clock.now() - _BEHIND)
    return frozenset(there[uid] for uid, etags in ended.items() if look.etags[there[uid]] in etags)


def _take_gone(run: Run, gone: Sequence[str], *, restoring: bool) -> None:
    """Deletions last, and only of what still is where it was."""
    if not gone:
        return
    with run.work() as work:
        for seen in work.seen_at(gone).values():
            work.delete(seen)
        for mapping in work.mappings_at(gone).values():
            if mapping.part_of is not None:
                parts.take_gone(run, work, mapping)
            elif restoring:
                inbound.restore(mapping)
            else:
                inbound.take_away(run, work, mapping)


# --- pages --------------------------------------------------------------------------------------------------


def _take_pages(run: Run, hrefs: Sequence[str], here: Mapping[str, Fetched], answer: Answer) -> None:
    """Known resources first, so that a series cut there is known before its tail may come (E6).

    `here` is what was fetched before, by its keys.
    """
    keys = {canonical_href(h): h for h in hrefs}
    if not keys and not here:
        return
    with run.work() as work:
        mapped = set(work.mappings_at([*keys, *here]))
    keys = {key: one.href for key, one in here.items() if key in mapped} | keys
    cuts: list[Cut] = []
    alone: list[parts.Found] = []
    for page in _pages(run, {k: h for k, h in keys.items() if k in mapped}, here):
        alone += page.alone
        with run.work() as work:
            _take_known_page(run, work, page, cuts, answer)
    for page in _pages(run, {k: h for k, h in keys.items() if k not in mapped}, here):
        alone += page.alone
        _take_new(run, page, cuts, answer)
    _take_orphans(run, parts.take(run, alone), cuts, answer)
    for cut in cuts:
        with run.work() as work:
            decide_cut(run, work, cut)


def _take_new(run: Run, page: Page, cuts: list[Cut], answer: Answer) -> None:
    with run.work() as work:
        known_to_us = _without_ours(run, work, page) if answer.forgetful else page
        strays = _take_new_page(run, work, known_to_us, cuts)
    if strays:
        _take_strays(run, strays)


def _take_orphans(run: Run, found: Sequence[parts.Found], cuts: list[Cut], answer: Answer) -> None:
    """Overrides whose series is not there are events by themselves (FAILURES C5)."""
    single = [(item, orphans_as_single(event)) for item, event in found]
    if not single:
        return
    with run.work() as work:
        mapped = work.mappings_at([canonical_href(item.href) for item, _ in single])
        known = [one for one in single if canonical_href(one[0].href) in mapped]
        _take_known_page(run, work, Page(events=known), cuts, answer)
    if new := [one for one in single if one not in known]:
        _take_new(run, Page(events=new), cuts, answer)


def _pages(run: Run, hrefs: Mapping[str, str], here: Mapping[str, Fetched]) -> Iterator[Page]:
    return (_understood(run, items) for items in in_pages(run, hrefs, here))


def _understood(run: Run, items: Sequence[Item]) -> Page:
    """Understand each item before a transaction begins; a bad one is set aside, the others go on (I9)."""
    page = Page()
    for item in items:
        try:
            event = _event(run, item)
        except Unreadable as problem:
            page.aside.append((item, str(problem)))
        else:
            if event is None:
                page.aside.append((item, ""))
            elif event.master is None:
                page.alone.append((item, event))
            else:
                page.events.append((item, event))
    return page


def _event(run: Run, item: Item) -> Event | None:
    """The event of a resource; None: it is something else, a task say, or a test event that is still listed."""
    event = run.understand(item.body, item.href)
    if event is None:
        return None
    shown = orphans_as_single(event)
    if shown.master is not None and shown.master.url == TRIAL_URL:
        return None
    if shown.master is None or not shown.uid:
        raise Unreadable("NO_EVENT", href=item.href)
    return event


def _set_aside(run: Run, work: Work, page: Page) -> None:
    for item, reason in page.aside:
        if reason:
            quarantine(run, work, item, reason)
        else:
            set_aside(run, work, item, "")


def _take_known_page(run: Run, work: Work, page: Page, cuts: list[Cut], answer: Answer) -> None:
    """Take in what is mapped; what is known about it is asked for once a page."""
    _set_aside(run, work, page)
    keys = [canonical_href(item.href) for item, _ in page.events]
    mappings, aside = work.mappings_at(keys), work.seen_at(keys)
    for key, (item, event) in zip(keys, page.events, strict=True):
        mapping = mappings.get(key)
        if mapping is None:
            continue
        if event.uid != mapping.uid and not _renamed_there(run, mapping, event):
            quarantine(run, work, item, "UID_CHANGED")
            continue
        if key in aside:
            work.delete(aside[key])
        if answer.overwriting:
            inbound.overrule(work, mapping, item)
            continue
        cut = find_cut(run, work, mapping, event, item)
        if cut is not None:
            cuts.append(cut)
        else:
            inbound.take_in(run, work, mapping, event, item.body, item.etag)


def _renamed_there(run: Run, mapping: EventMapping, event: Event) -> bool:
    """Whether the server itself gave our event that UID when it stored our write (FAILURES B36)."""
    bases = run.bases(mapping)
    return bases is not None and bases[0].uid == event.uid


# --- new resources ------------------------------------------------------------------------------------------


def _take_new_page(run: Run, work: Work, page: Page, cuts: list[Cut]) -> list[Stray]:
    """Take in what is new to us; what is known about it already is asked for once a page."""
    _set_aside(run, work, page)
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
        elif joins_cut(run, work, event, item, cuts):
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
    inbound.repoint(mapping, unit)
    work.add(mapping)
    start = event.master.start.isoformat() if event.master is not None else ""
    run.tell(Line(action="matched", uid=event.uid, start=start, kind=kind_of(unit)))
    run.record(work, "matched", mapping=mapping, unit=unit)
    inbound.settle(run, work, mapping, unit, replace(event, following={}), item.body, item.etag)
    if run.dry or mapping.state == MappingState.SYNCED:
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
    inbound.take_in(run, work, mapping, event, item.body, item.etag)


def _adopt_new(run: Run, work: Work, new: New) -> Unit:
    mapping, event, item = new.mapping, new.event, new.item
    unit = inbound.new_event(run, work, mapping, event, copied=new.copied)
    ours = run.project(work, unit, mapping)
    if ours is not None and not (new.copied or _marked(event) or event.following):
        stands = not event.recurring and same(ours, event, OURS)
        mapping.pushed_ical = None if stands else run.codec.write(ours, now=run.clock.now())
        return unit
    inbound.settle(run, work, mapping, unit, replace(event, following={}), item.body, item.etag)
    if event.following:
        mapping.state = MappingState.DIRTY
    return unit
