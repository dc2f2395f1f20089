"""Import what is said of the sessions of a set beside their own line: workers' own times, and the shifts that they lie
in (000-05, 001-17). Only for sessions that are new."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from adapters.diary.assigning import Assign, own_times
from adapters.diary.entries import Entry
from adapters.diary.lookup import by_ref
from adapters.diary.taking import Made, Taking, Tally, new_of, one_of, row_id
from model import participants
from model.details import Status
from model.errors import DomainError
from model.people import Worker
from model.session import Session
from model.shift import check_may_lie_in, stretch


def take_times(taking: Taking, made: Made, tally: Tally) -> None:
    """Give workers of new sessions times of their own: whoever takes part for all of it has no entry."""
    with taking.database.no_autoflush:
        for entry in new_of(taking, made, tally):
            try:
                _take_times(taking, one_of(entry, made), entry)
            except DomainError as error:
                taking.refuse(entry, error)


def _take_times(taking: Taking, row: Session, entry: Entry) -> None:
    worker = by_ref(taking.database, Worker, entry.text("worker"))
    if participants.assignment_of(row, worker.id) is None:
        raise DomainError(
            "E_WORKER_REQUIRED", "That worker is not on this session; name them in its workers first"
        )
    how = Assign(worker=worker.ref, start=entry.optional("start"), end=entry.optional("end"))
    participants.assign(row, worker, taking.act, times=own_times(row, how))
    row.is_exception = row.series_id is not None


def take_shifts(taking: Taking, made: Made, tally: Tally) -> None:
    """Put new sessions into shifts, new ones or ones that were there; of what repeats each into that of its time."""
    with taking.database.no_autoflush:
        for entry in new_of(taking, made, tally):
            shifts = _shifts(taking, made, entry.text("shift"))
            try:
                for row in _meant(entry, made):
                    _put_in(row, shifts)
            except DomainError as error:
                taking.refuse(entry, error)


def _meant(entry: Entry, made: Made) -> Sequence[Session]:
    return [one_of(entry, made)] if "day" in entry.columns else made[entry.text("session")][1].rows


def _shifts(taking: Taking, made: Made, ref: str) -> Sequence[Session]:
    """What a set calls by that name: rows that are made now, or that were there."""
    if ref in made:
        return made[ref][1].rows
    return list(_there(taking, row_id(taking.practice_id, "session", ref)))


def _there(taking: Taking, known_as: UUID) -> Iterator[Session]:
    mine = or_(Session.id == known_as, Session.series_id == known_as)
    query = select(Session).where(mine, Session.status != Status.CANCELLED)
    yield from taking.database.scalars(query.options(selectinload(Session.workers)))


def _put_in(row: Session, shifts: Sequence[Session]) -> None:
    """The first of these shifts that holds it (E_OUTSIDE_SHIFT)."""
    mine = stretch(row)
    holder = next((shift for shift in shifts if stretch(shift).holds(mine)), None)
    if holder is None:
        raise DomainError(
            "E_OUTSIDE_SHIFT",
            f"What begins at {row.local_start} does not lie within that shift, or not with its worker; change either",
        )
    check_may_lie_in(row, holder)
    row.parent_shift_id = holder.id
