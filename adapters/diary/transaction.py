"""One change of the diary: a transaction whose checks and writes are one step, and the record of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.database.revisions import take
from model.act import Act
from model.journal import HistoryEntry


@contextmanager
def writing(sessions: Sessions) -> Iterator[Database]:
    """Open a transaction that takes its number first: nothing comes between its checks and its writes."""
    with sessions.begin() as database:
        take(database)
        yield database


def record(
    database: Database,
    act: Act,
    action: str,
    *,
    session_id: UUID | None = None,
    series_id: UUID | None = None,
    code: str = "",
    **detail: object,
) -> None:
    """Append one line of history: ids, codes and times, never a name or a text (DOMAIN 1.8)."""
    database.add(
        HistoryEntry(
            id=act.new_id(),
            at=act.now,
            actor=act.actor,
            action=action,
            session_id=session_id,
            series_id=series_id,
            code=code,
            detail=detail,
        )
    )
