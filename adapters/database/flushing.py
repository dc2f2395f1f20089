"""What is done around each flush, in this order; loaded with the first of them, as are the tables of all nouns.

A row is stored after those that it refers to, so whoever stores any has to know every table. Who only looks, like a run
that finds nothing, does without: half of what a command costs is loading.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction

import adapters.database.tables  # noqa: F401 - see above
from adapters.database.append_only import keep_history
from adapters.database.deletions import mark_mappings
from adapters.database.following import follow
from adapters.database.occurrence_keys import free_names
from adapters.database.revisions import stamp


def before(database: Database, context: UOWTransaction, given: Sequence[object] | None) -> None:
    """What must hold of what is stored, and what follows from it in the same flush."""
    for step in (keep_history, free_names, mark_mappings, stamp):
        step(database, context, given)


def after(database: Database, context: UOWTransaction) -> None:
    """What follows from what was stored."""
    follow(database, context)
