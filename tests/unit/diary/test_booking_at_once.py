"""Many clients at the same second: each time is booked once, on both databases, by threads and by processes."""

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from adapters.database.engine import connect, sessions
from adapters.diary.booking import Booking, book
from adapters.diary.client_acts import Caller
from model.act import Act
from model.attendance import SessionWorker
from model.errors import DomainError
from model.session import Session
from sync.settings import Settings
from tests.booker import NOW, RULES
from tests.unit.diary.conftest import Diary
from tests.unit.diary.online import opened

ROOT = Path(__file__).parents[3]
CLIENTS = ("jordan", "noor", "liam", "eva")
THREADS = 64
MANY = int(os.environ.get("CALENDULA_BOOKINGS", "200"))  # 10,000 take some minutes


def attempt(
    factory: sessionmaker, client: str, start: str, worker: str = "mia", of_type: str = "therapy"
) -> str:  # type: ignore[type-arg]
    act = Act(actor=client, now=NOW, new_id=uuid4)
    what = Booking(worker=worker, type=of_type, start=start)
    try:
        book(factory, act, what, Caller(client=client), Settings(booking=RULES))
    except DomainError as refused:
        return refused.code
    return "booked"


def at_once(tasks: list[Callable[[], str]]) -> Counter[str]:
    """All of them in threads that wait for each other first."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], str]) -> str:
        gate.wait(30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return Counter(pool.map(run, tasks))


def test_e_slot_taken_of_64_clients_at_the_same_second_one_gets_the_slot(
    either_diary: Diary, database_url: str
) -> None:
    opened(either_diary)
    engine = connect(database_url)
    factory = sessions(engine, clock=lambda: NOW)
    tasks = [lambda n=n: attempt(factory, CLIENTS[n % 4], "2026-03-10 09:00") for n in range(THREADS)]
    told = at_once(tasks)
    engine.dispose()

    assert told == {"booked": 1, "E_SLOT_TAKEN": THREADS - 1}
    with either_diary.read() as database:
        assert len(database.scalars(select(Session)).all()) == 1


def test_e_slot_taken_processes_at_the_same_second_book_each_time_once(
    either_diary: Diary, database_url: str
) -> None:
    opened(either_diary)
    times = [f"2026-03-10T{hour:02}:00-05:00" for hour in (9, 10, 11)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.booker", database_url, str(number), client, ",".join(times)],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for number, client in enumerate(CLIENTS)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    lines = [line for process in running for line in process.communicate(timeout=120)[0].splitlines()]

    told = Counter(lines)
    for start in times:
        assert told[f"{start} booked"] == 1, lines
        assert told[f"{start} E_SLOT_TAKEN"] == len(running) - 1, lines


def test_r64_random_bookings_side_by_side_never_overlap(either_diary: Diary, database_url: str) -> None:
    """Long and short types on grids that cross each other, in windows of three workers over many days."""
    online = opened(either_diary)
    for worker in ("mia", "priya", "tom"):
        online.window("2026-03-11 09:00", "17:00", worker=worker, rule="FREQ=DAILY;COUNT=30")
        online.window(
            "2026-03-11 09:20", "17:00", worker=worker, rule="FREQ=DAILY;COUNT=30", types=["therapy"]
        )
    engine = connect(database_url)
    factory = sessions(engine, clock=lambda: NOW)
    source = random.Random(64)

    def one(_: int) -> Callable[[], str]:
        worker, of_type = source.choice(("mia", "priya", "tom")), source.choice(("therapy", "call"))
        day = datetime(2026, 3, 11, tzinfo=UTC) + timedelta(days=source.randrange(12))
        grid = (0, 20) if of_type == "therapy" else (0, 15, 30, 45)
        start = f"{day:%Y-%m-%d} {source.randrange(9, 17):02}:{source.choice(grid):02}"
        client = source.choice(CLIENTS)
        return lambda: attempt(factory, client, start, worker, of_type)

    with ThreadPoolExecutor(8) as pool:
        told = Counter(pool.map(lambda task: task(), [one(n) for n in range(MANY)]))
    engine.dispose()

    assert set(told) <= {"booked", "E_SLOT_TAKEN"}
    assert told["booked"] > min(MANY, 1_000) / 10  # there is only so much time to book
    with either_diary.read() as database:
        query = select(SessionWorker.worker_id, Session.starts_at, Session.ends_at, Session.padding_min)
        rows = database.execute(query.join(Session, Session.id == SessionWorker.session_id)).all()
    assert len(rows) == told["booked"]
    times: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for worker, start, end, padding in rows:
        times.setdefault(worker, []).append((start, end + timedelta(minutes=padding)))
    for taken in times.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(taken)))
