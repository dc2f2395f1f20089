"""Read a busy source: a calendar that is looked at only for when its owner is busy (DOMAIN 4, E17).

Nothing is ever written there, no edit there is judged, and of what is read times alone are kept. What is not proven
gone, or cannot be read, goes on blocking as it was last known: a source that fails is never free (I4, I11). Which
times an event takes is `occupied`'s to say.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from model.busy import Busy, BusyBlock, hash_of
from model.link import SeenItem
from sync import guard
from sync.absence import ask_alone, prove_gone
from sync.aside import quarantine
from sync.context import Line, Run
from sync.errors import LinkError, Unreadable
from sync.event import TRIAL_URL, Event
from sync.guard import Answer
from sync.href import canonical_href
from sync.looking import Found, fetched, in_pages, look_there, position_of, save_position
from sync.occupied import Window, goes_on, occupied
from sync.ports import Item
from sync.store import Work

_AHEAD = timedelta(days=30)  # beyond the window, so that what repeats for ever is read again once a month


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one item comes to: the times it takes, under which UID, and until when they are known (None: all are)."""

    item: Item
    uid: str
    times: list[Busy]
    more: bool


def read_busy(run: Run) -> None:
    """Bring the times that this calendar takes up to date."""
    if run.full and not run.dry:
        _forget_past(run)
    with run.work() as work:
        position, read_otherwise = position_of(work.link), run.full and work.link.all_day_as != _all_day(run)
        again = [seen.href for seen in work.seen_unfetched()] + _to_expand(run, work)
        accepted = Answer.read(work.link.state_reason).answer
    there = look_there(run, position)
    again += there.look.etags if read_otherwise else ()
    gone, unsure, found = prove_gone(run, there.look, there.known, {})
    if not accepted:
        _check(run, there, [*gone, *map(canonical_href, unsure)])
    ask_alone(run, unsure, gone, found)
    here = {canonical_href(item.href): item for item in found}
    wanted = {canonical_href(href): href for href in (*there.changed, *again, *(i.href for i in found))}
    for items in in_pages(run, wanted, here):
        _take(run, items)
    _free(run, gone)
    if read_otherwise and not run.dry:
        _remember_how(run)
    if not there.whole:
        save_position(run, position, there.look.position)


def _to_expand(run: Run, work: Work) -> list[str]:
    """What repeats beyond what was expanded, when the window comes near to its end; asked for once a day."""
    if not run.full:
        return []
    return work.to_expand(before=run.clock.now() + timedelta(days=run.settings.sync.future_days))


def _forget_past(run: Run) -> None:
    with run.work() as work:
        work.forget_busy(before=run.clock.now() - timedelta(days=run.settings.sync.past_days))


def _all_day(run: Run) -> str:
    return run.settings.booking.all_day_blocks


def _remember_how(run: Run) -> None:
    """Everything was read as the practice wants it now: what is all-day takes time, or does not."""
    with run.work() as work:
        work.link.all_day_as = _all_day(run)


def _window(run: Run) -> Window:
    now, sync = run.clock.now(), run.settings.sync
    until = now + timedelta(days=sync.future_days) + _AHEAD
    return Window(since=now - timedelta(days=sync.past_days), until=until, tz=run.tz, all_day=_all_day(run))


# --- the guard ----------------------------------------------------------------------------------------------


def _check(run: Run, there: Found, gone: Sequence[str]) -> None:
    """Raise where so much is gone at once that it is not believed (E21): here what counts is what takes time."""
    if not gone or _is_believed(run, there, gone):
        return
    freed = _not_renamed(run, there, gone)
    with run.work() as work:
        if work.blocking(freed, now=run.clock.now()) == (0, 0):
            return
    try:
        guard.check(_vanished(run, there, freed), run.settings.sync)
    except LinkError:
        with run.work() as work:
            _tell_vanished(run, work, freed)
        raise


def _is_believed(run: Run, there: Found, gone: Sequence[str]) -> bool:
    try:
        guard.check(_vanished(run, there, gone), run.settings.sync)
    except LinkError:
        return False
    return True


def _vanished(run: Run, there: Found, gone: Sequence[str]) -> guard.Vanished:
    now = run.clock.now()
    with run.work() as work:
        blocking, ahead = work.blocking(gone, now=now)
        return guard.Vanished(
            gone=blocking,
            gone_future=ahead,
            future=work.blocking_ahead(now=now),
            known=len(there.known),
            all_gone=there.look.complete and len(gone) == len(there.known) > 0,
            left=len(there.look.etags),
            what="events that take time",
        )


def _not_renamed(run: Run, there: Found, gone: Sequence[str]) -> list[str]:
    """What of it does not stand there under another name, taking the same times: some files give every event another
    UID at each reading (C2).
    """
    still: set[Busy] = set()
    for item in fetched(run, there.changed):
        if isinstance(item, Item):
            with suppress(Unreadable):
                still.update(_understood(run, item).times)
    with run.work() as work:
        items = work.seen_at(gone)
        blocks = work.blocks_of([row.id for row in items.values()])
    times = {key: {block.time for block in blocks.get(row.id, [])} for key, row in items.items()}
    return [key for key in gone if not times.get(key) or not times[key] <= still]


def _tell_vanished(run: Run, work: Work, gone: Sequence[str]) -> None:
    items = work.seen_at(gone)
    for blocks in work.blocks_of([item.id for item in items.values()]).values():
        _tell(run, "vanished", [block.time for block in blocks])


# --- items --------------------------------------------------------------------------------------------------


def _take(run: Run, items: Sequence[Item]) -> None:
    """One page: understood before a transaction begins; what is unreadable blocks as it did (I9)."""
    taken: list[Taken] = []
    bad: list[tuple[Item, str]] = []
    for item in items:
        try:
            taken.append(_understood(run, item))
        except Unreadable as problem:
            bad.append((item, str(problem)))
    with run.work() as work:
        for item, reason in bad:
            quarantine(run, work, item, reason)
        _keep(run, work, taken)


def _understood(run: Run, item: Item) -> Taken:
    reading = run.codec.read(item.body, tz=run.tz, href=item.href)
    if reading is None or _is_trial(reading.event):
        return Taken(item=item, uid="", times=[], more=False)
    window, event = _window(run), reading.event
    times = occupied(event, window, owner=run.owner)
    return Taken(item=item, uid=event.uid, times=times, more=goes_on(event, window))


def _is_trial(event: Event) -> bool:
    return event.master is not None and event.master.url == TRIAL_URL


def _keep(run: Run, work: Work, taken: Sequence[Taken]) -> None:
    """Write down what each item takes. What we show ourselves in another calendar of theirs is known already."""
    ours = work.shown_by_us([one.uid for one in taken])
    seen = work.seen_at([canonical_href(one.item.href) for one in taken])
    blocks = work.blocks_of([row.id for row in seen.values()])
    new: list[BusyBlock] = []
    for one in taken:
        row = _row(run, work, seen.get(canonical_href(one.item.href)), one)
        times = [] if one.uid in ours else one.times
        new += _replaced(run, work, row, blocks.get(row.id, []), times, uid=one.uid)
    with work.in_bulk():
        for block in new:
            work.add(block)


def _row(run: Run, work: Work, row: SeenItem | None, one: Taken) -> SeenItem:
    if row is None:
        key = canonical_href(one.item.href)
        row = SeenItem(id=run.new_id(), link_id=run.link_id, href=one.item.href, href_key=key)
        work.add(row)
    row.etag, row.reason = one.item.etag, ""
    row.expanded_until = _window(run).until if one.more else None
    return row


def _replaced(
    run: Run, work: Work, row: SeenItem, old: Sequence[BusyBlock], times: Sequence[Busy], *, uid: str
) -> list[BusyBlock]:
    """Delete what an item no longer takes, and return what it takes now; nothing where both are the same."""
    before = [block.time for block in old if block.ends_at > _window(run).since]
    if before == times:
        return []
    for block in old:
        work.delete(block)
    _tell(run, "busy" if times else "free", times or before)
    return [
        BusyBlock(
            id=run.new_id(),
            link_id=run.link_id,
            item_id=row.id,
            uid_hash=hash_of(uid),
            starts_at=time.start,
            ends_at=time.end,
            fbtype=time.fbtype,
        )
        for time in times
    ]


def _free(run: Run, gone: Sequence[str]) -> None:
    """What is proven gone takes no time any more; last of all, and only what still is where it was."""
    if not gone:
        return
    with run.work() as work:
        items = work.seen_at(gone)
        blocks = work.blocks_of([row.id for row in items.values()])
        for row in items.values():
            taken = blocks.get(row.id, [])
            if taken:
                _tell(run, "free", [block.time for block in taken])
            for block in taken:
                work.delete(block)
            work.delete(row)


def _tell(run: Run, action: str, times: Sequence[Busy]) -> None:
    """By its first time alone: nobody's title, and no UID."""
    first = min(time.start for time in times)
    run.tell(Line(action=action, uid="", start=first.astimezone(run.tz).isoformat()))
