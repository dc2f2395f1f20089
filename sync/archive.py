"""What a run leaves behind for `rewind`: how things stood before it changed them.

Values only. How they are sealed and stored is `adapters.database.archive`'s, what is done with them `rewind`'s.
"""

import json
from dataclasses import dataclass
from typing import Literal, Self

from model.link import EventMapping

Action = Literal["sent-create", "sent-replace", "sent-delete", "taken-in", "gone", "diary"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An event as both sides had agreed on it: what the server stored, what we had projected, and the
    practitioner's remark. `etag` is the one it had there."""

    base: bytes
    pushed: bytes | None
    note: str
    etag: str | None

    @classmethod
    def of(cls, mapping: EventMapping) -> Self | None:
        """How a mapping stands now; None: nothing is agreed on."""
        if mapping.base_ical is None:
            return None
        return cls(base=mapping.base_ical, pushed=mapping.pushed_ical, note=mapping.note, etag=mapping.etag)

    def to_bytes(self) -> bytes:
        """As one text; bytes that are no UTF-8 survive."""
        stored = {
            "base": _text(self.base),
            "pushed": None if self.pushed is None else _text(self.pushed),
            "note": self.note,
            "etag": self.etag,
        }
        return json.dumps(stored).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        found = json.loads(stored)
        pushed = found["pushed"]
        return cls(
            base=_octets(found["base"]),
            pushed=None if pushed is None else _octets(pushed),
            note=found["note"],
            etag=found["etag"],
        )


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
