"""Prove that something is gone: an href that is not listed is asked for by name before anything believes it (I4).

What stands elsewhere now, or was left out of an answer about several, is not gone. What follows from an absence is
`inbound`'s, and whether so many at once are believed `guard`'s.
"""

from collections.abc import Mapping, Sequence

from sync.aside import could_not_fetch
from sync.context import Run
from sync.errors import Unreachable
from sync.href import canonical_href
from sync.ports import Item, Look, Missing, Unfetched


def prove_gone(run: Run, look: Look, known: dict[str, str | None]) -> tuple[list[str], list[str], list[Item]]:
    """Ask by name for what seems to be gone.

    Returns the keys that are, hrefs that the answer left out, and items that are there after all.
    """
    listed = {canonical_href(h) for h in look.etags}
    missing = {canonical_href(h) for h in look.gone} & known.keys()
    if look.complete:
        missing |= known.keys() - listed
    gone: list[str] = []
    unsure: list[str] = []
    found: list[Item] = []
    for answer in run.calendar.fetch(_hrefs(run, sorted(missing))) if missing else ():
        if isinstance(answer, Missing) and answer.certain:
            gone.append(canonical_href(answer.href))
        elif isinstance(answer, Missing):
            unsure.append(answer.href)
        elif isinstance(answer, Item):
            found.append(answer)
        else:
            could_not_fetch(run, answer)
    return _not_moved(run, gone, look, known), unsure, found


def _not_moved(run: Run, gone: list[str], look: Look, known: Mapping[str, str | None]) -> list[str]:
    """Leave out what stands at another href now: servers give names of their own, to all items at once perhaps
    (FAILURES B26, B30). Asked only where something new was listed.
    """
    new = {canonical_href(href) for href in look.etags} - known.keys()
    if not gone or not new:
        return gone
    with run.work() as work:
        mappings = [(mapping.href, mapping.uid) for mapping in work.mappings_at(gone).values()]
    moved = {canonical_href(href) for href, uid in mappings if _perhaps_among(run, href, uid, new)}
    return [key for key in gone if key not in moved]


def _perhaps_among(run: Run, href: str, uid: str, new: set[str]) -> bool:
    """Whether an item stands among what is new; where the server fails to say so, for now it may (FAILURES A17)."""
    try:
        item = run.calendar.find(uid)
    except Unreachable as error:
        could_not_fetch(run, Unfetched(href=href, reason=str(error)))
        return True
    return item is not None and canonical_href(item.href) in new


def ask_alone(run: Run, unsure: Sequence[str], gone: list[str], found: list[Item]) -> None:
    """What an answer about several left out is asked for alone, after the guard; else nothing is known (I4)."""
    for href in unsure:
        for answer in run.calendar.fetch([href]):
            if isinstance(answer, Item):
                found.append(answer)
            elif isinstance(answer, Missing) and answer.certain:
                gone.append(canonical_href(answer.href))
            else:
                reason = answer.reason if isinstance(answer, Unfetched) else "it is left out of the answer"
                could_not_fetch(run, Unfetched(href=href, reason=reason))


def _hrefs(run: Run, keys: Sequence[str]) -> list[str]:
    with run.work() as work:
        mapped = {m.href_key: m.href for m in work.mappings_at(keys).values() if m.base_ical is not None}
        return [*mapped.values(), *(s.href for s in work.seen_at(keys).values())]
