"""A scheduler as a process of its own: says that it is ready, waits for a line, then books as fast as it can.

`python -m tests.scheduler DATABASE WORKER CLIENT` wants the same room and the same asset as everybody else, at many
times, and prints one line for each: when, and "added" or why not.
"""

import random
import sys
from datetime import UTC, datetime
from uuid import UUID

from adapters.database.engine import connect, sessions
from adapters.diary import adding
from adapters.diary.adding import New
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
        for what in ({"room": "room-1"}, {"assets": ["minibus"]}):
            new = New(start=start, minutes=60, workers=[worker], clients=[client], **what)
            try:
                adding.add(factory, act, new)
            except DomainError as refused:
                print(start, *what, refused.code)  # noqa: T201
            else:
                print(start, *what, "added")  # noqa: T201
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
