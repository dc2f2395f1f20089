"""Name an event so that people recognise it: when it is and what it is, never whose (DOMAIN 5)."""

from datetime import date, datetime

from sync.context import Line

_KINDS = {
    "CLIENT_SESSION": "client session",
    "CLIENT_CONTACT": "client contact",
    "COLLATERAL_CONTACT": "collateral contact",
    "OTHER_EVENT": "Other Event",
    "SHIFT": "shift",
}


def named(line: Line) -> str:
    """Like "Tue 10 Mar 2026 10:00 client session 5b1f6c1e"."""
    occurrence = f"({line.recurrence_id.replace('T', ' ')[:16]}Z)" if line.recurrence_id else ""
    return " ".join(part for part in (when(line.start), kind(line.kind), line.uid[:8], occurrence) if part)


def when(start: str) -> str:
    """A moment on its own wall clock, or a day."""
    if not start:
        return ""
    if "T" not in start:
        return f"{date.fromisoformat(start):%a %-d %b %Y}"
    return f"{datetime.fromisoformat(start):%a %-d %b %Y %H:%M}"


def kind(word: str) -> str:
    """What it is."""
    name, _, series = word.partition(" ")
    known = _KINDS.get(name, "")
    return f"series of {known}s" if series and known else known
