"""How often somebody may ask, and how often a token may be wrong (FAILURES G16).

Kept in memory, so a restart forgets it, and each process counts by itself. What is counted is bounded: somebody who
comes from ever new addresses costs no more memory. Time comes in.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil

_MOST_KEPT = 10_000
_LOCK_OUT_S = 60.0
_LONGEST_S = 3_600.0


@dataclass
class Bucket:
    """So many at once, then as many as come back in a minute."""

    per_min: int
    _left: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, now: float) -> int:
        """Take one; 0, or after how many seconds there is one again."""
        with self._lock:
            left, at = self._left.pop(key, (float(self.per_min), now))
            left = min(float(self.per_min), left + (now - at) * self.per_min / 60)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
            return 0 if left >= 1 else ceil((1 - left) * 60 / self.per_min)


@dataclass
class Failures:
    """Wrong tokens by address: from `most` on the address waits, each time twice as long.

    Whoever was let in before is let in all the same: an address may be a whole clinic's.
    """

    most: int
    _seen: "OrderedDict[str, tuple[int, float]]" = field(default_factory=OrderedDict)
    _good: "OrderedDict[bytes, None]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: str, token: str, now: float) -> int:
        """How many seconds this address has still to wait with this token."""
        with self._lock:
            _, until = self._seen.get(key, (0, 0.0))
            return 0 if _digest(token) in self._good else max(0, ceil(until - now))

    def note(self, key: str, now: float) -> None:
        """One more; an hour after the last one they count from the beginning."""
        with self._lock:
            count, until = self._seen.pop(key, (0, now))
            count = 1 if now - until > _LONGEST_S else count + 1
            over = count - self.most
            pause = min(_LOCK_OUT_S * 2 ** min(over, 10), _LONGEST_S) if over >= 0 else 0.0
            self._seen[key] = (count, now + pause)
            while len(self._seen) > _MOST_KEPT:
                self._seen.popitem(last=False)

    def trust(self, token: str) -> None:
        """This one was right; it is remembered by its hash."""
        with self._lock:
            self._good[_digest(token)] = None
            while len(self._good) > _MOST_KEPT:
                self._good.popitem(last=False)


def address_key(host: str) -> str:
    """One machine: of IPv6 the network, as a machine has as many addresses as it likes."""
    try:
        found = ip_address(host)
    except ValueError:
        return "unknown"
    return str(int(found) >> 64) if isinstance(found, IPv6Address) else str(found)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
