"""Stand-ins for what people wrote: as long as it was, and telling nothing else (FAILURES H10).

Lengths in octets stay, as what breaks is often about lengths and folds; the letters, the words and where they end do
not. Names that refer to each other get the same stand-in wherever they stand, by a secret of one export that is thrown
away. Days move by a number of whole weeks that is thrown away too: weekdays and times of day stay.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_BY_OCTETS = {1: "x", 2: "é", 3: "文", 4: "😀"}
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_DAY = re.compile(r"\d{8}")


def masked(text: str) -> str:
    """A text of the same octets that says nothing; escapes stay, as readers stumble over those."""
    parts: list[str] = []
    at = 0
    for escape in _ESCAPED.finditer(text):
        kept = escape[0] if escape[0] in ("\\n", "\\N", "\\,", "\\;", "\\\\") else _plain(escape[0])
        parts += [_plain(text[at : escape.start()]), kept]
        at = escape.end()
    return "".join([*parts, _plain(text[at:])])


def _plain(text: str) -> str:
    return "".join(_BY_OCTETS[len(char.encode("utf-8", "surrogateescape"))] for char in text)


@dataclass(frozen=True, kw_only=True)
class Disguise:
    """The secrets of one export: `salt` makes names, `weeks` moves days; neither is written anywhere."""

    salt: bytes
    weeks: int

    def name(self, text: str) -> str:
        """A stand-in for what is referred to: the same for the same, as long as it was in octets."""
        length = len(text.encode("utf-8", "surrogateescape"))
        found = hashlib.sha256(self.salt + text.encode("utf-8", "surrogateescape")).hexdigest()
        return (found * (length // len(found) + 1))[:length]

    def day(self, digits: str) -> str:
        """Eight digits of a date, some weeks away; zeros where they are no date."""
        try:
            return f"{self._moved(datetime.strptime(digits, '%Y%m%d')):%Y%m%d}".zfill(8)  # noqa: DTZ007 - a date
        except (ValueError, OverflowError):
            return "0" * len(digits)

    def days(self, text: str) -> str:
        """A text in which nothing but the dates tells anything."""
        return _DAY.sub(lambda found: self.day(found[0]), text)

    def moment(self, at: datetime | None) -> str | None:
        """An instant, some weeks away."""
        return None if at is None else self._moved(at).isoformat(timespec="seconds")

    def _moved(self, at: datetime) -> datetime:
        return at - timedelta(weeks=self.weeks)
