"""Look up which ETags our own writes have put an end to: the history says so of each write (FAILURES B17)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
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
