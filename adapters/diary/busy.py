"""When a worker is busy (DOMAIN 4): merged, half-open, without a word about what or with whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.times import read_instant
from model.act import Act
from model.busy import Busy, Fbtype, merge
from model.errors import DomainError
from model.moment import zone
from model.people import Worker
from model.session import Assignment, Kind, Session, SessionWorker, ShowAs, Status

PRODID = "-//Calendula//Calendula//EN"


@dataclass(frozen=True, kw_only=True)
class BusyTime:
    """The busy time of one worker in [start, end), as UTC instants."""

    worker: str
    start: datetime
    end: datetime
    blocks: tuple[Busy, ...]


def busy_time(sessions: Sessions, worker: str, start: str, end: str) -> BusyTime:
    """Read and merge; two queries, whatever there is."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_instant(start, zone(found.tz)), read_instant(end, zone(found.tz))
        if until <= since:
            raise DomainError("E_END_BEFORE_START", "The end of the window must be later than its start")
        query = (
            select(SessionWorker.starts_at, SessionWorker.ends_at, Session.status, Session.tentative)
            .join(Session, Session.id == SessionWorker.session_id)
            .where(
                SessionWorker.worker_id == found.id,
                SessionWorker.ends_at > since,
                SessionWorker.starts_at < until,
                SessionWorker.status.not_in([Assignment.CANCELLED, Assignment.DECLINED]),
                Session.status != Status.CANCELLED,
                or_(Session.kind != Kind.OTHER_EVENT, Session.show_as == ShowAs.BUSY),
            )
        )
        rows = database.execute(query).all()
    blocks = [
        Busy(start=begin, end=finish, fbtype=_fbtype(status, tentative=tentative))
        for begin, finish, status, tentative in rows
    ]
    return BusyTime(
        worker=found.ref, start=since, end=until, blocks=tuple(merge(blocks, start=since, end=until))
    )


def _fbtype(status: Status, *, tentative: bool) -> Fbtype:
    return Fbtype.BUSY_TENTATIVE if tentative or status is Status.DRAFT else Fbtype.BUSY


def vfreebusy(busy: BusyTime, act: Act) -> str:
    """Write busy time as a VFREEBUSY (RFC 5545, 3.6.4): times in UTC, a line each, nobody named."""
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
        *_periods(busy.blocks),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    return "\r\n".join([*lines, ""])


def _periods(blocks: Iterable[Busy]) -> list[str]:
    return [f"FREEBUSY;FBTYPE={b.fbtype}:{_utc(b.start)}/{_utc(b.end)}" for b in blocks]


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")
