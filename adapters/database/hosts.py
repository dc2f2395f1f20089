"""What all workers know together of a calendar server: its share of runs, its wishes, and its breaker.

A Retry-After is a floor for every link on the host, in every process, and outlives a restart (FAILURES A16).
After some runs in a row without a usable answer nobody asks for a while; then one run tries, and the host is
open to all again when that one went well (E23). How many links may speak to a host at once is counted by leases.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Database

from model.link import CalendarHost, CalendarLink
from sync.errors import LinkError, Throttled, Unreachable

_UNSAID = timedelta(minutes=1)  # "too many requests", and no word on how long to wait
_LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many links may speak to one host at once, and after how many failures nobody does for a while."""

    per_host: int
    failures: int


def resting(now: datetime) -> ColumnElement[bool]:
    """That the host of a link is to be left alone now."""
    until = or_(CalendarHost.wait_until > now, CalendarHost.open_until > now)
    return exists().where(CalendarHost.name == CalendarLink.host, until)


def asked_to_wait(database: Database, host: str, now: datetime) -> bool:
    """Whether the server itself asked for patience: then not even a person's wish lets a run through."""
    query = select(CalendarHost.id).where(CalendarHost.name == host, CalendarHost.wait_until > now)
    return database.scalar(query) is not None


def has_room(database: Database, host: str, share: Share, now: datetime) -> bool:
    """Whether one more link may speak to the host; its row is locked, so that two do not get the last place."""
    known = locked(database, host)
    query = select(func.count()).where(CalendarLink.host == host, CalendarLink.lease_until > now)
    speaking = (database.scalar(query) or 0) - 1  # the caller's own lease
    if known.open_until is not None and known.open_until > now:
        return False
    return speaking < (1 if known.failures >= share.failures else share.per_host)


def note_answer(database: Database, host: str) -> None:
    """The host answered: whatever it did before is forgiven. Costs one look where it did nothing."""
    failed = CalendarHost.name == host, CalendarHost.failures > 0
    if database.scalar(select(CalendarHost.id).where(*failed)) is not None:
        database.execute(update(CalendarHost).where(*failed).values(failures=0, open_until=None))


def note_trouble(database: Database, host: str, error: LinkError, *, failures: int, now: datetime) -> None:
    """Remember for all workers what a run met with."""
    if isinstance(error, Throttled):
        known = locked(database, host)
        until = now + (error.retry_after if error.retry_after is not None else _UNSAID)
        known.wait_until = max(known.wait_until or until, until)
    elif isinstance(error, Unreachable):
        known = locked(database, host)
        known.failures += 1
        over = known.failures - failures
        if over >= 0:
            known.open_until = now + min(timedelta(minutes=2 ** min(over, 10)), _LONGEST)


def locked(database: Database, host: str) -> CalendarHost:
    """The host's row, made where it is met for the first time; nobody else changes it meanwhile."""
    query = select(CalendarHost).where(CalendarHost.name == host).with_for_update()
    found = database.scalar(query)
    if found is not None:
        return found
    try:
        with database.begin_nested():
            database.add(CalendarHost(id=uuid4(), name=host, failures=0, wait_until=None, open_until=None))
    except IntegrityError:
        pass  # somebody met it at the same moment
    return database.scalars(query).one()
