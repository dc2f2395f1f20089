"""Ask whether what lies in a shift stays within it, and put sessions into shifts (001-17).

Asked after a change was flushed, in its transaction; or before a move from a calendar is applied.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions
from adapters.diary.lookup import find_session
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed
from model.act import Act
from model.details import Kind, Status
from model.errors import DomainError
from model.roster import RosterPeriod, RosterSlot
from model.session import Session
from model.shift import Stretch, check_may_lie_in, stretch
from sync.store import Placed


def put_in(sessions: Sessions, act: Act, session: str, shift: str | None) -> Changed:
    """Put a session into a shift of its worker, or take it out of the one that it lies in; calendars show neither."""
    with writing(sessions) as database:
        row = find_session(database, session)
        holder = find_session(database, shift) if shift else None
        if holder is not None:
            check_may_lie_in(row, holder)
        row.parent_shift_id = holder.id if holder else None
        database.flush()
        check_shifts(database, [row])
        action = "put-into-shift" if holder else "taken-out-of-shift"
        record(database, act, action, session_id=row.id, series_id=row.series_id)
        return Changed(session_id=row.id, series_id=row.series_id, count=1)


def check_shifts(database: Database, rows: Iterable[Session]) -> None:
    """Refuse rows of which one is outside its shift, or a shift without what it holds (E_OUTSIDE_SHIFT)."""
    if outside(database, [(row, row.starts_at, row.ends_at) for row in rows]):
        raise DomainError(
            "E_OUTSIDE_SHIFT",
            "A session would not lie within the time of its shift, or not with its worker; take it out of the "
            "shift first (session shift --out), or change the shift",
        )


def put_into_shifts(database: Database, period: RosterPeriod, rows: Sequence[Session]) -> None:
    """Put sessions that a roster period is published as into its shifts: each into the first of one of its workers that
    holds it. What begins or ends outside stays beside it, which validation has told (R52)."""
    sessions = [row for row in rows if row.has_client]
    shifts = _shifts_of(database, period, sessions)
    for row in sessions:
        mine = stretch(row)
        row.parent_shift_id = next((one.id for one in shifts if stretch(one).holds(mine)), None)


def _shifts_of(database: Database, period: RosterPeriod, sessions: Sequence[Session]) -> list[Session]:
    """The shifts of a period that take place around these sessions, in order of time; one query."""
    if not sessions:
        return []
    since, until = min(row.starts_at for row in sessions), max(row.ends_at for row in sessions)
    planned = select(RosterSlot.session_id).where(
        RosterSlot.period_id == period.id, RosterSlot.kind == Kind.SHIFT
    )
    around = Session.id.in_(planned), Session.ends_at > since, Session.starts_at < until
    return sorted(_living(database, and_(*around), sessions), key=lambda shift: (shift.starts_at, shift.id))


def outside(database: Database, placed: Sequence[Placed]) -> bool:
    """Whether, with these sessions at these times, one of a shift would not be within it."""
    moved = {row.id: stretch(row, start, end) for row, start, end in placed}
    return any(not shift.holds(session) for shift, session in _pairs(database, placed, moved))


def _pairs(
    database: Database, placed: Sequence[Placed], moved: dict[UUID, Stretch]
) -> Iterator[tuple[Stretch, Stretch]]:
    """Each shift and session in it of which one is among those that were placed."""
    shifts = {row.id for row, *_ in placed if row.kind is Kind.SHIFT}
    there = _living(database, Session.parent_shift_id.in_(shifts), shifts)
    inside = {row.id: row.parent_shift_id for row in (*there, *(row for row, *_ in placed))}
    wanted = {shift for shift in inside.values() if shift} - shifts
    holders = _living(database, Session.id.in_(wanted), wanted)
    known = {row.id: stretch(row) for row in (*there, *holders)} | moved
    for session_id, shift_id in inside.items():
        if shift_id in known:  # not where the shift is cancelled: it holds nothing any more
            yield known[shift_id], known[session_id]


def _living(database: Database, which: ColumnElement[bool], wanted: Collection[object]) -> Sequence[Session]:
    if not wanted:
        return ()
    query = select(Session).where(which, Session.status != Status.CANCELLED)
    return database.scalars(query.options(selectinload(Session.workers))).all()
