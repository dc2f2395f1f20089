"""Look up our own writes: which ETags they have put an end to (the history says so of each, FAILURES B17), and under
which UID a session was shown that another has taken the place of.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from model.attendance import SessionWorker
from model.journal import HistoryEntry
from model.link import CalendarLink, EventMapping
from model.session import Session


def replaced_lately(
    database: Database, link_id: UUID, uids: Sequence[str], since: datetime
) -> dict[str, frozenset[str]]:
    """By UID, on one link, after an instant."""
    found: dict[str, frozenset[str]] = {}
    ours = HistoryEntry.link_id == link_id, HistoryEntry.action == "sent-replace", HistoryEntry.at > since
    query = select(HistoryEntry.uid, HistoryEntry.detail).where(*ours)
    for some in portions(uids):
        for uid, detail in database.execute(query.where(HistoryEntry.uid.in_(some))):
            found[uid] = found.get(uid, frozenset()) | {str(detail.get("etag", ""))}
    return found


def sent_since(database: Database, link_id: UUID, uid: str, since: datetime) -> bool:
    """Whether an event was written by us, on one link, after an instant, and nobody's edit was judged since."""
    ours = HistoryEntry.link_id == link_id, HistoryEntry.uid == uid, HistoryEntry.at > since
    query = select(func.max(HistoryEntry.at)).where(*ours)
    sent = database.scalar(query.where(HistoryEntry.action.in_(("sent-create", "sent-replace"))))
    judged = database.scalar(query.where(HistoryEntry.action == "judged"))
    return sent is not None and (judged is None or judged < sent)


def replaced_uid(database: Database, link_id: UUID, session: Session) -> str:
    """The UID of what shows the session that this one replaces: on this link, else on the first link that did.

    The original is another worker's as a rule; only links of those who took part in it are looked through.
    """
    took_part = select(SessionWorker.worker_id).where(SessionWorker.session_id == session.replaces_id)
    links = select(CalendarLink.id).where(CalendarLink.worker_id.in_(took_part))
    series = select(Session.series_id).where(Session.id == session.replaces_id).scalar_subquery()
    shows = or_(EventMapping.session_id == session.replaces_id, EventMapping.series_id == series)
    here = EventMapping.link_id == link_id
    query = select(EventMapping.uid).where(shows, or_(here, EventMapping.link_id.in_(links)))
    query = query.where(EventMapping.part_of.is_(None))
    first = query.order_by(here.desc(), EventMapping.created_at, EventMapping.uid)
    return database.scalar(first.limit(1)) or ""
