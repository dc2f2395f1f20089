"""What a session clashes with (DOMAIN 4): a full room or an asset in use refuses, a worker or client taken twice is a
warning.

Intervals are half-open. Asked after the change was flushed, in its transaction; what is asked about is left
out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as Database
from sqlalchemy.sql.elements import SQLCoreOperations

from adapters.database.busy_blocks import times_between
from adapters.diary.presence import away_at
from model.asset import Asset
from model.busy import Fbtype
from model.capacity import Taken, too_many
from model.errors import DomainError
from model.practice import Room
from model.session import (
    Assignment,
    Attendance,
    Kind,
    Session,
    SessionAsset,
    SessionClient,
    SessionWorker,
    ShowAs,
    Status,
)
from sync.settings import RulesSettings
from sync.store import Placed


@dataclass(frozen=True)
class _Book:
    """Where the times of one kind of `who` are written, and how many of it are taken."""

    who: InstrumentedAttribute[Any]
    starts: InstrumentedAttribute[datetime]
    ends: InstrumentedAttribute[datetime]
    table: type[SessionWorker] | type[SessionClient] | type[SessionAsset] | None = None
    status: InstrumentedAttribute[Any] | None = None
    qty: SQLCoreOperations[int] | None = None

    def query(self) -> Select[UUID, UUID, datetime, datetime, int]:
        """Of sessions that are not cancelled, what was not given up."""
        many = literal(1) if self.qty is None else self.qty
        found = select(Session.id, self.who, self.starts, self.ends, many)
        found = found.where(Session.status != Status.CANCELLED)
        if self.table is not None:
            found = found.join(self.table, self.table.session_id == Session.id)
        if self.status is not None:
            given_up = [Assignment.CANCELLED, Assignment.DECLINED, Attendance.CANCELLED]
            found = found.where(self.status.not_in(given_up))
        return found


_ROOMS = _Book(Session.room_id, Session.starts_at, Session.ends_at)
_ASSETS = _Book(SessionAsset.asset_id, Session.starts_at, Session.ends_at, SessionAsset, qty=SessionAsset.qty)
_WORKERS = _Book(
    SessionWorker.worker_id,
    SessionWorker.starts_at,
    SessionWorker.ends_at,
    SessionWorker,
    SessionWorker.status,
)
_CLIENTS = _Book(
    SessionClient.client_id, Session.starts_at, Session.ends_at, SessionClient, SessionClient.status
)
_MOST_TOLD = 10


def check_places(database: Database, rows: Iterable[Session]) -> None:
    """Refuse a room or an asset of which there is not enough at any moment of one of `rows`."""
    for refusal in refusals(database, rows):
        raise refusal


def refusals(database: Database, rows: Iterable[Session]) -> list[DomainError]:
    """What speaks against `rows` where they stand: all clashes of rooms (E_ROOM_CONFLICT), and of assets
    (E_ASSET_CONFLICT), each with the times of every session that clashes.
    """
    mine = [row for row in rows if not row.frozen]
    return clashes(database, mine).of(mine)


@dataclass(frozen=True)
class Clashes:
    """The times at which a room, or an asset, is asked too much of."""

    rooms: frozenset[Taken]
    assets: frozenset[Taken]

    def of(self, rows: Iterable[Session]) -> list[DomainError]:
        """What there is to say of some of the sessions."""
        mine = list(rows)
        rooms = self.rooms.intersection(taken for row in mine for taken in _room(row))
        assets = self.assets.intersection(taken for row in mine for taken in _assets(row))
        found = []
        if rooms:
            found.append(
                DomainError("E_ROOM_CONFLICT", f"The room is taken: {_times(rooms)}; choose another")
            )
        if assets:
            found.append(
                DomainError("E_ASSET_CONFLICT", f"The asset is in use: {_times(assets)}; choose another")
            )
        return found


def clashes(database: Database, rows: Iterable[Session]) -> Clashes:
    """All clashes of `rows`, with each other and with whatever else there is."""
    rooms, assets = _full(database, [(row, row.starts_at, row.ends_at) for row in rows])
    return Clashes(frozenset(rooms), frozenset(assets))


def _room(row: Session) -> list[Taken]:
    return [Taken(row.room_id, row.starts_at, row.ends_at)] if row.room_id else []


def _assets(row: Session) -> list[Taken]:
    return [Taken(one.asset_id, row.starts_at, row.ends_at, one.qty) for one in row.assets]


def _times(clashes: Iterable[Taken]) -> str:
    """When something clashes, each time once."""
    starts = sorted({clash.start for clash in clashes})
    told = ", ".join(f"{start:%Y-%m-%d %H:%M}" for start in starts[:_MOST_TOLD])
    more = f" and {len(starts) - _MOST_TOLD} more" if len(starts) > _MOST_TOLD else ""
    return f"{told} UTC{more}"


def _full(database: Database, placed: Sequence[Placed]) -> tuple[list[Taken], list[Taken]]:
    """Which rooms and which assets would be overfull with sessions at these times."""
    mine = [session for session, _, _ in placed]
    rooms = [Taken(s.room_id, start, end) for s, start, end in placed if s.room_id]
    assets = [Taken(a.asset_id, start, end, a.qty) for s, start, end in placed for a in s.assets]
    in_rooms, in_use = (
        _others(database, _ROOMS, rooms, without=mine),
        _others(database, _ASSETS, assets, without=mine),
    )
    return (
        too_many(rooms, in_rooms, _there_are(database, Room.id, Room.capacity, rooms)),
        too_many(assets, in_use, _there_are(database, Asset.id, Asset.quantity, assets)),
    )


def _there_are(
    database: Database,
    who: InstrumentedAttribute[UUID],
    many: InstrumentedAttribute[int],
    wanted: Sequence[Taken],
) -> dict[UUID, int]:
    """How many sessions fit into each room, or how many there are of each asset."""
    if not wanted:
        return {}
    query = select(who, many).where(who.in_({want.who for want in wanted}))
    return {row[0]: row[1] for row in database.execute(query).all()}


def overlaps(database: Database, rows: Iterable[Session]) -> list[str]:
    """Warn of workers and clients who are busy already; the rows remember that it was accepted (004-16)."""
    mine = [row for row in rows if not row.frozen and _blocks(row)]
    times = {row: [Taken(w.worker_id, w.starts_at, w.ends_at) for w in row.active_workers] for row in mine}
    clients = [Taken(c.client_id, row.starts_at, row.ends_at) for row in mine for c in row.active_clients]
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


def meetings(database: Database, rows: Iterable[Session]) -> dict[Session, list[str]]:
    """The same for many sessions at once, beside each other too: what to warn of, by session."""
    mine = [row for row in rows if not row.frozen and _blocks(row)]
    workers = {row: [Taken(w.worker_id, w.starts_at, w.ends_at) for w in row.active_workers] for row in mine}
    clients = {
        row: [Taken(c.client_id, row.starts_at, row.ends_at) for c in row.active_clients] for row in mine
    }
    busy, engaged = _twice(database, _WORKERS, workers), _twice(database, _CLIENTS, clients)
    for row in mine:
        if not busy.isdisjoint(workers[row]):
            row.overlap_acknowledged = True
    return {
        row: ["SLOT_OVERLAP"] * (not busy.isdisjoint(workers[row]))
        + ["CLIENT_OVERLAP"] * (not engaged.isdisjoint(clients[row]))
        for row in mine
    }


def _twice(database: Database, book: _Book, times: Mapping[Session, Sequence[Taken]]) -> set[Taken]:
    """Which of these times somebody is taken at who is taken already."""
    wanted = [taken for several in times.values() for taken in several]
    others = _others(database, book, wanted, without=times)
    others += _elsewhere(database, wanted) if book is _WORKERS else []
    return set(too_many(wanted, others, {}))


def busy_workers(
    database: Database, workers: Collection[UUID], start: datetime, end: datetime, *, without: Session
) -> set[UUID]:
    """Who of these workers is taken in [start, end), by a session or in a calendar of their own."""
    wanted = [Taken(who, start, end) for who in workers]
    busy = _others(database, _WORKERS, wanted, without=[without]) + _elsewhere(database, wanted)
    return {want.who for want in wanted if any(want.meets(other) for other in busy)}


def _blocks(row: Session) -> bool:
    return row.kind is not Kind.OTHER_EVENT or row.show_as is ShowAs.BUSY


def _others(
    database: Database, book: _Book, wanted: Sequence[Taken], *, without: Iterable[Session]
) -> list[Taken]:
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
    return [Taken(row[1], row[2], row[3], row[4]) for row in found if row[0] not in mine]


def _elsewhere(database: Database, wanted: Sequence[Taken]) -> list[Taken]:
    """What the workers' busy sources take around the wanted times; what is tentative there is but a hint."""
    if not wanted:
        return []
    since, until = min(taken.start for taken in wanted), max(taken.end for taken in wanted)
    found = times_between(database, {taken.who for taken in wanted}, since, until)
    return [Taken(who, time.start, time.end) for who, time in found if time.fbtype is Fbtype.BUSY]


def clashes_at(
    database: Database, placed: Sequence[Placed], *, rules: RulesSettings
) -> tuple[list[str], list[str]]:
    """What sessions would meet at other times: codes of hard conflicts, and of soft ones (DOMAIN 4).

    From a calendar nobody can say that they know of it: there a client taken twice refuses, here it is a warning.
    """
    mine = [session for session, _, _ in placed]
    clients = [Taken(c.client_id, start, end) for s, start, end in placed for c in s.active_clients]
    workers = [Taken(w.worker_id, start, end) for s, start, end in placed for w in s.active_workers]
    rooms, assets = _full(database, placed)
    twice = _meets(_others(database, _CLIENTS, clients, without=mine), clients)
    elsewhere = _elsewhere(database, workers)
    busy = _meets(_others(database, _WORKERS, workers, without=mine) + elsewhere, workers)
    away = ["WORKER_UNAVAILABLE"] * away_at(database, placed)
    prevented = away if rules.worker_availability == "prevent" else []
    hard = ["ROOM_CONFLICT"] * bool(rooms) + ["ASSET_CONFLICT"] * bool(assets) + ["CLIENT_CONFLICT"] * twice
    hard += prevented
    return hard, ["SLOT_OVERLAP"] * busy + [code for code in away if not prevented]


def _meets(others: Sequence[Taken], wanted: Sequence[Taken]) -> bool:
    return any(want.meets(other) for want in wanted for other in others)
