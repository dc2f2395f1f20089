"""Let go of what is older than it has to be: a job of each day (FAILURES E26, H6).

Decides what may go at all: never what waits for an answer, nor a link's last run. How long the rest stays is the
configuration's (`[retention]`). It goes in small transactions, so that nobody waits long.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from adapters.config.schema import RetentionSection
from adapters.database.engine import Sessions
from model.archive import ArchiveEntry
from model.feed import Feed, FeedPart
from model.inbound import ChangeState, InboundChange, Notice
from model.journal import HistoryEntry, SyncRun
from model.link import EventMapping, MappingState
from model.message import Message, MessageState
from model.visit import KEPT, Visit

_BATCH = 500
_UNREAD_DAYS = 30  # a feed that nobody read for so long is written anew for who asks again
_Key = InstrumentedAttribute[Any]


def purge(sessions: Sessions, keep: RetentionSection, *, now: datetime) -> int:
    """Delete what has outlived its use; return how many rows."""
    return sum(_delete(sessions, key, query) for key, query in _outlived(keep, now))


def _outlived(keep: RetentionSection, now: datetime) -> Iterator[tuple[_Key, Select[Any]]]:
    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    yield _rows(ArchiveEntry.number, ArchiveEntry.at < before(keep.archive_days))
    yield _rows(HistoryEntry.id, HistoryEntry.at < before(keep.history_days))
    yield _rows(Notice.id, Notice.created_at < before(keep.notices_days))
    over = Message.state != MessageState.QUEUED
    yield _rows(Message.id, over, Message.updated_at < before(keep.messages_days))
    yield _rows(Visit.id, Visit.expires_at < now - KEPT)
    answered = InboundChange.state != ChangeState.HELD
    yield _rows(InboundChange.id, answered, InboundChange.detected_at < before(keep.changes_days))
    asked = func.coalesce(Feed.last_used_at, Feed.created_at)
    unread = select(Feed.id).where(asked < now - timedelta(days=_UNREAD_DAYS))
    yield _rows(FeedPart.feed_id, FeedPart.feed_id.in_(unread))
    buried = EventMapping.state == MappingState.TOMBSTONE
    yield _rows(EventMapping.id, buried, EventMapping.updated_at < before(keep.tombstones_days))
    last = (
        select(func.max(SyncRun.started_at).label("at"), SyncRun.link_id).group_by(SyncRun.link_id).subquery()
    )
    newer = (
        select(SyncRun.id)
        .join(last, SyncRun.link_id == last.c.link_id)
        .where(SyncRun.started_at == last.c.at)
    )
    ended = SyncRun.ended_at.is_not(None) & SyncRun.id.not_in(newer)
    yield _rows(SyncRun.id, ended, SyncRun.started_at < before(keep.runs_days))
    quiet = (SyncRun.result == "ok") & (SyncRun.counts == {})
    yield _rows(SyncRun.id, ended, quiet, SyncRun.started_at < before(keep.quiet_runs_days))


def _rows(key: _Key, *where: ColumnElement[bool]) -> tuple[_Key, Select[Any]]:
    return key, select(key).where(*where).limit(_BATCH)


def _delete(sessions: Sessions, key: _Key, query: Select[Any]) -> int:
    gone = 0
    while True:
        with sessions.begin() as database:
            ids = database.scalars(query).all()
            if ids:
                database.execute(delete(key.class_).where(key.in_(ids)))
        gone += len(ids)
        if len(ids) < _BATCH:
            return gone
