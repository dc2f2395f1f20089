"""What a session clashes with (DOMAIN 4): a full room or an asset in use refuses, a worker or client taken twice is a
warning.

Asked after the change was flushed, in its transaction; what is asked about is left out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as Database

from adapters.database.busy_blocks import times_between
from adapters.diary.presence import away_at
from adapters.diary.shifts import outside
from adapters.diary.taken import ASSETS, CLIENTS, ROOMS, WORKERS, engaged, others
from model.act import Act
from model.asset import Asset
from model.busy import Fbtype
from model.capacity import Taken, too_many
from model.details import Kind, ShowAs
from model.errors import DomainError
from model.overlap import warn
from model.practice import Room
from model.session import Session
from model.shift import Engaged, clash, clashing
from sync.settings import RulesSettings
from sync.store import Placed

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
        placed = _as_placed(rows)
        rooms, assets = self.rooms.intersection(_rooms(placed)), self.assets.intersection(_assets(placed))
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
    rooms, assets = _full(database, _as_placed(rows))
    return Clashes(frozenset(rooms), frozenset(assets))


def _rooms(placed: Iterable[Placed]) -> list[Taken]:
    return [Taken(row.room_id, start, end) for row, start, end in placed if row.room_id]


def _assets(placed: Iterable[Placed]) -> list[Taken]:
    return [Taken(one.asset_id, start, end, one.qty) for row, start, end in placed for one in row.assets]


def _as_placed(rows: Iterable[Session]) -> list[Placed]:
    """Sessions where they stand."""
    return [(row, row.starts_at, row.ends_at) for row in rows]


def _times(clashes: Iterable[Taken]) -> str:
    """When something clashes, each time once."""
    starts = sorted({clash.start for clash in clashes})
    told = ", ".join(f"{start:%Y-%m-%d %H:%M}" for start in starts[:_MOST_TOLD])
    more = f" and {len(starts) - _MOST_TOLD} more" if len(starts) > _MOST_TOLD else ""
    return f"{told} UTC{more}"


def _full(database: Database, placed: Sequence[Placed]) -> tuple[list[Taken], list[Taken]]:
    """Which rooms and which assets would be overfull with sessions at these times."""
    mine = [session for session, _, _ in placed]
    rooms, assets = _rooms(placed), _assets(placed)
    in_rooms, in_use = (
        others(database, ROOMS, rooms, without=mine),
        others(database, ASSETS, assets, without=mine),
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


def overlaps(database: Database, rows: Iterable[Session], known_to: Act | None = None) -> list[str]:
    """Warn of workers and clients who are busy already; the rows remember it, and who said that they know (004-16)."""
    met = {code for codes in meetings(database, rows, known_to).values() for code in codes}
    return [code for code in ("SLOT_OVERLAP", "CLIENT_OVERLAP") if code in met]


def meetings(
    database: Database, rows: Iterable[Session], known_to: Act | None = None
) -> dict[Session, list[str]]:
    """The same by session: what to warn of, also beside each other."""
    mine = [row for row in rows if not row.frozen and _blocks(row)]
    workers = [
        Engaged(row, row.kind, Taken(w.worker_id, w.starts_at, w.ends_at))
        for row in mine
        for w in row.active_workers
    ]
    clients = [
        Engaged(row, row.kind, Taken(c.client_id, row.starts_at, row.ends_at))
        for row in mine
        for c in row.active_clients
    ]
    busy = _twice(workers, _busy(database, [one.time for one in workers], without=mine))
    attending = _twice(clients, engaged(database, CLIENTS, [one.time for one in clients], without=mine))
    for row in mine:
        warn(row, met=row in busy, known_to=known_to)
    return {row: ["SLOT_OVERLAP"] * (row in busy) + ["CLIENT_OVERLAP"] * (row in attending) for row in mine}


def _twice(mine: Iterable[Engaged[Session]], there: Iterable[tuple[Kind, Taken]]) -> set[Session]:
    """Whose people are taken already, by what there is or by another of them."""
    known: list[Engaged[Session | None]] = [Engaged(one.what, one.kind, one.time) for one in mine]
    known += [Engaged(None, kind, time) for kind, time in there]
    return {one.what for one in clashing(known) if one.what is not None}


def busy_workers(
    database: Database, workers: Collection[UUID], start: datetime, end: datetime, *, without: Session
) -> set[UUID]:
    """Who of these workers is taken in [start, end), by a session or in a calendar of their own."""
    wanted = [Taken(who, start, end) for who in workers]
    busy = _busy(database, wanted, without=[without])
    return {want.who for want in wanted if _too_much(without.kind, [want], busy)}


def _busy(
    database: Database, wanted: Sequence[Taken], *, without: Iterable[Session]
) -> list[tuple[Kind, Taken]]:
    """When these workers are taken around the wanted times, and by what; a busy source is like an event of theirs."""
    busy = engaged(database, WORKERS, wanted, without=without)
    return busy + [(Kind.OTHER_EVENT, taken) for taken in _elsewhere(database, wanted)]


def _too_much(kind: Kind, wanted: Sequence[Taken], busy: Sequence[tuple[Kind, Taken]]) -> bool:
    """Whether what is of this kind would meet something that it cannot stand beside; a shift holds sessions."""
    return any(clash(kind, want, other_kind, other) for want in wanted for other_kind, other in busy)


def _clients_elsewhere(database: Database, placed: Sequence[Placed]) -> bool:
    """Whether a client of these sessions takes part in another one then."""
    clients = [Taken(c.client_id, start, end) for row, start, end in placed for c in row.active_clients]
    there = others(database, CLIENTS, clients, without=[row for row, _, _ in placed])
    return any(want.meets(other) for want in clients for other in there)


def _blocks(row: Session) -> bool:
    return row.kind is not Kind.OTHER_EVENT or row.show_as is ShowAs.BUSY


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
    workers = [(s.kind, Taken(w.worker_id, start, end)) for s, start, end in placed for w in s.active_workers]
    rooms, assets = _full(database, placed)
    twice = _clients_elsewhere(database, placed)
    busy = _busy(database, [taken for _, taken in workers], without=mine)
    met = any(_too_much(kind, [taken], busy) for kind, taken in workers)
    away = ["WORKER_UNAVAILABLE"] * away_at(database, placed)
    prevented = away if rules.worker_availability == "prevent" else []
    hard = ["ROOM_CONFLICT"] * bool(rooms) + ["ASSET_CONFLICT"] * bool(assets) + ["CLIENT_CONFLICT"] * twice
    hard += ["OUTSIDE_SHIFT"] * outside(database, placed) + ["ACTIVITY_OUTSIDE"] * _too_short(placed)
    return hard + prevented, ["SLOT_OVERLAP"] * met + [code for code in away if not prevented]


def _too_short(placed: Sequence[Placed]) -> bool:
    """Whether an activity of one of these sessions would not lie inside it any more (001-13)."""
    return any(not one.lies_within(end - start) for s, start, end in placed for one in s.activities)
