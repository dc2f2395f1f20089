"""Notice in the calendar that our own database is older than it (FAILURES E20).

What we wrote and do not know any more was written after the backup that this database came from, by whatever means it
was copied. Taken for copies, those events would block time that is booked already, and ours would be written again.
A new link knows nothing yet, and is not asked.
"""

import re
from collections.abc import Sequence

from sync.context import Run
from sync.guard import MassChange
from sync.href import canonical_href
from sync.ports import Item

_ENOUGH = 100
_NAMED_BY_US = re.compile(r"/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.ics")


class DatabaseOlder(MassChange):
    """The calendar holds what we wrote and do not know: our database was put back from a backup."""

    reason = "DATABASE_RESTORED"


def perhaps_ours(hrefs: Sequence[str]) -> list[str]:
    """Those that are named as we name what we write, as many as it takes to know; some apps name theirs alike."""
    return [href for href in hrefs if _NAMED_BY_US.search(canonical_href(href))][:_ENOUGH]


def check(run: Run, new: Sequence[Item]) -> None:
    """Raise where something new can only be ours."""
    written = [item for item in new if perhaps_ours([item.href]) and run.codec.wrote(item.body)]
    if not written:
        return
    uids = {uid for item in written if (uid := run.uid_in(item)) is not None}
    with run.work() as work:
        unknown = uids - work.uids_known(sorted(uids)) if work.link.last_ok_at is not None else set()
    if unknown:
        raise DatabaseOlder(
            f"The calendar holds {len(unknown)} events that we wrote and this database does not know: it seems to "
            "be a backup that was put back, or another Calendula writes there; nothing was changed"
        )
