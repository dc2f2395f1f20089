"""What it costs to ask whether a series of 52 weeks clashes with anything, among a million sessions on SQLite.

A hundred workers, fifty rooms and a thousand clients share them, over nine years: as many each as a busy practice has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

from sqlalchemy import Connection, select, text

from adapters.database.engine import reading
from adapters.database.loading import load_series
from adapters.diary import adding
from adapters.diary.conflicts import check_places, overlaps
from model.act import Act
from model.people import Client
from model.practice import Room, Site
from tests.benchmarks.crowd import Crowd, crowd
from tests.benchmarks.report import Figure

SESSIONS, _WEEKS, _ROUNDS = 1_000_000, 52, 20
WORKERS, _ROOMS, _CLIENTS = 100, 50, 1_000
_AT = "strftime('%Y-%m-%d %H:%M:%f', '2021-01-01', ((n / 100) * 8) || ' hours') || '000'"
_TO = "strftime('%Y-%m-%d %H:%M:%f', '2021-01-01', ((n / 100) * 480 + 50) || ' minutes') || '000'"
_ID = "printf('%032x', n)"


def clashing(folder: Path) -> Iterator[Figure]:
    """A weekly series that just fits in, with its worker, client and room."""
    with crowd(
        folder / "clash", WORKERS, lambda _: "http://127.0.1.1:1/calendars/user-0/work/", hosts=1
    ) as made:
        people(made)
        add = series(made)
        with made.engine.begin() as database:
            fill(database, USUAL)
            database.execute(text("ANALYZE"))
        took = _timed(made, add)
    yield Figure(
        what=f"Conflict check of a {_WEEKS}-week series among {SESSIONS:,} sessions (SQLite)",
        target="≤ 50 ms",
        figure=f"{took * 1000:.1f} ms",
        met=took <= 0.05,
        more=f"{WORKERS} workers, {_ROOMS} rooms, {_CLIENTS} clients; the median of {_ROUNDS}, by the clock",
    )


def people(made: Crowd) -> None:
    act = Act(actor="bench", now=made.app.clock(), new_id=uuid4)
    with made.app.sessions.begin() as database:
        site = database.scalars(select(Site.id).where(Site.ref == "adelaide")).one()
        for number in range(_ROOMS):
            database.add(Room(id=act.new_id(), ref=f"r{number}", site_id=site, name="Room", capacity=1))
        for number in range(_CLIENTS):
            database.add(
                Client(id=act.new_id(), ref=f"c{number}", internal_id=f"X-{number}", name="Somebody")
            )


def series(made: Crowd) -> adding.Changed:
    """Its times lie between those of the others: from half past one on, UTC."""
    act = Act(actor="bench", now=made.app.clock(), new_id=uuid4)
    first = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
    new = adding.New(
        start=first.isoformat(), minutes=50, tz="UTC", rule=f"FREQ=WEEKLY;COUNT={_WEEKS}", workers=["w0"],
        clients=["c0"], room="r0", rostered=True,
    )  # fmt: skip
    return adding.add(made.app.sessions, act, new)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """How many sessions of how many people, and when each begins and ends, as SQL over its number `n`."""

    sessions: int
    workers: int
    rooms: int
    clients: int
    at: str
    to: str


USUAL = Amount(sessions=SESSIONS, workers=WORKERS, rooms=_ROOMS, clients=_CLIENTS, at=_AT, to=_TO)


def fill(database: Connection, much: Amount) -> None:
    """Copies of a session that is there, made by the database itself, which belong to nobody's series."""
    counted = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {much.sessions})"  # noqa: S608
    for table, own in (
        (
            "session",
            {
                "id": _ID, "series_id": "NULL", "occurrence_key": "NULL", "starts_at": much.at, "ends_at": much.to,
                "local_start": f"substr(replace({much.at}, ' ', 'T'), 1, 19)",
                "local_end": f"substr(replace({much.to}, ' ', 'T'), 1, 19)",
                "room_id": _named("room", "r", much.rooms),
            },
        ),
        (
            "session_worker",
            {
                "id": _ID, "session_id": _ID, "starts_at": much.at, "ends_at": much.to,
                "worker_id": _named("worker", "w", much.workers),
            },
        ),
        (
            "session_client",
            {
                "id": _ID, "session_id": _ID,
                "client_id": _named("client", "c", much.clients),
            },
        ),
    ):  # fmt: skip
        columns = list(database.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())  # noqa: S608
        picked = ", ".join(own.get(column, f"one.{column}") for column in columns)
        source = f"k, (SELECT * FROM {table} LIMIT 1) AS one"  # noqa: S608
        names = ", ".join(f'"{column}"' for column in columns)
        statement = f"INSERT INTO {table} ({names}) {counted} SELECT {picked} FROM {source}"  # noqa: S608
        database.execute(text(statement.replace(":", "\\:")))


def _named(table: str, letter: str, count: int) -> str:
    """One of so many, in turn."""
    return f"(SELECT id FROM {table} WHERE ref = '{letter}' || (n % {count}))"  # noqa: S608 - our own names


def _timed(made: Crowd, added: adding.Changed) -> float:
    times = []
    with reading(made.app.sessions) as database:
        found = load_series(database, added.series_id) if added.series_id else None
        rows = found.occurrences if found is not None else []
        assert len(rows) == _WEEKS
        for _ in range(_ROUNDS):
            began = perf_counter()
            check_places(database, rows)
            assert overlaps(database, rows) == []
            times.append(perf_counter() - began)
    return median(times)
