"""What a session clashes with (DOMAIN 4): a full room refuses, a worker or client taken twice is a warning.

Intervals are half-open. Asked after the change was flushed, in its transaction; what is asked about is left
out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as Database

from adapters.database.busy_blocks import times_between
from adapters.diary.presence import away_at
from model.busy import Fbtype
from model.errors import DomainError
from model.practice import Room
from model.session import (
    Assignment,
    Attendance,
    Kind,
    Session,
    SessionClient,
    SessionWorker,
    ShowAs,
    Status,
)
from sync.settings import RulesSettings
from sync.store import Placed


@dataclass(frozen=True)
class _Taken:
    """One stretch of time of a room, a worker or a client (`who`)."""

    who: UUID
    start: datetime
    end: datetime

    def meets(self, other: "_Taken") -> bool:
        return self.who == other.who and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class _Book:
    """Where the times of one kind of `who` are written."""

    who: InstrumentedAttribute[Any]
    starts: InstrumentedAttribute[datetime]
    ends: InstrumentedAttribute[datetime]
    table: type[SessionWorker] | type[SessionClient] | None = None

    def query(self) -> Select[UUID, UUID, datetime, datetime]:
        found = select(Session.id, self.who, self.starts, self.ends).where(Session.status != Status.CANCELLED)
        if self.table is not None:
            active = self.table.status.not_in(
                [Assignment.CANCELLED, Assignment.DECLINED, Attendance.CANCELLED]
            )
            found = found.join(self.table, self.table.session_id == Session.id).where(active)
        return found


_ROOMS = _Book(Session.room_id, Session.starts_at, Session.ends_at)
_WORKERS = _Book(SessionWorker.worker_id, SessionWorker.starts_at, SessionWorker.ends_at, SessionWorker)
_CLIENTS = _Book(SessionClient.client_id, Session.starts_at, Session.ends_at, SessionClient)


def check_rooms(database: Database, rows: Iterable[Session]) -> None:
    """Refuse a room that is full at any moment of one of `rows` (E_ROOM_CONFLICT)."""
    mine = [row for row in rows if row.room_id and not row.frozen]
    wanted = [_Taken(row.room_id, row.starts_at, row.ends_at) for row in mine if row.room_id]
    if not wanted:
        return
    others = _others(database, _ROOMS, wanted, without=mine)
    rooms = select(Room.id, Room.capacity).where(Room.id.in_({want.who for want in wanted}))
    capacity = {row[0]: row[1] for row in database.execute(rooms).all()}
    for want in wanted:
        near = [other for other in others if want.meets(other)]
        if near and _most_at_once(near, want) >= capacity[want.who]:
            when = want.start.strftime("%Y-%m-%d %H:%M UTC")
            raise DomainError("E_ROOM_CONFLICT", f"The room is taken at {when}; choose another room or time")


def overlaps(database: Database, rows: Iterable[Session]) -> list[str]:
    """Warn of workers and clients who are busy already; the rows remember that it was accepted (004-16)."""
    mine = [row for row in rows if not row.frozen and _blocks(row)]
    times = {row: [_Taken(w.worker_id, w.starts_at, w.ends_at) for w in row.active_workers] for row in mine}
    clients = [_Taken(c.client_id, row.starts_at, row.ends_at) for row in mine for c in row.active_clients]
    busy = _others(
        database, _WORKERS, [taken for several in times.values() for taken in several], without=mine
    )
    busy += _elsewhere(database, [taken for several in times.values() for taken in several])
    met = [row for row, wanted in times.items() if any(w.meets(other) for w in wanted for other in busy)]
    for row in met:
        row.overlap_acknowledged = True
    engaged = _others(database, _CLIENTS, clients, without=mine)
    twice = any(want.meets(other) for want in clients for other in engaged)
    return ["SLOT_OVERLAP"] * bool(met) + ["CLIENT_OVERLAP"] * twice


def busy_workers(
    database: Database, workers: Collection[UUID], start: datetime, end: datetime, *, without: Session
) -> set[UUID]:
    """Who of these workers is taken in [start, end), by a session or in a calendar of their own."""
    wanted = [_Taken(who, start, end) for who in workers]
    busy = _others(database, _WORKERS, wanted, without=[without]) + _elsewhere(database, wanted)
    return {want.who for want in wanted if any(want.meets(other) for other in busy)}


def _blocks(row: Session) -> bool:
    return row.kind is not Kind.OTHER_EVENT or row.show_as is ShowAs.BUSY


def _others(
    database: Database, book: _Book, wanted: Sequence[_Taken], *, without: Iterable[Session]
) -> list[_Taken]:
    """What else is in the book around the wanted times; free events block nobody. One query."""
    if not wanted:
        return []
    query = book.query().where(
        book.who.in_({taken.who for taken in wanted}),
        book.ends > min(taken.start for taken in wanted),
        book.starts < max(taken.end for taken in wanted),
        or_(Session.kind != Kind.OTHER_EVENT, Session.show_as == ShowAs.BUSY),
    )
    mine = {row.id for row in without}
    found = database.execute(query).all()
    return [_Taken(row[1], row[2], row[3]) for row in found if row[0] not in mine]


def _elsewhere(database: Database, wanted: Sequence[_Taken]) -> list[_Taken]:
    """What the workers' busy sources take around the wanted times; what is tentative there is but a hint."""
    if not wanted:
        return []
    since, until = min(taken.start for taken in wanted), max(taken.end for taken in wanted)
    found = times_between(database, {taken.who for taken in wanted}, since, until)
    return [_Taken(who, time.start, time.end) for who, time in found if time.fbtype is Fbtype.BUSY]


def _most_at_once(near: Sequence[_Taken], want: _Taken) -> int:
    """How many of `near` there are at the fullest moment of `want`."""
    moments = [max(other.start, want.start) for other in near]
    return max(sum(other.start <= at < other.end for other in near) for at in moments)


def clashes_at(
    database: Database, placed: Sequence[Placed], *, rules: RulesSettings
) -> tuple[list[str], list[str]]:
    """What sessions would meet at other times: codes of hard conflicts, and of soft ones (DOMAIN 4).

    From a calendar nobody can say that they know of it: there a client taken twice refuses, here it is a warning.
    """
    mine = [session for session, _, _ in placed]
    rooms = [_Taken(s.room_id, start, end) for s, start, end in placed if s.room_id]
    clients = [_Taken(c.client_id, start, end) for s, start, end in placed for c in s.active_clients]
    workers = [_Taken(w.worker_id, start, end) for s, start, end in placed for w in s.active_workers]
    capacity = {s.room_id: s.room.capacity for s in mine if s.room is not None}
    full = _full(database, rooms, capacity, without=mine)
    twice = _meets(_others(database, _CLIENTS, clients, without=mine), clients)
    elsewhere = _elsewhere(database, workers)
    busy = _meets(_others(database, _WORKERS, workers, without=mine) + elsewhere, workers)
    away = ["WORKER_UNAVAILABLE"] * away_at(database, placed)
    prevented = away if rules.worker_availability == "prevent" else []
    hard = ["ROOM_CONFLICT"] * full + ["CLIENT_CONFLICT"] * twice + prevented
    return hard, ["SLOT_OVERLAP"] * busy + [code for code in away if not prevented]


def _full(
    database: Database,
    wanted: Sequence[_Taken],
    capacity: dict[UUID | None, int],
    *,
    without: Iterable[Session],
) -> bool:
    others = _others(database, _ROOMS, wanted, without=without)
    near = [(want, [other for other in others if other.meets(want)]) for want in wanted]
    return any(met and _most_at_once(met, want) >= capacity.get(want.who, 1) for want, met in near)


def _meets(others: Sequence[_Taken], wanted: Sequence[_Taken]) -> bool:
    return any(want.meets(other) for want in wanted for other in others)
