"""Change calendar files at random: a few octets, whole lines, or beyond all measure. One seed, one sequence."""

import random
from pathlib import Path

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data").glob("*.ics"))]
TOKENS = [
    *(
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
    ),
    *(
        b";TZID=X",
        b";VALUE=DATE",
        b"RRULE:FREQ=DAILY\r\n",
        b"BEGIN:VEVENT\r\n",
        b"END:VEVENT\r\n",
        b"99999999",
    ),
]
RULES = [
    *(
        b"FREQ=SECONDLY",
        b"FREQ=DAILY;INTERVAL=0",
        b"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        b"FREQ=DAILY;COUNT=1000000000",
    ),
    *(
        b"FREQ=WEEKLY;BYSETPOS=-1;BYDAY=MO",
        b"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11",
    ),
    *(b"FREQ=MONTHLY;BYDAY=-53SU", b"FREQ=YEARLY;UNTIL=00010101T000000Z", b"FREQ=DAILY;INTERVAL=2147483648"),
]
_LONGEST = 5 * 1024 * 1024


def mutate(chance: random.Random, body: bytes) -> bytes:
    """One to three small changes anywhere."""
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(body) + 1), chance.choice([0, 1, 2, 8, 40])
        new = chance.choice([chance.choice(TOKENS), bytes([chance.randrange(256)]), b""])
        body = body[:at] + new + body[at + length :]
    return body


def wild(chance: random.Random) -> bytes:
    """A file changed in one of many ways, small ones most often."""
    body = chance.choice(SEEDS)
    for _ in range(chance.randint(1, 3)):
        body = chance.choices(_WAYS, _WEIGHTS)[0](chance, body)
    return body[:_LONGEST]


def _lines(chance: random.Random, body: bytes) -> bytes:
    """Lines in another order, left out, or twice."""
    lines = body.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        if lines:
            taken = lines.pop(chance.randrange(len(lines)))
            for _ in range(chance.choice([0, 1, 2])):
                lines.insert(chance.randrange(len(lines) + 1), taken)
    return b"".join(lines)


def _spliced(chance: random.Random, body: bytes) -> bytes:
    other = chance.choice(SEEDS)
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]


def _ruled(chance: random.Random, body: bytes) -> bytes:
    """Another rule, in an event or in a zone."""
    return body.replace(b"RRULE:", b"RRULE:" + chance.choice(RULES) + b"\r\nX-OLD:", 1)


def _swollen(chance: random.Random, body: bytes) -> bytes:
    """One line, or a piece of it, thousands of times."""
    lines = body.splitlines(keepends=True) or [b""]
    at = chance.randrange(len(lines))
    line, times = lines[at], chance.choice([100, 3_000, 60_000])
    start = chance.randrange(len(line) + 1)
    piece = line[start : start + chance.randint(1, 20)]
    lines[at] = chance.choice([line * times, line[:start] + piece * times + line[start:]])
    return b"".join(lines)[:_LONGEST]


def _renumbered(chance: random.Random, body: bytes) -> bytes:
    """Other digits, as many as before."""
    digits = [n for n, octet in enumerate(body) if 48 <= octet <= 57]
    changed = bytearray(body)
    for at in chance.sample(digits, min(len(digits), chance.randint(1, 6))):
        changed[at] = chance.choice(b"0123456789")
    return bytes(changed)


_WAYS = (mutate, _lines, _spliced, _ruled, _renumbered, _swollen)
_WEIGHTS = (40, 15, 15, 10, 19, 1)
