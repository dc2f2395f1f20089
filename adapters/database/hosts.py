"""What all workers know together of a calendar server: its share of connections, its wishes, and its breaker.

A Retry-After is a floor for every link on the host, in every process, and outlives a restart (FAILURES A16).
After some runs in a row without a usable answer nobody asks for a while; then one run tries, and the host is
open to all again when that one went well (E23). How many connections a host has from us is counted by leases.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from model.link import CalendarHost, CalendarLink
from sync.errors import LinkError, Throttled, Unreachable

_UNSAID = timedelta(minutes=1)  # "too many requests", and no word on how long to wait
_LONGEST = timedelta(minutes=15)


class HostBusy(Exception):
    """Other links have all of the host's share now; the lease was not taken."""


class HostRests(Exception):
    """The host asked for patience; the lease was not taken."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many connections one host may have from us, and after how many failures nobody asks it for a while."""

    per_host: int
    failures: int


class _Host(NamedTuple):
    failures: int
    wait_until: datetime | None
    open_until: datetime | None


# Built once: putting a statement together costs more than sending it.
_NAMED = CalendarHost.name == bindparam("host")
_LOOK = select(CalendarHost.failures, CalendarHost.wait_until, CalendarHost.open_until).where(_NAMED)
_LOCK = _LOOK.with_for_update()
_OTHERS = select(func.coalesce(func.sum(CalendarLink.connections), 0)).where(
    CalendarLink.host == bindparam("host"),
    CalendarLink.lease_until > bindparam("now"),
    CalendarLink.id != bindparam("link"),
)
_FORGIVE = update(CalendarHost).where(_NAMED, CalendarHost.failures > 0).values(failures=0, open_until=None)


def resting(now: datetime) -> ColumnElement[bool]:
    """That the host of a link is to be left alone now."""
    until = or_(CalendarHost.wait_until > now, CalendarHost.open_until > now)
    return exists().where(CalendarHost.name == CalendarLink.host, until)


def enter(database: Connection, link: UUID, host: str, share: Share | None, now: datetime) -> None:
    """Let one more link speak to the host, or raise HostRests or HostBusy.

    Without a `share` only the host's own wish is heard: a person may try what is left alone. Else its row is
    locked, so that two do not get the last place.
    """
    known = _looked_at(database, host) if share is None else _locked(database, host, now)
    if known is not None and known.wait_until is not None and known.wait_until > now:
        raise HostRests(host)
    if share is None or known is None:
        return
    if known.open_until is not None and known.open_until > now:
        raise HostBusy(host)
    if _others(database, link, host, now) >= (1 if known.failures >= share.failures else share.per_host):
        raise HostBusy(host)


def room_for(database: Connection, link: UUID, host: str, wanted: int, share: Share, now: datetime) -> int:
    """How many connections a link that speaks to the host already may have, of those it wants.

    One place is always left to other links: a first push goes on for minutes.
    """
    _locked(database, host, now)
    free = share.per_host - _others(database, link, host, now)
    return max(min(wanted, free, share.per_host - 1), 1)


def note_answer(database: Connection, host: str) -> None:
    """The host answered: whatever it did before is forgiven. Costs one look where it did nothing."""
    known = _looked_at(database, host)
    if known is not None and known.failures > 0:
        database.execute(_FORGIVE, {"host": host})


def note_trouble(database: Connection, host: str, error: LinkError, *, failures: int, now: datetime) -> None:
    """Remember for all workers what a run met with."""
    values: dict[str, object] = {}
    if isinstance(error, Throttled):
        until = now + (error.retry_after if error.retry_after is not None else _UNSAID)
        values["wait_until"] = max(_locked(database, host, now).wait_until or until, until)
    elif isinstance(error, Unreachable):
        values["failures"] = failed = _locked(database, host, now).failures + 1
        if failed >= failures:
            values["open_until"] = now + min(timedelta(minutes=2 ** min(failed - failures, 10)), _LONGEST)
    if values:
        database.execute(update(CalendarHost).where(_NAMED).values(**values, updated_at=now), {"host": host})


def _others(database: Connection, link: UUID, host: str, now: datetime) -> int:
    """How many connections other links have to the host."""
    return int(database.execute(_OTHERS, {"host": host, "now": now, "link": link}).scalar_one())


def _looked_at(database: Connection, host: str) -> _Host | None:
    found = database.execute(_LOOK, {"host": host}).one_or_none()
    return _Host(*found) if found is not None else None


def _locked(database: Connection, host: str, now: datetime) -> _Host:
    """The host's row, made where it is met for the first time; nobody else changes it meanwhile."""
    found = database.execute(_LOCK, {"host": host}).one_or_none()
    if found is None:
        new = {"id": uuid4(), "name": host, "failures": 0, "created_at": now, "updated_at": now, "rev": 0}
        try:
            with database.begin_nested():
                database.execute(insert(CalendarHost).values(**new))
        except IntegrityError:
            pass  # somebody met it at the same moment
        found = database.execute(_LOCK, {"host": host}).one()
    return _Host(*found)
