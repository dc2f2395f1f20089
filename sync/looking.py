"""Find out what is different in a calendar, and read it in pages: what every run begins with, whatever comes of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from model.link import CalendarLink
from sync.aside import could_not_fetch
from sync.context import Run
from sync.href import canonical_href
from sync.ports import Fetched, Item, Look, Missing, Position

BEHIND = timedelta(minutes=5)  # the slowest cache that was measured took three (Purelymail, FAILURES B17)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a look found. `known` are the ETags that we know of what it speaks of, by key; `changed` the hrefs of
    what has another one. `whole`: everything was listed for its own sake, and the position stays.
    """

    look: Look
    known: dict[str, str | None]
    changed: list[str]
    whole: bool


def look_there(run: Run, position: Position | None) -> Found:
    """Look at what changed since, or list everything where that is due."""
    whole = run.full or (run.listing and position is not None)
    look = run.calendar.list_all() if whole else run.look(position)
    run.listing = False  # once a run is enough
    seen = None if look.complete else [canonical_href(href) for href in (*look.etags, *look.gone)]
    known = run.store.known(run.link_id, seen)
    doubted = run.calendar.misses_edits and not look.complete  # named as changed, whatever its ETag says
    listed = look.etags.items()
    changed = [h for h, e in listed if doubted or e is None or known.get(canonical_href(h)) != e]
    return Found(look=look, known=known, changed=changed, whole=whole)


def in_pages(run: Run, hrefs: Mapping[str, str], here: Mapping[str, Fetched]) -> Iterator[list[Item]]:
    """What lies at these hrefs (by their keys), page by page; what is `here` already is not asked for again. Between
    two pages a run may end."""
    items: list[Item] = []
    wanted = [href for key, href in hrefs.items() if key not in here]
    for answer in chain((here[key] for key in hrefs if key in here), fetched(run, wanted)):
        if isinstance(answer, Item):
            items.append(answer)
        elif not isinstance(answer, Missing):
            could_not_fetch(run, answer)
        if len(items) >= run.settings.sync.page:
            yield items
            run.go_on()
            items = []
    if items:
        yield items


def fetched(run: Run, hrefs: Sequence[str]) -> Iterator[Fetched]:
    """What the server hands out at these hrefs, counted."""
    for answer in run.calendar.fetch(hrefs) if hrefs else ():
        if isinstance(answer, Item):
            run.count("fetched")
        yield answer


def position_of(link: CalendarLink) -> Position | None:
    """How far this calendar was read."""
    if link.sync_token is None and link.ctag is None:
        return None
    return Position(token=link.sync_token, ctag=link.ctag)


def save_position(
    run: Run, before: Position | None, after: Position, *, echoed: Collection[str] = ()
) -> None:
    """Move on; never ahead of what was read (I10). `echoed`: the keys of what we created that this position covers."""
    if (after == before and not echoed) or run.dry:
        return
    with run.work() as work:
        work.link.sync_token, work.link.ctag = after.token, after.ctag
        work.heard(echoed)
