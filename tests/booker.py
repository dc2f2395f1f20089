"""A client as a process of its own: says that it is ready, waits for a line, then books as fast as it can.

`python -m tests.booker DATABASE SEED CLIENT TIMES` tries each of the starts (ISO, with commas between them) and prints
one line for each: when, and "booked" or why not.
"""

import random
import sys
from datetime import UTC, datetime
from uuid import UUID

from adapters.database.engine import connect, sessions
from adapters.diary.booking import Booking, book
from adapters.diary.client_acts import Caller
from model.act import Act
from model.errors import DomainError
from sync.settings import BookingSettings, Settings

NOW = datetime(2026, 3, 9, 14, tzinfo=UTC)
RULES = BookingSettings(allow=True, cutoff_min=0, how_far_days=365, client_open=1000, client_hour=10_000)


def main(database: str, seed: str, client: str, times: str) -> None:
    source = random.Random(seed)
    act = Act(actor=client, now=NOW, new_id=lambda: UUID(int=source.getrandbits(128), version=4))
    engine = connect(database)
    factory = sessions(engine, clock=lambda: NOW)
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for start in times.split(","):
        what = Booking(worker="mia", type="therapy", start=start)
        try:
            book(factory, act, what, Caller(client=client), Settings(booking=RULES))
        except DomainError as refused:
            print(start, refused.code)  # noqa: T201
        else:
            print(start, "booked")  # noqa: T201
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
