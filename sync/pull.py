"""Pull: look at the calendar, fetch what is unknown, and have each resource judged (DESIGN, steps 2 to 6).

Pages are committed as they come, the position with the last one, never ahead of its data (FAILURES E3). An href
that is not there is believed only when the server was asked for it by name (I4), and only after the guard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from model.link import EventMapping, MappingState, Mode
from model.moment import Moment
from model.series import Scope, Series
from model.session import Kind
from sync import apply, guard, inbound
from sync.adopt import orphans_as_single
from sync.aside import could_not_fetch, quarantine, set_aside
from sync.classify import Edit, classify, follows_cut
from sync.compare import same
from sync.context import Line, Run
from sync.errors import Unreadable
from sync.event import Event
from sync.facts import facts_of_split
from sync.href import canonical_href
from sync.judge import Decision, judge
from sync.ports import Item, Look, Missing, Position
from sync.projection import Unit
from sync.record import log
from sync.store import Work, ref_of, ref_to


@dataclass(kw_only=True)
class Cut:
    """A series of ours that was shortened there; whether a new UID follows is not known yet (E6 or E7)."""

    mapping: EventMapping
    at: Moment
    base: Event
    theirs: Event
    item: Item
    seen_before: bool


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
        with run.work() as work:
            _take_new_page(run, work, page, cuts)
    for cut in cuts:
        with run.work() as work:
            _decide_cut(run, work, cut)


def _pages(run: Run, hrefs: Sequence[str], found: Sequence[Item]) -> Iterator[list[Item]]:
    page: list[Item] = list(found)
    for answer in run.calendar.fetch(hrefs) if hrefs else ():
        if isinstance(answer, Item):
            page.append(answer)
            run.count("fetched")
        elif not isinstance(answer, Missing):
            could_not_fetch(run, answer)
        if len(page) >= run.settings.sync.page:
            yield page
            run.go_on()
            page = []
    if page:
        yield page


def _take_known_page(run: Run, work: Work, page: Sequence[Item], cuts: list[Cut]) -> None:
    """Take in what is mapped; what is known about it is asked for once a page."""
    keys = [canonical_href(item.href) for item in page]
    mappings, aside = work.mappings_at(keys), work.seen_at(keys)
    for key, item in zip(keys, page, strict=True):
        mapping, event = mappings.get(key), _event(run, work, item)
        if mapping is None or event is None:
            continue
        if event.uid != mapping.uid:
            quarantine(run, work, item, "UID_CHANGED")
            continue
        if key in aside:
            work.delete(aside[key])
        _take_known(run, work, mapping, event, item, cuts)


def _take_known(
    run: Run, work: Work, mapping: EventMapping, event: Event, item: Item, cuts: list[Cut]
) -> None:
    cut = _cut(run, work, mapping, event, item)
    if cut is not None:
        cuts.append(cut)
    else:
        inbound.take_in(run, work, mapping, event, item.body, item.etag)


def _event(run: Run, work: Work, item: Item) -> Event | None:
    """Understand one item; a bad one is set aside and reported, the others go on (I9)."""
    try:
        reading = run.codec.read(item.body, tz=run.tz, href=item.href)
    except Unreadable as problem:
        quarantine(run, work, item, str(problem))
        return None
    if reading is None:
        set_aside(run, work, item, "")
        return None
    event = orphans_as_single(reading.event)
    if event.master is None or not event.uid:
        quarantine(run, work, item, "NO_EVENT")
        return None
    return event


# --- new resources ------------------------------------------------------------------------------------------


def _take_new_page(run: Run, work: Work, page: Sequence[Item], cuts: list[Cut]) -> None:
    """Take in what is new to us; what is known about it already is asked for once a page."""
    events = [(item, event) for item in page if (event := _event(run, work, item)) is not None]
    known = work.mappings_with([event.uid for _, event in events])
    aside = work.seen_at([canonical_href(item.href) for item, _ in events])
    adopted: list[tuple[EventMapping, Unit]] = []
    for item, event in events:
        mapping = known.get(event.uid)
        if mapping is not None and mapping.state != MappingState.TOMBSTONE:
            _take_relocated(run, work, mapping, event, item)
        elif work.link.mode is Mode.ONE_WAY:
            set_aside(run, work, item, "")
        elif _joins_cut(run, work, event, item, cuts):
            known |= work.mappings_with([event.uid])
        elif mapping is not None:
            quarantine(run, work, item, "UID_OF_A_DELETED_EVENT")
        else:
            if (old := aside.get(canonical_href(item.href))) is not None:
                work.delete(old)
            known[event.uid] = _new_mapping(run, event.uid, item)
            adopted.append((known[event.uid], _adopt_new(run, work, known[event.uid], event, item)))
    _remember_agreed(run, work, adopted)


def _remember_agreed(run: Run, work: Work, adopted: Sequence[tuple[EventMapping, Unit]]) -> None:
    """What was just taken in as it stands needs no second look by the push."""
    work.flush()
    for mapping, unit in adopted:
        if mapping.state == MappingState.SYNCED and not run.dry:
            run.agreed[ref_to(unit)] = unit.rev


def _take_relocated(run: Run, work: Work, mapping: EventMapping, event: Event, item: Item) -> None:
    """A UID of ours at another href: moved by the server, or written by a run that died (FAILURES A10, B22)."""
    if mapping.base_ical is not None and mapping.state != MappingState.PENDING and _still_there(run, mapping):
        set_aside(run, work, item, "TWIN_UID")
        run.tell(Line(action="quarantined", uid=mapping.uid, reason="TWIN_UID"))
        return
    mapping.href, mapping.href_key = item.href, canonical_href(item.href)
    if mapping.base_ical is None:
        mapping.base_ical = item.body
        mapping.pushed_ical = None
    inbound.take_in(run, work, mapping, event, item.body, item.etag)


def _still_there(run: Run, mapping: EventMapping) -> bool:
    return any(isinstance(answer, Item) for answer in run.calendar.fetch([mapping.href]))


def _adopt_new(run: Run, work: Work, mapping: EventMapping, event: Event, item: Item) -> Unit:
    copied = event.master is not None and bool(event.master.marks)
    unit = inbound.new_event(run, work, mapping, event, copied=copied)
    work.add(mapping)
    ours = run.project(work, unit, mapping)
    if ours is not None and not copied and not event.following:
        mapping.pushed_ical = run.codec.write(ours, now=run.clock.now())
        return unit
    inbound.settle(run, work, mapping, unit, replace(event, following={}), item.body, item.etag)
    if event.following:
        mapping.state = MappingState.DIRTY
    return unit


def _new_mapping(run: Run, uid: str, item: Item) -> EventMapping:
    return EventMapping(
        id=run.new_id(),
        link_id=run.link_id,
        uid=uid,
        href=item.href,
        href_key=canonical_href(item.href),
        etag=item.etag,
        base_ical=item.body,
        note="",
        waiting="",
        state=MappingState.SYNCED,
    )


# --- this and following -------------------------------------------------------------------------------------


def _cut(run: Run, work: Work, mapping: EventMapping, event: Event, item: Item) -> Cut | None:
    """Whether this is a client's series that was shortened there (E6 or E7: not decided yet)."""
    bases, ref = run.bases(mapping), ref_of(mapping)
    if bases is None or ref is None or ref.kind != "series" or same(bases[0], event):
        return None
    unit = work.load(ref)
    if unit is None or unit.kind is Kind.OTHER_EVENT or work.link.mode is Mode.ONE_WAY:
        return None
    for edit in classify(bases[0], event, local=run.tz, horizon=run.horizon):
        if edit.code == "E7" and edit.recurrence_id is not None:
            seen = mapping.state == MappingState.UNDECIDED
            return Cut(
                mapping=mapping,
                at=edit.recurrence_id,
                base=bases[0],
                theirs=event,
                item=item,
                seen_before=seen,
            )
    return None


def _joins_cut(run: Run, work: Work, event: Event, item: Item, cuts: list[Cut]) -> bool:
    """Whether a new event is the tail of a series cut in this pull; if so, the split is judged as one change."""
    hidden = work.link.privacy_level == "busy"
    matching = [c for c in cuts if follows_cut(c.at, c.base, event, hidden=hidden)]
    if len(matching) != 1:
        return False
    cut = matching[0]
    mapping = work.mapping(cut.mapping.id)
    ref = ref_of(mapping) if mapping is not None else None
    series = work.load(ref) if ref is not None else None
    if mapping is None or not isinstance(series, Series):
        return False
    cuts.remove(cut)
    _judge_split(run, work, mapping, series, cut, event, item)
    return True


def _judge_split(
    run: Run, work: Work, mapping: EventMapping, series: Series, cut: Cut, event: Event, item: Item
) -> None:
    edit = Edit(
        code="E6",
        names=frozenset({"time"}),
        scope=Scope.THIS_AND_FOLLOWING,
        recurrence_id=cut.at,
        before=cut.base.occurrence(cut.at),
        after=event.master,
        rule=event.rule,
    )
    verdict = judge(edit, facts_of_split(run, work, series, edit, tail=event))
    log(run, work, mapping, series, edit, verdict)
    if verdict.decision is not Decision.APPLY:
        inbound.discard(run, work, _new_mapping(run, event.uid, item))
        inbound.refuse_whole(run, work, mapping, series, cut.theirs, cut.item)
        return
    follower = apply.split(series, cut.at, event, cut.theirs, run.act())
    work.add(follower)
    work.flush()
    tail = _new_mapping(run, event.uid, item)
    inbound.repoint(tail, follower)
    work.add(tail)
    inbound.settle(run, work, tail, follower, replace(event, following={}), item.body, item.etag)
    inbound.take_in(run, work, mapping, cut.theirs, cut.item.body, cut.item.etag)


def _decide_cut(run: Run, work: Work, cut: Cut) -> None:
    """No new UID followed in this pull: wait for the next one, then it was a deletion (E7)."""
    mapping = work.mapping(cut.mapping.id)
    if mapping is None:
        return
    if not cut.seen_before:
        mapping.state = MappingState.UNDECIDED
        run.tell(Line(action="undecided", uid=mapping.uid, code="E7"))
        return
    inbound.take_in(run, work, mapping, cut.theirs, cut.item.body, cut.item.etag)
