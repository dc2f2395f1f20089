"""Feed mutated calendar files to the reader, the patcher and the importer: `python -m tests.fuzz --seconds 600`.

It fails on an exception that is not ours, on a file that takes longer than ten seconds, and when the process
needs more than 200 MB. The file that did it is kept, and the seed is printed.
"""

import argparse
import contextlib
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.ical import ICalendar, split
from model.recurrence import expand
from sync.compare import meaning
from sync.errors import Unreadable
from sync.event import Event
from tests.fuzz.mutation import wild

TZ = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=800)
CODEC = ICalendar()
HREF = "/calendars/anna/a.ics"
SECONDS, MIB = 10, 200


class Hung(Exception):
    """A file took too long."""


class Glutton(Exception):
    """The process grew too large."""


def digest(body: bytes, before: Event | None) -> Event | None:
    """Everything that a run does with a foreign body."""
    split(body, tz=TZ)
    try:
        reading = CODEC.read(body, tz=TZ, href=HREF)
    except Unreadable:
        return before
    if reading is None:
        return before
    event = reading.event
    assert CODEC.patch(body, event, now=NOW, tz=TZ) is body
    if event.following or event.master is None:
        return before
    meaning(event)
    expand(event.master.start, event.rule, event.rdates, TZ, since=NOW, until=LATER)
    if before is not None:
        wanted = replace(before, uid=event.uid)
        patched = CODEC.patch(body, wanted, now=NOW, tz=TZ)
        again = CODEC.read(patched, tz=TZ, href=HREF)
        assert again is not None
        assert again.event == wanted
    return event


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hung(f"more than {seconds} seconds of CPU")

    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # its own time: a busy machine is no hang
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _peak_kib() -> int:
    """Where Linux says it: what `getrusage` says begins with the peak of the process that started this one."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def check_size() -> None:
    """Peak memory of this program, libraries and all."""
    mib = _peak_kib() / 1024
    if mib > MIB:
        raise Glutton(f"{mib:.0f} MB")


def misbehave(fault: str) -> None:
    """Prove that it would be noticed."""
    if fault == "crash":
        raise KeyError("x")
    if fault == "hang":
        while True:
            pass
    if fault == "glutton":
        _ = bytes(bytearray(b"x" * (MIB * 1024 * 1024)))


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=600)
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    asked.add_argument("--fault", choices=["crash", "hang", "glutton"], default="", help="fail on purpose")
    given = asked.parse_args()
    seed = given.seed if given.seed is not None else time.time_ns() % 1_000_000
    chance, until, files, event = random.Random(seed), time.monotonic() + given.seconds, 0, None
    while time.monotonic() < until:
        body = wild(chance)
        files += 1
        try:
            with limited(SECONDS):
                event = digest(body, event)
                misbehave(given.fault)
            check_size()
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            kept = given.keep / f"{sha256(body).hexdigest()[:12]}.ics"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(body)
            traceback.print_exception(error)
            sys.stdout.write(f"seed {seed}, file {files}: {type(error).__name__} ({error}); kept as {kept}\n")
            return 1
    peak = _peak_kib() // 1024
    sys.stdout.write(f"seed {seed}: {files} files, {peak} MB at most, nothing found\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
