"""When a worker is busy (DOMAIN 4): merged, half-open, without a word about what or with whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.busy_blocks import times_between
from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.presence import away_between
from adapters.diary.times import read_instant
from model.act import Act
from model.appointment_type import MOST_PADDING
from model.attendance import Assignment, SessionWorker
from model.busy import Busy, Fbtype, merge
from model.details import TENTATIVE, Kind, ShowAs, Status
from model.errors import DomainError
from model.link import CalendarLink, LinkState, Role
from model.moment import zone
from model.people import Worker
from model.session import Session

PRODID = "-//Calendula//Calendula//EN"


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A busy source that was not read lately; `last_read` is None where it never was."""

    link: str
    last_read: datetime | None


@dataclass(frozen=True, kw_only=True)
class BusyTime:
    """The busy time of a worker, a room, an asset or a bed (`who`) in [start, end), as UTC instants.

    `taken`: which room, asset or bed it is, as `sync.labels` names them; empty for a worker, who is never named.
    """

    who: str
    start: datetime
    end: datetime
    blocks: tuple[Busy, ...]
    taken: str = ""


def busy_time(sessions: Sessions, worker: str, start: str, end: str) -> BusyTime:
    """Read and merge what the practice knows, what the worker's busy sources said, and when the worker cannot be had; a
    fixed number of queries."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_instant(start, zone(found.tz)), read_instant(end, zone(found.tz))
        check_window(since, until)
        blocks = [
            *_sessions(database, found.id, since, until),
            *(time for _, time in times_between(database, {found.id}, since, until)),
            *away_between(database, found, since, until),
        ]
    merged = merge(blocks, start=since, end=until)
    return BusyTime(who=found.ref, start=since, end=until, blocks=tuple(merged))


def check_window(since: datetime, until: datetime) -> None:
    if until <= since:
        raise DomainError("E_END_BEFORE_START", "The end of the window must be later than its start")


def _sessions(database: Database, worker_id: UUID, since: datetime, until: datetime) -> list[Busy]:
    """What the practice has planned, each with the padding that nobody else sees (003-08)."""
    columns = SessionWorker.starts_at, SessionWorker.ends_at, Session.padding_min, Session.status
    query = (
        select(*columns, Session.tentative)
        .join(Session, Session.id == SessionWorker.session_id)
        .where(
            SessionWorker.worker_id == worker_id,
            SessionWorker.ends_at > since - MOST_PADDING,
            SessionWorker.starts_at < until,
            SessionWorker.status.not_in([Assignment.CANCELLED, Assignment.DECLINED]),
            Session.status != Status.CANCELLED,
            or_(Session.kind != Kind.OTHER_EVENT, Session.show_as == ShowAs.BUSY),
        )
    )
    return [
        Busy(
            start=begin, end=finish + timedelta(minutes=padding), fbtype=_fbtype(status, tentative=tentative)
        )
        for begin, finish, padding, status, tentative in database.execute(query)
    ]


def stale_sources(sessions: Sessions, worker: str, *, now: datetime, after: timedelta) -> list[Stale]:
    """The worker's busy sources that were not read for longer: more may be taken by now than is known."""
    sources = CalendarLink.role == Role.BUSY_SOURCE, CalendarLink.state != LinkState.UNLINKED
    with reading(sessions) as database:
        mine = CalendarLink.worker_id == by_ref(database, Worker, worker).id
        links = database.scalars(select(CalendarLink).where(mine, *sources).order_by(CalendarLink.ref))
        return [Stale(link=one.ref, last_read=one.last_ok_at) for one in links if one.is_stale(now, after)]


def _fbtype(status: Status, *, tentative: bool) -> Fbtype:
    return Fbtype.BUSY_TENTATIVE if tentative or status in TENTATIVE else Fbtype.BUSY


def vfreebusy(busy: BusyTime, act: Act) -> str:
    """Write busy time as a VFREEBUSY (RFC 5545, 3.6.4): times in UTC, a line each, no person named."""
    uid: UUID = act.new_id()
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "BEGIN:VFREEBUSY",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(act.now)}",
        f"DTSTART:{_utc(busy.start)}",
        f"DTEND:{_utc(busy.end)}",
        *_resource(busy.taken),
        *_periods(busy.blocks),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    return "\r\n".join([*lines, ""])


def _resource(taken: str) -> list[str]:
    """What it is the time of: CUTYPE says that it is nobody (RFC 5545, 3.2.3)."""
    kind, _, urn = taken.partition(" ")
    return [f"ATTENDEE;CUTYPE={kind}:{urn}"] if taken else []


def _periods(blocks: Iterable[Busy]) -> list[str]:
    return [f"FREEBUSY;FBTYPE={b.fbtype}:{_utc(b.start)}/{_utc(b.end)}" for b in blocks]


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")
