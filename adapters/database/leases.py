"""The lease on a link: taken, widened, and given back after a run that found nothing to do.

These few statements are all that an unchanged link costs in the database, thousands of times an hour, so they are
built once and go past the unit of work. Each proves by its fencing number that the link is still ours.
"""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, case, insert, or_, select, update

from adapters.database.hosts import Share, enter, note_answer, room_for
from model.journal import SyncRun
from model.link import CalendarHost, CalendarLink
from sync.errors import LeaseLost
from sync.store import Lease, Quiet

_Value = TypeVar("_Value")


def _unless_set_meanwhile(column: ColumnElement[_Value], *, was: str, to: str) -> ColumnElement[_Value]:
    """The new value, if the column still has the old one."""
    old, new = (bindparam(name, type_=column.type) for name in (was, to))
    return case((column == old, new), else_=column)


_FREE = or_(CalendarLink.lease_until.is_(None), CalendarLink.lease_until <= bindparam("now"))
_TAKE = (
    update(CalendarLink)
    .where(CalendarLink.id == bindparam("link"), _FREE)
    .values(
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        fence=CalendarLink.fence + 1,
        connections=1,
    )
    .returning(CalendarLink.fence, CalendarLink.host)
)
_RUN = insert(SyncRun)
_OURS = update(CalendarLink).where(
    CalendarLink.id == bindparam("link"), CalendarLink.fence == bindparam("number")
)
_RENEW = _OURS.values(lease_until=bindparam("until")).returning(CalendarLink.host)
_WIDEN = _OURS.values(connections=bindparam("granted"))
_TROUBLES = (
    select(CalendarHost.failures).where(CalendarHost.name == CalendarLink.host).correlate(CalendarLink)
).scalar_subquery()
_REST = _OURS.values(
    lease_owner="",
    lease_until=None,
    seen_rev=_unless_set_meanwhile(CalendarLink.seen_rev.expression, was="seen", to="newest"),
    last_ok_at=bindparam("at"),
    next_run_at=_unless_set_meanwhile(CalendarLink.next_run_at.expression, was="due", to="then"),
    updated_at=bindparam("at"),
).returning(CalendarLink.host, _TROUBLES)


def take(
    database: Connection, link: UUID, *, owner: str, run: UUID, job: str, share: Share | None,
    now: datetime, until: datetime,
) -> Lease | None:  # fmt: skip
    """Take the link if it is free and its host has room."""
    asked = {"link": link, "now": now, "owner": owner, "until": until}
    taken = database.execute(_TAKE, asked).one_or_none()
    if taken is None:
        return None
    fence, host = taken
    enter(database, link, host, share, now)
    return Lease(link_id=link, owner=owner, fence=fence, run_id=run, job=job, since=now)


def begin(database: Connection, lease: Lease) -> None:
    """Write down that the run of this lease has begun."""
    _write_down(database, lease, ended=None, result="running")


def _write_down(database: Connection, lease: Lease, *, ended: datetime | None, result: str) -> None:
    run = {"id": lease.run_id, "link_id": lease.link_id, "job": lease.job, "counts": {}, "rev": 0}
    times = {"started_at": lease.since, "created_at": lease.since, "updated_at": ended or lease.since}
    database.execute(_RUN, run | times | {"ended_at": ended, "result": result})


def renew(database: Connection, lease: Lease, *, until: datetime) -> str:
    """Hold the link for longer; its host."""
    held = database.execute(_RENEW, {"link": lease.link_id, "number": lease.fence, "until": until})
    host = held.scalar_one_or_none()
    if host is None:
        raise LeaseLost("another worker took this link over")
    return host


def widen(
    database: Connection, lease: Lease, wanted: int, share: Share, *, now: datetime, until: datetime
) -> int:
    """Have as many of the wanted connections as the host has room for; how many those are."""
    host = renew(database, lease, until=until)
    granted = room_for(database, lease.link_id, host, wanted, share, now)
    database.execute(_WIDEN, {"link": lease.link_id, "number": lease.fence, "granted": granted})
    return granted


def rest(database: Connection, lease: Lease, quiet: Quiet, *, now: datetime, then: datetime) -> None:
    """End a run that found nothing to do, and give the link back until `then`; sooner, if somebody said so.

    Only now it is written down at all: in such a run there was nothing that could stay half done.
    """
    values = {"link": lease.link_id, "number": lease.fence, "at": now, "then": then}
    were = {"newest": quiet.newest, "seen": quiet.seen, "due": quiet.due}
    held = database.execute(_REST, values | were).one_or_none()
    if held is None:
        raise LeaseLost("another worker took this link over")
    _write_down(database, lease, ended=now, result="ok")
    host, troubles = held
    if troubles:
        note_answer(database, host)
