"""What was written lately, by what it was written from: many readers ask again, and of most feeds little changes.

A key is a promise: what was written under it once is written under it always, so nothing here can be stale. Kept in
memory, up to a size; what was read longest ago goes first.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

_MOST = 32 * 2**20


@dataclass
class Kept:
    """Octets by key, in the order in which they were last read."""

    most: int = _MOST
    _texts: "OrderedDict[Hashable, bytes]" = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            found = self._texts.get(key)
            if found is not None:
                self._texts.move_to_end(key)
            return found

    def put(self, key: Hashable, text: bytes) -> None:
        with self._lock:
            old = self._texts.pop(key, None)
            self._size += len(text) - (len(old) if old is not None else 0)
            self._texts[key] = text
            while self._size > self.most:
                self._size -= len(self._texts.popitem(last=False)[1])
