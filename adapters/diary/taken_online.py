"""What is taken for clients who book online (DOMAIN 4, "Online booking"): read for many workers at once.

The number of queries depends neither on how many sessions there are nor on how many workers are asked about. Stricter
than what staff may do: drafts, requests of others, padding and what is tentative elsewhere block too. What is not known
is taken: beyond the rows that were made of a series, and beyond what was read of a calendar.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session as Database
from sqlalchemy.sql.elements import SQLCoreOperations

from adapters.database.many import many
from adapters.diary.presence import working_times
from model.appointment_type import MOST_PADDING
from model.asset import Asset
from model.attendance import Assignment, Attendance, SessionAsset, SessionClient, SessionWorker
from model.base import Few, Instant
from model.busy import BusyBlock, Fbtype
from model.capacity import Taken, above
from model.details import Kind, ShowAs, Status
from model.link import CalendarLink, LinkState, SeenItem
from model.people import Worker
from model.practice import Room
from model.series import HORIZON, Series, SeriesWorker
from model.session import Session
from model.slots import Block, Why

NOBODY = UUID(int=0)
Blocks = Mapping[UUID, list[Block]]
_Taken = tuple[UUID, list[Block]]
_Row = Row[UUID, datetime, datetime, int, str, str, bool]
_GIVEN_UP = (Assignment.CANCELLED, Assignment.DECLINED)
_BY_STATUS: Mapping[str, Why] = {Status.PENDING: Why.REQUEST, Status.DRAFT: Why.DRAFT}
_BY_KIND: Mapping[str, Why] = {Kind.OTHER_EVENT: Why.OTHER_EVENT, Kind.SHIFT: Why.SHIFT}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which stretch of time is asked about, when, and which session (one that is to be moved) takes nothing."""

    now: datetime
    since: datetime
    until: datetime
    tentative_blocks: bool = True
    without: UUID | None = None

    @property
    def times(self) -> dict[str, object]:
        """The same as what statements are given."""
        padded = self.since - MOST_PADDING
        return {"since": self.since, "padded": padded, "until": self.until, "without": self.without or NOBODY}


# The statements are made once: made anew for each search, they cost more than the database does.
_SINCE, _UNTIL = bindparam("since", type_=Instant()), bindparam("until", type_=Instant())
_IDS: BindParameter[UUID] = bindparam("ids", expanding=True)


def _touches(
    start: SQLCoreOperations[datetime], end: SQLCoreOperations[datetime]
) -> tuple[ColumnElement[bool], ...]:
    return end > _SINCE, start < _UNTIL


def _living() -> tuple[ColumnElement[bool], ...]:
    """Of sessions, those that block."""
    return (
        Session.status != Status.CANCELLED,
        or_(Session.kind != Kind.OTHER_EVENT, Session.show_as == ShowAs.BUSY),
        Session.id != bindparam("without", type_=Uuid()),
    )


def taken_of_workers(database: Database, workers: Collection[Worker], asked: Asked) -> Blocks:
    """What takes the time of each of these workers."""
    found: dict[UUID, list[Block]] = {worker.id: [] for worker in workers}
    ids = list(found)
    for who, blocks in (
        *_sessions(database, ids, asked),
        *_calendars(database, ids, asked),
        *_away(database, workers, asked),
        *_unknown(database, ids, asked),
    ):
        found[who] += blocks
    return found


@cache
def _of_sessions() -> Select[UUID, datetime, datetime, int, str, str, bool]:
    """There are thousands: their words stay as they are stored."""
    query = select(
        type_coerce(SessionWorker.worker_id, Few()).label("who"),
        SessionWorker.starts_at, SessionWorker.ends_at, Session.padding_min,
        type_coerce(Session.status, Text).label("status"), type_coerce(Session.kind, Text).label("kind"),
        Session.tentative,
    )  # fmt: skip
    return query.join(Session, Session.id == SessionWorker.session_id).where(
        SessionWorker.worker_id.in_(_IDS),
        SessionWorker.ends_at > bindparam("padded", type_=Instant()),
        SessionWorker.starts_at < _UNTIL,
        SessionWorker.status.not_in(_GIVEN_UP),
        *_living(),
    )


def _sessions(database: Database, ids: list[UUID], asked: Asked) -> Iterator[_Taken]:
    rows = many(database, _of_sessions(), {"ids": ids, **asked.times})
    for who, theirs in groupby(rows, key=itemgetter(0)):
        yield who, list(_blocks(theirs, asked))


def _blocks(rows: Iterable[_Row], asked: Asked) -> Iterator[Block]:
    for _, start, end, padding, status, kind, tentative in rows:
        if tentative and not asked.tentative_blocks:
            continue
        yield Block(start, end, _BY_STATUS.get(status) or _BY_KIND.get(kind) or Why.SESSION)
        if padding:
            yield Block(end, end + timedelta(minutes=padding), Why.PADDING)


@cache
def _of_calendars() -> Select[UUID | None, str, datetime, datetime, Fbtype]:
    query = select(
        CalendarLink.worker_id, CalendarLink.ref, BusyBlock.starts_at, BusyBlock.ends_at, BusyBlock.fbtype
    )
    return (
        query.join(BusyBlock, BusyBlock.link_id == CalendarLink.id)
        .where(CalendarLink.worker_id.in_(_IDS), CalendarLink.state != LinkState.UNLINKED)
        .where(*_touches(BusyBlock.starts_at, BusyBlock.ends_at))
    )


def _calendars(database: Database, ids: list[UUID], asked: Asked) -> Iterator[_Taken]:
    """What the workers' other calendars say; what is all-day there was read as `booking.all_day_blocks` says."""
    for who, ref, start, end, fbtype in database.execute(_of_calendars(), {"ids": ids, **asked.times}):
        hint = fbtype is Fbtype.BUSY_TENTATIVE
        if who is not None and (asked.tentative_blocks or not hint):
            why = Why.CALENDAR_TENTATIVE if hint else Why.CALENDAR
            yield who, [Block(start, end, why, ref)]


def _away(database: Database, workers: Collection[Worker], asked: Asked) -> Iterator[_Taken]:
    """Outside their hours and on leave, whatever staff may do then."""
    for who, known in working_times(database, workers, asked.since, asked.until).items():
        yield who, [Block(start, end, Why.AWAY) for start, end in known.away(asked.since, asked.until)]


@cache
def _made_until() -> Select[UUID, datetime]:
    query = select(SeriesWorker.worker_id, func.min(Series.materialised_until))
    query = query.join(Series, Series.id == SeriesWorker.series_id)
    behind = SeriesWorker.worker_id.in_(_IDS), Series.materialised_until < _UNTIL
    return query.where(*behind).group_by(SeriesWorker.worker_id)


@cache
def _read_until() -> Select[UUID | None, datetime | None]:
    query = select(CalendarLink.worker_id, func.min(SeenItem.expanded_until))
    query = query.join(SeenItem, SeenItem.link_id == CalendarLink.id)
    theirs = CalendarLink.worker_id.in_(_IDS), CalendarLink.state != LinkState.UNLINKED
    return query.where(*theirs, SeenItem.expanded_until < _UNTIL).group_by(CalendarLink.worker_id)


def _unknown(database: Database, ids: list[UUID], asked: Asked) -> Iterator[_Taken]:
    """From when on rows of a series are not made yet, or times of a calendar not read: never free (R10)."""
    given = {"ids": ids, "until": asked.until}
    ends = [(who, asked.now + HORIZON) for who in ids]
    ends += [(who, at) for who, at in database.execute(_made_until(), given)]
    ends += [(who, at) for who, at in database.execute(_read_until(), given) if who and at]
    for who, at in ends:
        yield who, [Block(at, max(at, asked.until), Why.NOT_KNOWN_YET)]


def taken_of_rooms(database: Database, ids: Collection[UUID], asked: Asked) -> Blocks:
    """When each of these rooms is full; requests and drafts count."""
    if not ids:
        return {}
    query = select(Session.room_id, Session.starts_at, Session.ends_at)
    query = query.where(Session.room_id.in_(ids), *_living(), *_touches(Session.starts_at, Session.ends_at))
    rows = database.execute(query, asked.times).all()
    rooms = database.execute(select(Room.id, Room.ref, Room.capacity).where(Room.id.in_(ids))).all()
    taken = [Taken(room, start, end) for room, start, end in rows if room is not None]
    return {room: _full(taken, room, ref, there_are, Why.ROOM) for room, ref, there_are in rooms}


def taken_of_assets(database: Database, ids: Collection[UUID], asked: Asked) -> Blocks:
    """When there is none left of each of these assets."""
    if not ids:
        return {}
    query = select(SessionAsset.asset_id, Session.starts_at, Session.ends_at, SessionAsset.qty)
    query = query.join(Session, Session.id == SessionAsset.session_id)
    query = query.where(
        SessionAsset.asset_id.in_(ids), *_living(), *_touches(Session.starts_at, Session.ends_at)
    )
    rows = database.execute(query, asked.times).all()
    assets = database.execute(select(Asset.id, Asset.ref, Asset.quantity).where(Asset.id.in_(ids))).all()
    taken = [Taken(asset, start, end, qty) for asset, start, end, qty in rows]
    return {asset: _full(taken, asset, ref, there_are, Why.ASSET) for asset, ref, there_are in assets}


def _full(taken: Collection[Taken], who: UUID, ref: str, there_are: int, why: Why) -> list[Block]:
    mine = [one for one in taken if one.who == who]
    return [Block(start=a, end=b, why=why, where=ref) for a, b in above(mine, there_are - 1)]


def taken_of_client(database: Database, client_id: UUID | None, asked: Asked) -> list[Block]:
    """When the client takes part in something already, or asked for it; empty where nobody is named."""
    if client_id is None:
        return []
    query = (
        select(Session.starts_at, Session.ends_at)
        .join(SessionClient, SessionClient.session_id == Session.id)
        .where(SessionClient.client_id == client_id, SessionClient.status != Attendance.CANCELLED)
        .where(*_living(), *_touches(Session.starts_at, Session.ends_at))
    )
    rows = database.execute(query, asked.times)
    return [Block(start=start, end=end, why=Why.CLIENT) for start, end in rows]


def by_ids(blocks: Blocks, who: UUID | None) -> list[Block]:
    """What takes one of them; nothing where there is none."""
    return blocks.get(who, []) if who is not None else []
