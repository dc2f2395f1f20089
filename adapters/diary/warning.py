"""Tell the administrator of a busy source that was not read lately: for its worker nobody is booked at once (DOMAIN 4).

Once for each time that it stopped being read, and again on each day that it stays so.
"""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.sources import stale_links
from model.act import Act
from model.inbound import Audience, Notice
from model.link import CalendarLink

CODE = "SOURCE_STALE"


def warn_of_stale(sessions: Sessions, act: Act, *, after: timedelta) -> int:
    """Give each notice that is due; how many."""
    with sessions.begin() as database:
        due = [
            link
            for link in stale_links(database, None, now=act.now, after=after)
            if _is_old_enough(link, act, after) and not _told(database, act, link)
        ]
        for link in due:
            database.add(
                Notice(
                    id=act.new_id(),
                    worker_id=link.worker_id,
                    link_id=link.id,
                    audience=Audience.ADMIN,
                    code=CODE,
                    day=act.now.date().isoformat(),
                    sent_at=None,
                )
            )
        return len(due)


def _is_old_enough(link: CalendarLink, act: Act, after: timedelta) -> bool:
    """One that was linked just now has not been read yet, and need not have been."""
    return link.age(act.now) > after


def _told(database: Database, act: Act, link: CalendarLink) -> bool:
    """Whether the administrator knows: told today, and since it was last read."""
    today = Notice.day == act.now.date().isoformat()
    given = exists().where(Notice.link_id == link.id, Notice.code == CODE, today)
    if link.last_ok_at is not None:
        given = given.where(Notice.created_at > link.last_ok_at)
    return bool(database.scalar(select(given)))
