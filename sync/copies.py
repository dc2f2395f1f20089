"""Tell a copy of one of our events from an event of the practitioner's own (E18).

A copy carries our marks or, where they were dropped, one of our titles. At level `busy` there is neither: there it
is one that stands at the very time of exactly one booking, and repeats like it (DOMAIN 5).
"""

from sync.context import Run
from sync.disclosure import is_title_of_ours
from sync.event import Event
from sync.store import Work


def is_copy(run: Run, work: Work, event: Event) -> bool:
    """Whether a new event was made by copying one that we show in this calendar."""
    master = event.master
    if master is None:
        return False
    if master.marks:
        return True
    level = run.level(work)
    if level == "busy":
        span = master.span(run.tz)
        return work.bookings_at(span.starts_at, span.ends_at, str(event.rule or "")) == 1
    return is_title_of_ours(master.summary, work.clients_shown(), level)
