"""What it costs to find what can be booked, and how many bookings a second there can be, on SQLite.

Thirty workers with a session every three hours, up to six weeks ahead, and a window on every day: in a database of
ten thousand sessions, and in one of a million.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from uuid import uuid4

from sqlalchemy import text

from adapters.database.engine import Sessions
from adapters.diary import adding
from adapters.diary.appointment_types import AppointmentType, add_type
from adapters.diary.booking import Booking, book
from adapters.diary.client_acts import Caller
from adapters.diary.reserved_slots import NewWindow, add_window
from adapters.diary.slots import Search, find_slots
from model.act import Act
from model.errors import DomainError
from model.people import Client
from sync.settings import BookingSettings, Settings
from tests.benchmarks.clashing import Amount, fill
from tests.benchmarks.crowd import crowd
from tests.benchmarks.report import Figure

_FEW, _MANY, _WORKERS, _CLIENTS, _ROUNDS, _BOOKINGS = 10_000, 1_000_000, 30, 1_000, 100, 400
NOW = datetime(2026, 3, 9, tzinfo=UTC)
RULES = BookingSettings(
    allow=True, cutoff_min=0, how_far_days=31, client_open=1_000, client_hour=10_000, slot_step_min=60
)


def slots(folder: Path) -> Iterator[Figure]:
    """The same questions to a small and to a large database; then bookings by 32 clients at once."""
    few, _, _ = _measured(folder / "few", _FEW)
    one, everybody, rate = _measured(folder / "many", _MANY)
    yield Figure(
        what=f"Slots of one worker over 30 days among {_MANY:,} sessions, p95 (SQLite)",
        target="≤ 20 ms", figure=f"{one * 1000:.1f} ms", met=one <= 0.02,
        more=f"among {_FEW:,} it is {few * 1000:.1f} ms; {_ROUNDS} times",
    )  # fmt: skip
    yield Figure(
        what=f"Slots of {_WORKERS} workers over 30 days among {_MANY:,} sessions (SQLite)",
        target="≤ 150 ms", figure=f"{everybody * 1000:.1f} ms", met=everybody <= 0.15, more="median",
    )  # fmt: skip
    yield Figure(
        what="Bookings by 32 clients at once (SQLite)", target="", figure=f"{rate:.0f}/s", met=None,
        more=f"{_BOOKINGS} attempts, refused ones too; threads of one process",
    )  # fmt: skip


def _measured(folder: Path, sessions: int) -> tuple[float, float, float]:
    with crowd(folder, _WORKERS, lambda _: "http://127.0.1.1:1/calendars/user-0/work/", hosts=1) as made:
        _prepare(made.app.sessions)
        with made.engine.begin() as database:
            fill(database, _amount(sessions))
            database.execute(text("ANALYZE"))
        one = _timed(made.app.sessions, "w0", _ROUNDS)
        everybody = _timed(made.app.sessions, None, _ROUNDS // 5)
        return quantiles(one, n=20)[-1], median(everybody), _booked(made.app.sessions)


def _amount(sessions: int) -> Amount:
    """As many as there are, up to six weeks ahead, each worker every three hours."""
    first = NOW + timedelta(days=42) - timedelta(hours=3) * (sessions // _WORKERS)
    minutes = f"((n / {_WORKERS}) * 180 + %d) || ' minutes'"
    at, to = (
        f"strftime('%Y-%m-%d %H:%M:%f', '{first:%Y-%m-%d %H:%M}', {minutes % more}) || '000'"
        for more in (0, 50)
    )
    return Amount(sessions=sessions, workers=_WORKERS, rooms=1, clients=_CLIENTS, at=at, to=to)


def _prepare(sessions: Sessions) -> None:
    act = _act()
    add_type(sessions, act, AppointmentType(ref="visit", name="Visit", length_min=50, padding_min=10))
    with sessions.begin() as database:
        for number in range(_CLIENTS):
            one = Client(id=act.new_id(), ref=f"c{number}", internal_id=f"X-{number}", name="Somebody")
            database.add(one)
    for number in range(_WORKERS):
        window = NewWindow(worker=f"w{number}", start="2026-03-09 08:00", end="18:00", rule="FREQ=DAILY")
        add_window(sessions, act, window)
    new = adding.New(
        start="2015-01-05 09:00", minutes=50, tz="UTC", workers=["w0"], clients=["c0"], rostered=True
    )
    adding.add(sessions, act, new)


def _act() -> Act:
    return Act(actor="bench", now=NOW, new_id=uuid4)


def _timed(sessions: Sessions, worker: str | None, rounds: int) -> list[float]:
    search, times = Search(type="visit", worker=worker, start="2026-03-09", end="2026-04-08"), []
    for _ in range(rounds):
        began = perf_counter()
        assert find_slots(sessions, _act(), search, RULES)
        times.append(perf_counter() - began)
    return times


def _booked(sessions: Sessions) -> float:
    """Attempts a second, on times that many want."""
    hours = product(range(10, 30), range(8, 18))
    wanted = [
        (f"w{n % _WORKERS}", f"c{n}", f"2026-03-{day} {hour:02}:00") for n, (day, hour) in enumerate(hours)
    ]
    tasks = (wanted * (_BOOKINGS // len(wanted) + 1))[:_BOOKINGS]
    began = perf_counter()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda task: _attempt(sessions, *task), tasks))
    return _BOOKINGS / (perf_counter() - began)


def _attempt(sessions: Sessions, worker: str, client: str, start: str) -> bool:
    try:
        what = Booking(worker=worker, type="visit", start=start)
        book(sessions, _act(), what, Caller(client=client), Settings(booking=RULES))
    except DomainError:
        return False
    return True
