"""Prove that something is gone: an href that is not listed is asked for by name before anything believes it (I4).

What stands elsewhere now, or was left out of an answer about several, is not gone. What follows from an absence is
`inbound`'s, and whether so many at once are believed `guard`'s.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sync.aside import could_not_fetch
from sync.context import Run
from sync.href import canonical_href
from sync.looking import BEHIND
from sync.ports import Fetched, Item, Look, Missing, Unfetched


def prove_gone(
    run: Run, look: Look, known: dict[str, str | None], unechoed: Mapping[str, datetime]
) -> tuple[list[str], list[str], list[Item]]:
    """Ask by name for what seems to be gone, and for what we created (`unechoed`) that this look does not show; only
    not a moment after, as a server may still be behind (FAILURES B17).

    Returns the keys that are, hrefs that the answer left out, and items that are there after all.
    """
    listed = {canonical_href(h) for h in look.etags}
    missing = {canonical_href(h) for h in look.gone} & known.keys()
    waited = {key for key, since in unechoed.items() if since <= run.clock.now() - BEHIND}
    missing |= (known.keys() if look.complete else waited) - listed
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
    return gone, unsure, found


def not_moved(run: Run, gone: Sequence[str], new: Sequence[Fetched]) -> tuple[list[str], bool]:
    """Leave out what stands at another href now: servers give names of their own, to all items at once perhaps
    (FAILURES B26, B30). What is new is fetched anyway, so that nothing is asked for here.

    True: one that is new could not be handed out. It may be any of these, so that none is known to be gone (A17).
    """
    if not gone or not new:
        return list(gone), False
    if any(isinstance(one, Unfetched) for one in new):
        return [], True
    with run.work() as work:
        uids = {mapping.href_key: mapping.uid for mapping in work.mappings_at(gone).values()}
    there = {run.uid_in(one) for one in new if isinstance(one, Item)} - {None}
    return [key for key in gone if uids.get(key) not in there], False


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
