"""Mutated files: the reader raises Unreadable and nothing else; what it reads can become any event.

`make fuzz` does what the last test does, for ten minutes and with another seed each time.
"""

import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.ical import ICalendar, split
from sync.errors import Unreadable
from sync.event import Event
from tests.fuzz.mutation import SEEDS, mutate

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CODEC = ICalendar()


def readings() -> list[Event]:
    found = []
    for seed in SEEDS:
        try:
            reading = CODEC.read(seed, tz=ADELAIDE)
        except Unreadable:
            continue
        if reading is not None and not reading.event.following:
            found.append(reading.event)
    return found


def test_a_mutated_file_is_unreadable_or_can_be_made_to_mean_any_event():
    chance, wanted, read = random.Random(1), readings(), 0
    for _ in range(5000):
        body = mutate(chance, chance.choice(SEEDS))
        try:
            reading = CODEC.read(body, tz=ADELAIDE)
        except Unreadable:
            continue
        if reading is None:
            continue
        read += 1
        assert CODEC.patch(body, reading.event, now=NOW, tz=ADELAIDE) is body
        event = replace(chance.choice(wanted), uid=reading.event.uid)
        patched = CODEC.patch(body, event, now=NOW, tz=ADELAIDE)
        assert CODEC.read(patched, tz=ADELAIDE).event == event
        assert CODEC.patch(patched, event, now=NOW, tz=ADELAIDE) is patched
    assert read > 1000


def test_a_mutated_file_always_splits():
    chance = random.Random(2)
    for _ in range(1000):
        split(mutate(chance, chance.choice(SEEDS) + chance.choice(SEEDS)), tz=ADELAIDE)


def test_g8_twenty_seconds_of_wild_mutations_neither_crash_nor_hang_nor_eat_memory(tmp_path):
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", "20", "--seed", "1", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_g8_the_fuzzer_notices_a_crash_a_hang_and_a_glutton(tmp_path):
    for fault in ("crash", "hang", "glutton"):
        command = [sys.executable, "-m", "tests.fuzz", "--seconds", "30", "--keep", str(tmp_path / fault)]
        done = subprocess.run(
            [*command, "--fault", fault], capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, len(list((tmp_path / fault).glob("*.ics")))) == (1, 1), (
            done.stdout + done.stderr
        )
