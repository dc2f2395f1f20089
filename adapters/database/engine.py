"""Open the database so that SQLite and PostgreSQL behave alike: transactions, foreign keys, bounded waits.

A write transaction takes SQLite's write lock when it begins (`BEGIN IMMEDIATE`): two writers wait for each
other instead of failing half-way. A transaction that only reads says so (`reading`, `read_only`), and waits
for nobody.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from adapters.database.telling import TELLING, Telling, telling_of
from adapters.database.transactions import CLOCK, forget, forget_at_the_end
from sync.settings import DEFAULTS

WAIT_S = 10
_CACHE_KIB = 16 * 1024  # at most, for each connection to SQLite
Sessions = sessionmaker[Database]


class UnitOfWork(Database):
    """What every change of the practice's data goes through. Its hooks are of the class and know no clock of their own:
    SQLAlchemy lets no class go that somebody listens to on behalf of something it leads to."""


def _before_flush(database: Database, context: UOWTransaction, given: Sequence[object] | None) -> None:
    from adapters.database.flushing import before

    before(database, context, given)


def _after_flush(database: Database, context: UOWTransaction) -> None:
    from adapters.database.flushing import after

    after(database, context)


for _hook, _what in (
    ("before_flush", _before_flush),
    ("after_flush", _after_flush),
    ("after_transaction_end", forget_at_the_end),
    ("after_soft_rollback", forget),
):
    event.listen(UnitOfWork, _hook, _what)


def connect(url: str) -> Engine:
    """Make an engine for `sqlite:///path` or `postgresql://...`; nothing is opened yet.

    Errors name statements but never their values, which are people's data.
    """
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        engine = create_engine(where, hide_parameters=True, connect_args={"timeout": WAIT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = f"{where.query.get('options', '')} -c lock_timeout={WAIT_S}s"
    arguments = {"connect_timeout": WAIT_S, "options": options.strip()}
    return create_engine(where, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)


def read_only(engine: Engine) -> Engine:
    """The same database for transactions that only read; on PostgreSQL a write is refused."""
    return engine.execution_options(read_only=True, postgresql_readonly=True)


def sessions(engine: Engine, *, clock: Callable[[], datetime], telling: Telling | None = None) -> Sessions:
    """Make the factory of units of work; its rows are stamped and numbered at each flush, and clients' reminders follow
    them as `telling` says."""
    info = {CLOCK: clock, TELLING: telling or telling_of(DEFAULTS)}
    return sessionmaker(engine, class_=UnitOfWork, expire_on_commit=False, info=info)


@contextmanager
def reading(maker: Sessions) -> Iterator[Database]:
    """Open a transaction that only reads: it waits for no writer, and no writer waits for it."""
    with maker() as database:
        database.connection(execution_options={"read_only": True, "postgresql_readonly": True})
        yield database


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would defer BEGIN; we send our own
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", f"cache_size=-{_CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Past SQLAlchemy's way of statements, which costs more than most that follow; its errors are the same."""
    reads = connection.get_execution_options().get("read_only", False)
    statement = "BEGIN" if reads else "BEGIN IMMEDIATE"
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        driver.execute(statement)
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error
