"""Look up our own writes, and which ETags they have put an end to: the history says so of each (FAILURES B17)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from model.journal import HistoryEntry


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
