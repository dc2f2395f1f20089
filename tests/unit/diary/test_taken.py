"""Who is taken when (DOMAIN 4): what is asked of the database is what comparing everything with everything finds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.diary.taken import ASSETS, CLIENTS, ROOMS, WORKERS, Book, others
from model.attendance import Assignment, Attendance, SessionClient, SessionWorker
from model.capacity import Taken
from model.details import Kind, ShowAs, Status
from model.moment import Span, zone
from model.people import Client, Worker
from model.practice import Room
from model.session import Session
from tests.unit.diary.conftest import Diary

_SINCE = datetime(2026, 3, 2, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)
_BOOKS = {"rooms": ROOMS, "workers": WORKERS, "clients": CLIENTS}


def spans(random: Random, many: int) -> Iterator[Span]:
    """Most an hour or two long, a few of them days: those are what an index by ends hides."""
    for _ in range(many):
        start = _SINCE + random.randrange(4 * 24 * 30) * _QUARTER
        quarters = random.randrange(1, 4 * 24 * 9) if random.random() < 0.05 else random.randrange(1, 9)
        yield Span(start=start, end=start + quarters * _QUARTER, tz=zone("UTC"))


def filled(diary: Diary, database: Database, random: Random) -> list[Session]:
    """A month of sessions that mind no rule: cancelled, given up, free, and on top of each other."""
    people = list(database.scalars(select(Worker.id).order_by(Worker.ref)))
    clients = list(database.scalars(select(Client.id).order_by(Client.internal_id)))
    rooms = list(database.scalars(select(Room.id).order_by(Room.ref)))
    rows = []
    for span in spans(random, 150):
        row = Session(
            id=diary.act.new_id(), kind=random.choice(list(Kind)), span=span, room_id=random.choice(rooms),
            status=random.choice(list(Status)), show_as=random.choice(list(ShowAs)),
        )  # fmt: skip
        row.workers = [
            SessionWorker(
                id=diary.act.new_id(), worker_id=random.choice(people), starts_at=row.starts_at, ends_at=row.ends_at,
                status=random.choice(list(Assignment)),
            )
        ]  # fmt: skip
        row.clients = [
            SessionClient(
                id=diary.act.new_id(), client_id=random.choice(clients), position=0,
                status=random.choice(list(Attendance)),
            )
        ]  # fmt: skip
        rows.append(row)
    database.add_all(rows)
    database.flush()
    return rows


def times_of(book: Book, row: Session) -> Iterator[Taken]:
    """What a session takes of a book, told without any query."""
    given_up = (Assignment.CANCELLED, Assignment.DECLINED, Attendance.CANCELLED)
    if row.status in (Status.CANCELLED, Status.PENDING) or (
        row.kind is Kind.OTHER_EVENT and row.show_as is ShowAs.FREE
    ):
        return
    people: list[tuple[UUID | None, object]] = {
        ROOMS: [(row.room_id, None)],
        WORKERS: [(one.worker_id, one.status) for one in row.workers],
        CLIENTS: [(one.client_id, one.status) for one in row.clients],
    }[book]  # fmt: skip
    yield from (
        Taken(who, row.starts_at, row.ends_at) for who, status in people if who and status not in given_up
    )


@pytest.mark.parametrize("book", _BOOKS.values(), ids=_BOOKS)
@pytest.mark.parametrize("seed", range(3))
def test_what_meets_a_time_is_found_however_long_it_is(either_diary: Diary, book: Book, seed: int) -> None:
    random = Random(seed)
    with either_diary.sessions.begin() as database:
        rows = filled(either_diary, database, random)
        wanted = [taken for row in random.sample(rows, 40) for taken in times_of(book, row)]
        without = random.sample(rows, 20)

        found = others(database, book, wanted, without=without)

        there = [taken for row in rows if row not in without for taken in times_of(book, row)]
        met = {taken for taken in there if any(taken.meets(want) for want in wanted)}
        assert met
        assert {taken for taken in found if any(taken.meets(want) for want in wanted)} == met


def test_what_meets_two_times_counts_once(diary: Diary) -> None:
    """Else one van would be two while a long session meets two short ones."""
    diary.add("2026-03-03 09:00", minutes=300, room="gym", workers=[], clients=["noor"])
    with diary.read() as database:
        gym = database.scalars(select(Room.id).where(Room.ref == "gym")).one()
        day = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
        wanted = [Taken(gym, day + n * _QUARTER, day + (n + 1) * _QUARTER) for n in (1, 4)]
        assert len(others(database, ROOMS, wanted)) == 1


def test_of_nobody_nothing_is_asked(diary: Diary) -> None:
    with diary.read() as database:
        assert others(database, ASSETS, []) == []
