"""What a transaction carries with it: what tells it the time, and the one number that its changes get.

The number is taken from the single `revision` row, which stays locked until commit: so the order of numbers is that of
commits. Whom it is given to is `revisions`'.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import SessionTransaction

from model.base import Revision

CLOCK = "clock"  # where a unit of work has what tells it the time
_TAKEN = "revision"


def take(database: Database) -> int:
    """Return this transaction's number, taking it if need be; other numbered writers wait from here on."""
    if _TAKEN not in database.info:
        step = update(Revision).values(latest=Revision.latest + 1).returning(Revision.latest)
        database.info[_TAKEN] = database.connection().execute(step).scalar_one()
    return int(database.info[_TAKEN])


def now_of(database: Database) -> datetime:
    """The time by the clock that this unit of work was made with."""
    clock: Callable[[], datetime] = database.info[CLOCK]
    return clock()


def forget(database: Database, _: SessionTransaction) -> None:
    """A number taken in what was rolled back went back to its row; the next flush takes it again."""
    database.info.pop(_TAKEN, None)


def forget_at_the_end(database: Database, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        database.info.pop(_TAKEN, None)
