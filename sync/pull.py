"""Pull: look at the calendar, fetch what is unknown, and have each resource judged (DESIGN, steps 2 to 6).

Pages are committed as they come, the position with the last one, never ahead of its data (FAILURES E3). An href
that is not there is believed only when the server was asked for it by name (I4), and only after the guard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from model.link import EventMapping, MappingState, Mode
from sync import guard, inbound
from sync.adopt import orphans_as_single
from sync.aside import could_not_fetch, quarantine, set_aside
from sync.compare import OURS, same
from sync.context import Line, Run
from sync.copies import is_copy
from sync.errors import Unreadable
from sync.event import Event
from sync.href import canonical_href
from sync.ports import Item, Look, Missing, Position
from sync.projection import Unit
from sync.splits import Cut, decide_cut, find_cut, joins_cut
from sync.store import Work, ref_to


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of what the server handed out: events, and items to be set aside with the reason."""

    events: list[tuple[Item, Event]] = field(default_factory=list)
    aside: list[tuple[Item, str]] = field(default_factory=list)


def pull(run: Run) -> None:
    """Bring what changed there to a decision, item by item."""
    with run.work() as work:
        position = _position(work)
        undecided = [m.href for m in work.mappings_in([MappingState.UNDECIDED])]
        unfetched = [seen.href for seen in work.seen_unfetched()]
        restoring = work.link.state_reason == "RESTORE"
    look = run.calendar.list_all() if run.full else run.calendar.look(position)
    seen = None if look.complete else [canonical_href(href) for href in (*look.etags, *look.gone)]
    known = run.store.known(run.link_id, seen)
    changed = [h for h, etag in look.etags.items() if etag is None or known.get(canonical_href(h)) != etag]
    gone, found = _prove_gone(run, look, known)
    if not restoring:
        _guard(run, gone)
    _take_pages(run, [*changed, *(h for h in (*undecided, *unfetched) if h not in changed)], found)
    _take_gone(run, gone, restoring=restoring)
    if not run.full:
        _save_position(run, position, look.position)


def _position(work: Work) -> Position | None:
    link = work.link
    if link.sync_token is None and link.ctag is None:
        return None
    return Position(token=link.sync_token, ctag=link.ctag)


def _save_position(run: Run, before: Position | None, after: Position) -> None:
    if after == before or run.dry:
        return
    with run.work() as work:
        work.link.sync_token, work.link.ctag = after.token, after.ctag


# --- proof of absence ---------------------------------------------------------------------------------------


def _prove_gone(run: Run, look: Look, known: dict[str, str | None]) -> tuple[list[str], list[Item]]:
    """Ask by name for what seems to be gone. Returns the keys that are, and items that are there after all."""
    listed = {canonical_href(h) for h in look.etags}
    missing = {canonical_href(h) for h in look.gone} & known.keys()
    if look.complete:
        missing |= known.keys() - listed
    if not missing:
        return [], []
    hrefs = _hrefs(run, sorted(missing))
    gone: list[str] = []
    found: list[Item] = []
    for answer in run.calendar.fetch(hrefs):
        if isinstance(answer, Missing):
            gone.append(canonical_href(answer.href))
        elif isinstance(answer, Item):
            found.append(answer)
        else:
            could_not_fetch(run, answer)
    return gone, found


def _hrefs(run: Run, keys: Sequence[str]) -> list[str]:
    with run.work() as work:
        mapped = {m.href_key: m.href for m in work.mappings_at(keys).values() if m.base_ical is not None}
        return [*mapped.values(), *(s.href for s in work.seen_at(keys).values())]


def _guard(run: Run, gone: Sequence[str]) -> None:
    """Count what would be taken away, over the whole pull, before anything is applied (E21)."""
    if not gone:
        return
    now = run.clock.now()
    with run.work() as work:
        count, future = work.client_resources(gone, now=now)
        all_future = work.future_client_resources(now=now)
    guard.check(guard.Vanished(gone=count, gone_future=future, future=all_future), run.settings.sync)


def _take_gone(run: Run, gone: Sequence[str], *, restoring: bool) -> None:
    """Deletions last, and only of what still is where it was."""
    if not gone:
        return
    with run.work() as work:
        for seen in work.seen_at(gone).values():
            work.delete(seen)
        for mapping in work.mappings_at(gone).values():
            if restoring:
                inbound.restore(mapping)
            else:
                inbound.take_away(run, work, mapping)


# --- pages --------------------------------------------------------------------------------------------------


def _take_pages(run: Run, hrefs: Sequence[str], found: Sequence[Item]) -> None:
    """Known resources first, so that a series cut there is known before its tail may come (E6)."""
    if not hrefs and not found:
        return
    keys = {canonical_href(h): h for h in hrefs}
    with run.work() as work:
        mapped = set(work.mappings_at(list(keys)))
    cuts: list[Cut] = []
    for page in _pages(run, [h for k, h in keys.items() if k in mapped], found):
        with run.work() as work:
            _take_known_page(run, work, page, cuts)
    for page in _pages(run, [h for k, h in keys.items() if k not in mapped], ()):
        moved = _moved(run, page)
        with run.work() as work:
            _take_new_page(run, work, page, moved, cuts)
    for cut in cuts:
        with run.work() as work:
            decide_cut(run, work, cut)


def _pages(run: Run, hrefs: Sequence[str], found: Sequence[Item]) -> Iterator[Page]:
    items: list[Item] = list(found)
    for answer in run.calendar.fetch(hrefs) if hrefs else ():
        if isinstance(answer, Item):
            items.append(answer)
            run.count("fetched")
        elif not isinstance(answer, Missing):
            could_not_fetch(run, answer)
        if len(items) >= run.settings.sync.page:
            yield _understood(run, items)
            run.go_on()
            items = []
    if items:
        yield _understood(run, items)


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
            else:
                page.events.append((item, event))
    return page


def _event(run: Run, item: Item) -> Event | None:
    """The event of a resource; None: it is something else, a task say."""
    reading = run.codec.read(item.body, tz=run.tz, href=item.href)
    if reading is None:
        return None
    event = orphans_as_single(reading.event)
    if event.master is None or not event.uid:
        raise Unreadable("NO_EVENT", href=item.href)
    return event


def _set_aside(run: Run, work: Work, page: Page) -> None:
    for item, reason in page.aside:
        if reason:
            quarantine(run, work, item, reason)
        else:
            set_aside(run, work, item, "")


def _take_known_page(run: Run, work: Work, page: Page, cuts: list[Cut]) -> None:
    """Take in what is mapped; what is known about it is asked for once a page."""
    _set_aside(run, work, page)
    keys = [canonical_href(item.href) for item, _ in page.events]
    mappings, aside = work.mappings_at(keys), work.seen_at(keys)
    for key, (item, event) in zip(keys, page.events, strict=True):
        mapping = mappings.get(key)
        if mapping is None:
            continue
        if event.uid != mapping.uid:
            quarantine(run, work, item, "UID_CHANGED")
            continue
        if key in aside:
            work.delete(aside[key])
        cut = find_cut(run, work, mapping, event, item)
        if cut is not None:
            cuts.append(cut)
        else:
            inbound.take_in(run, work, mapping, event, item.body, item.etag)


# --- new resources ------------------------------------------------------------------------------------------


def _moved(run: Run, page: Page) -> frozenset[UUID]:
    """Mappings whose UID came at another href and whose own is proven to be gone: asked between transactions."""
    with run.work() as work:
        known = work.mappings_with([event.uid for _, event in page.events]).values()
        there = {m.href: m.id for m in known if m.base_ical is not None}  # a tombstone has none
    gone = run.calendar.fetch(list(there)) if there else ()
    missing = {canonical_href(answer.href) for answer in gone if isinstance(answer, Missing)}
    return frozenset(found for href, found in there.items() if canonical_href(href) in missing)


def _take_new_page(run: Run, work: Work, page: Page, moved: frozenset[UUID], cuts: list[Cut]) -> None:
    """Take in what is new to us; what is known about it already is asked for once a page."""
    _set_aside(run, work, page)
    known = work.mappings_with([event.uid for _, event in page.events])
    aside = work.seen_at([canonical_href(item.href) for item, _ in page.events])
    adopted: list[tuple[EventMapping, Unit]] = []
    for item, event in page.events:
        mapping = known.get(event.uid)
        if mapping is not None and mapping.state != MappingState.TOMBSTONE:
            _take_relocated(run, work, mapping, event, item, moved)
        elif work.link.mode is Mode.ONE_WAY:
            set_aside(run, work, item, "")
        elif joins_cut(run, work, event, item, cuts):
            known |= work.mappings_with([event.uid])
        elif mapping is not None and not _brought_back(mapping, event, item):
            quarantine(run, work, item, "UID_OF_A_DELETED_EVENT")
        else:
            if (old := aside.get(canonical_href(item.href))) is not None:
                work.delete(old)
            if mapping is not None:
                inbound.stands_at(mapping, item)
            known[event.uid] = mapping or inbound.new_mapping(run, event.uid, item)
            adopted.append((known[event.uid], _adopt_new(run, work, known[event.uid], event, item)))
    _remember_agreed(run, work, adopted)


def _brought_back(mapping: EventMapping, event: Event, item: Item) -> bool:
    """Whether its owner wrote an own event again that was deleted; a stale listing, or a copy of what was ours,
    is not that."""
    written = mapping.etag is None or mapping.etag != item.etag
    return written and event.master is not None and not event.master.marks


def _remember_agreed(run: Run, work: Work, adopted: Sequence[tuple[EventMapping, Unit]]) -> None:
    """What was just taken in as it stands needs no second look by the push."""
    work.flush()
    for mapping, unit in adopted:
        if mapping.state == MappingState.SYNCED and not run.dry:
            run.agreed[ref_to(unit)] = unit.rev


def _take_relocated(
    run: Run, work: Work, mapping: EventMapping, event: Event, item: Item, moved: frozenset[UUID]
) -> None:
    """A UID of ours at another href: moved by the server, or written by a run that died (FAILURES A10, B22)."""
    if mapping.base_ical is not None and mapping.state != MappingState.PENDING and mapping.id not in moved:
        set_aside(run, work, item, "TWIN_UID")
        run.tell(Line(action="quarantined", uid=mapping.uid, reason="TWIN_UID"))
        return
    mapping.href, mapping.href_key = item.href, canonical_href(item.href)
    if mapping.base_ical is None:
        mapping.base_ical = item.body
        mapping.pushed_ical = None
    inbound.take_in(run, work, mapping, event, item.body, item.etag)


def _adopt_new(run: Run, work: Work, mapping: EventMapping, event: Event, item: Item) -> Unit:
    copied = is_copy(run, work, event)
    unit = inbound.new_event(run, work, mapping, event, copied=copied)
    ours = run.project(work, unit, mapping)
    if ours is not None and not copied and not event.following:
        stands = not event.recurring and same(ours, event, OURS)
        mapping.pushed_ical = None if stands else run.codec.write(ours, now=run.clock.now())
        return unit
    inbound.settle(run, work, mapping, unit, replace(event, following={}), item.body, item.etag)
    if event.following:
        mapping.state = MappingState.DIRTY
    return unit
