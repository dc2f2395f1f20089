"""Set aside what cannot be understood or fetched: noted and reported, while the others go on (I9).

What was set aside is looked at again when it changes. What could not be fetched is asked for in every run: the
position moves on, and nothing would speak of it again (I10).
"""

from model.link import SeenItem
from sync.context import Line, Run
from sync.href import canonical_href
from sync.ports import Item, Unfetched
from sync.store import Work


def quarantine(run: Run, work: Work, item: Item, reason: str) -> None:
    """Set an event aside that is not understood, and say so."""
    set_aside(run, work, item, reason)
    run.tell(Line(action="quarantined", uid="", reason=reason))
    run.record(work, "quarantined", code=reason.partition(":")[0][:40])


def set_aside(run: Run, work: Work, item: Item, reason: str) -> None:
    """Note an item, so that it is read once; without a reason it simply is no event."""
    key = canonical_href(item.href)
    seen = _seen(run, work, item.href)
    seen.etag, seen.reason = item.etag, reason
    mapping = work.mappings_at([key]).get(key)
    if mapping is not None:
        mapping.etag = item.etag


def could_not_fetch(run: Run, answer: Unfetched) -> None:
    """Note what the server would not hand out; nothing is known about it, least of all that it is gone."""
    run.tell(Line(action="unfetched", uid="", reason=answer.reason))
    with run.work() as work:
        seen = _seen(run, work, answer.href)
        seen.etag, seen.reason = answer.etag, answer.reason


def _seen(run: Run, work: Work, href: str) -> SeenItem:
    key = canonical_href(href)
    seen = work.seen_at([key]).get(key)
    if seen is None:
        seen = SeenItem(id=run.new_id(), link_id=run.link_id, href=href, href_key=key)
        work.add(seen)
    return seen
