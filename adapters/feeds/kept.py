"""Calendars that were written lately, by their tags: many readers ask again without saying what they have.

A tag is a promise (`content`): what was written under it once is written under it always, so nothing here can be stale.
Kept in memory, up to a size; what was read longest ago goes first.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

_MOST = 32 * 2**20


@dataclass
class Kept:
    """Bodies by tag, in the order in which they were last read."""

    most: int = _MOST
    _bodies: "OrderedDict[str, bytes]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, tag: str) -> bytes | None:
        with self._lock:
            if tag in self._bodies:
                self._bodies.move_to_end(tag)
            return self._bodies.get(tag)

    def put(self, tag: str, body: bytes) -> None:
        with self._lock:
            self._bodies[tag] = body
            while sum(map(len, self._bodies.values())) > self.most:
                self._bodies.popitem(last=False)
