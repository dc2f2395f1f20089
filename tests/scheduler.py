"""A scheduler as a process of its own: says that it is ready, waits for a line, then books as fast as it can.

`python -m tests.scheduler DATABASE WORKER CLIENT` wants the same room, asset and bed as everybody else, at many
times, and prints one line for each: when, what, and "added" or why not.
"""

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from adapters.database.engine import connect, sessions
from adapters.diary import adding, beds
from adapters.diary.adding import New
from adapters.diary.beds import NewStay
from model.act import Act
from model.errors import DomainError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TIMES = tuple(f"2026-03-{day} 10:00" for day in range(10, 22))


def main(database: str, worker: str, client: str) -> None:
    source = random.Random(f"{worker} {client}")
    act = Act(actor=worker, now=NOW, new_id=lambda: UUID(int=source.getrandbits(128), version=4))
    engine = connect(database)
    factory = sessions(engine, clock=lambda: NOW)
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for start in TIMES:
        who = {"workers": [worker], "clients": [client]}
        room, assets = (New(start=start, minutes=60, **who, **what) for what in _PLACES)  # type: ignore[arg-type]
        _attempt(f"{start} room", lambda new=room: adding.add(factory, act, new))
        _attempt(f"{start} assets", lambda new=assets: adding.add(factory, act, new))
        stay = NewStay(bed="b1", client=client, start=start, end=f"{start[:8]}{int(start[8:10]) + 1} 09:00")
        _attempt(f"{start} bed", lambda new=stay: beds.book(factory, act, new))
    engine.dispose()


_PLACES: tuple[dict[str, object], ...] = ({"room": "room-1"}, {"assets": ["minibus"]})


def _attempt(what: str, book: Callable[[], object]) -> None:
    try:
        book()
    except DomainError as refused:
        print(what, refused.code)  # noqa: T201
    else:
        print(what, "added")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
