"""The command line with a clock that tests can set: `python -m tests.entry ...`.

CALENDULA_TEST_NOW (ISO, with offset) is the time at which the command begins; from there it runs on.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.cli.entry import main


def clock_from(text: str) -> Callable[[], datetime]:
    began, zero = datetime.fromisoformat(text), time.monotonic()
    if began.tzinfo is None:
        raise SystemExit("CALENDULA_TEST_NOW needs an offset")
    return lambda: began + timedelta(seconds=time.monotonic() - zero)


if __name__ == "__main__":
    now = os.environ.get("CALENDULA_TEST_NOW")
    main(clock=clock_from(now) if now else None)
