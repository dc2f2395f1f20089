"""One change of the diary: a transaction whose checks and writes are one step, and the record of it."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import sessionmaker

from adapters.database.engine import Sessions
from adapters.database.transactions import take
from model.act import Act
from model.journal import HistoryEntry


@contextmanager
def writing(sessions: Sessions) -> Iterator[Database]:
    """Open a transaction that takes its number first: nothing comes between its checks and its writes."""
    with sessions.begin() as database:
        take(database)
        yield database


_TURN = threading.Lock()


@contextmanager
def in_turn(sessions: Sessions) -> Iterator[Database]:
    """The same for what many want at the same second: those of one process queue before they ask the database, as
    whoever waits for SQLite is not served in turn, and may wait in vain."""
    with _TURN, writing(sessions) as database:
        yield database


class Joined(sessionmaker[Database]):
    """Units of work inside the transaction of another one: for operations that are parts of something larger.

    Each is a savepoint of its own: what a refused one began is undone, and the others can still be tried. None is
    kept unless the whole is.
    """

    def __init__(self, maker: sessionmaker[Database], outer: Database) -> None:
        super().__init__()
        self._maker, self._outer = maker, outer

    def begin(self) -> AbstractContextManager[Database]:
        return self._joined()

    @contextmanager
    def _joined(self) -> Iterator[Database]:
        self._outer.flush()
        inner = self._maker(bind=self._outer.connection(), join_transaction_mode="create_savepoint")
        with inner as database, database.begin():
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
