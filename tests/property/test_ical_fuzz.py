"""Mutated files: the reader raises Unreadable and nothing else; what it reads can become any event."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.ical import ICalendar, split
from sync.errors import Unreadable
from sync.event import Event

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CODEC = ICalendar()
SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data").glob("*.ics"))]
TOKENS = [
    b"\r\n",
    b"\n ",
    b";",
    b":",
    b'"',
    b",",
    b"\\",
    b"=",
    b"Z",
    b"T",
    b"-",
    b"P",
    b"9999",
    b"0",
    b"\x00",
    b"\xff",
]
TOKENS += [
    b";TZID=X",
    b";VALUE=DATE",
    b"RRULE:FREQ=DAILY\r\n",
    b"BEGIN:VEVENT\r\n",
    b"END:VEVENT\r\n",
    b"99999999",
]


def mutate(chance: random.Random, body: bytes) -> bytes:
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(body) + 1), chance.choice([0, 1, 2, 8, 40])
        new = chance.choice([chance.choice(TOKENS), bytes([chance.randrange(256)]), b""])
        body = body[:at] + new + body[at + length :]
    return body


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
