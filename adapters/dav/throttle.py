"""Decide from an answer whether the server asks us to wait (FAILURES A5, A7, A16)."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sync.errors import Throttled

_LONGEST = timedelta(days=1)  # a Retry-After beyond it is taken for a mistake
_AFTERMATH_SECONDS = 600  # iCloud answers 401 for a while after many 429 (FAILURES A5)
_RATE_WORDS = (b"ratelimitexceeded", b"quotaexceeded", b"rate limit")


class Throttle:
    """Remembers, for one account, that the server lately asked for patience."""

    def __init__(self) -> None:
        self._since: float | None = None

    def check(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Raise Throttled if this answer asks us to wait."""
        retry_after = headers.get("Retry-After")
        if self._asks_to_wait(status, retry_after, body):
            self._since = time.monotonic()
            raise Throttled(
                f"The server asks us to come back later ({status}).",
                retry_after=waiting_time(retry_after, now=_clock_of(headers)),
            )
        if status == 401 and self._since is not None and time.monotonic() - self._since < _AFTERMATH_SECONDS:
            raise Throttled("The server refuses us after too many requests (401).", retry_after=None)

    def _asks_to_wait(self, status: int, retry_after: str | None, body: bytes) -> bool:
        if status == 429 or (status == 503 and retry_after is not None):
            return True
        return status == 403 and any(word in body[:4096].lower() for word in _RATE_WORDS)


def _clock_of(headers: Mapping[str, str]) -> datetime:
    """What the server's own clock says: its dates are by that one (FAILURES D5)."""
    return _date(headers.get("Date", "")) or datetime.now(UTC)


def waiting_time(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """Read a Retry-After header, seconds or date (RFC 9110, 10.2.3); None where it says nothing usable."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), _LONGEST)
    then = _date(text)
    return min(max(then - now, timedelta()), _LONGEST) if then is not None else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
