"""Keep the record of what happened as it was written: lines are added, and let go when they are old, never changed."""

from collections.abc import Sequence

from sqlalchemy import inspect
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction

from model.journal import HistoryEntry


class RewrittenHistoryError(Exception):
    """Some code was about to change or delete a line of history (FAILURES H8)."""

    def __init__(self) -> None:
        super().__init__("a line of history is never changed")


def keep_history(database: Database, _: UOWTransaction, __: Sequence[object] | None) -> None:
    """Before each flush: refuse what would rewrite it. Old lines go by `purging`, which deletes by age alone."""
    changed = [row for row in database.dirty if isinstance(row, HistoryEntry) and inspect(row).modified]
    if changed or any(isinstance(row, HistoryEntry) for row in database.deleted):
        raise RewrittenHistoryError
