"""Pull: look at the calendar, fetch what is unknown, and have each resource judged (DESIGN, steps 2 to 6).

Pages are committed as they come, the position with the last one, never ahead of its data (FAILURES E3). An href
that is not there is believed only when the server was asked for it by name (I4), and only after the guard.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from model.link import EventMapping, MappingState
from sync import beside, inbound, parts, restored, suspicion
from sync.absence import ask_alone, not_moved, prove_gone
from sync.adopt import orphans_as_single
from sync.arrivals import take_new
from sync.aside import quarantine
from sync.context import Run
from sync.event import Event
from sync.guard import Answer
from sync.href import canonical_href
from sync.looking import BEHIND, fetched, in_pages, look_there, position_of, save_position
from sync.pages import Page, put_aside, understood
from sync.ports import Fetched, Item, Look
from sync.restored import perhaps_ours
from sync.splits import Cut, decide_cut, find_cut
from sync.store import Work

_UNREAD = timedelta(days=1)  # how long what the server fails to hand out keeps deletions waiting


def pull(run: Run) -> None:
    """Bring what changed there to a decision, item by item."""
    with run.work() as work:
        position = position_of(work.link)
        undecided = [m.href for m in work.mappings_in([MappingState.UNDECIDED])]
        unfetched = {seen.href: seen.created_at for seen in work.seen_unfetched()}
        answer = Answer.read(work.link.state_reason)
        unechoed = work.unechoed()
        undisturbed = work.link.last_ok_at is not None and not answer.answer
        again = _reads_again(run, work)
    there = look_there(run, position)
    look, known = there.look, there.known
    old = _old_copies(run, look, [h for h in there.changed if canonical_href(h) in known])
    changed = [h for h in there.changed if h not in old]
    gone, unsure, found = prove_gone(run, look, known, unechoed)
    fresh = [h for h in changed if canonical_href(h) not in known]
    lately = [h for h, since in unfetched.items() if since > run.clock.now() - _UNREAD]
    asked = [*fresh, *lately] if gone else perhaps_ours(fresh) if undisturbed else []
    news = list(fetched(run, asked))
    items = [one for one in news if isinstance(one, Item)]
    gone, waits = not_moved(run, gone, news)
    if not answer.answer:
        restored.check(run, items)
        suspicion.check(run, look, known, gone=[*gone, *map(canonical_href, unsure)], changed=changed)
    ask_alone(run, unsure, gone, found)
    more = [*undecided, *unfetched, *(_unchanged(run, look, known) if again else ())]
    wanted = [*changed, *(h for h in more if h not in changed)]
    _take_pages(run, wanted, {canonical_href(one.href): one for one in (*found, *news)}, answer)
    _take_gone(run, gone, restoring=answer.restoring)
    if not (there.whole or old or waits):
        save_position(
            run, position, look.position, echoed=unechoed.keys() & set(map(canonical_href, look.etags))
        )


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
        ended = work.replaced_lately(list(there), since=run.clock.now() - BEHIND)
    return frozenset(there[uid] for uid, etags in ended.items() if look.etags[there[uid]] in etags)


def _take_gone(run: Run, gone: Sequence[str], *, restoring: bool) -> None:
    """Deletions last, and only of what still is where it was."""
    if not gone:
        return
    with run.work() as work:
        for seen in work.seen_at(gone).values():
            work.delete(seen)
        for mapping in work.mappings_at(gone).values():
            if mapping.part_of is not None and not mapping.shows:
                parts.take_gone(run, work, mapping)
            elif restoring:
                inbound.restore(mapping)
            elif mapping.shows:
                beside.take_away(run, work, mapping)
            else:
                inbound.take_away(run, work, mapping)


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
        take_new(run, page, cuts, answer)
    _take_orphans(run, parts.take(run, alone), cuts, answer)
    for cut in cuts:
        with run.work() as work:
            decide_cut(run, work, cut)


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
        take_new(run, Page(events=new), cuts, answer)


def _pages(run: Run, hrefs: Mapping[str, str], here: Mapping[str, Fetched]) -> Iterator[Page]:
    return (understood(run, items) for items in in_pages(run, hrefs, here))


def _take_known_page(run: Run, work: Work, page: Page, cuts: list[Cut], answer: Answer) -> None:
    """Take in what is mapped; what is known about it is asked for once a page."""
    put_aside(run, work, page)
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
        if mapping.shows:
            beside.take_in(run, work, mapping, event, item)
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
