"""What calendar apps write when somebody drags, deletes, splits or sets something: edits of raw text.

Each gesture is spelled as the named app spells it (DOMAIN 1.6): Apple copies the master into an override and
cuts a series with UNTIL and a new UID, Google adds an EXDATE, Thunderbird an alarm with an X- line of its own.
Text in, text out; no Calendula code takes part. Lines may be in any order, as servers sort them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_VEVENT = re.compile(r"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_ZONE = re.compile(r"BEGIN:VTIMEZONE\r\n.*END:VTIMEZONE\r\n", re.DOTALL)
_ALARM = re.compile(r"BEGIN:VALARM\r\n.*?END:VALARM\r\n", re.DOTALL)
_REPEATS = ("RRULE", "EXDATE", "RDATE")
_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//iPhone OS 19.0//EN\r\n"
ALARM = (
    "BEGIN:VALARM\r\n"
    "ACTION:DISPLAY\r\n"
    "DESCRIPTION:Default Mozilla Description\r\n"
    "TRIGGER:-PT15M\r\n"
    "X-MOZ-SNOOZE-TIME:20200101T000000Z\r\n"
    "END:VALARM\r\n"
)


def repeats(text: str) -> bool:
    """Whether the event has a rule (its zone has one anyway)."""
    return "\r\nRRULE" in _master(text)


def drag(text: str, original: datetime, to: datetime, *, minutes: int, now: datetime) -> str:
    """Apple: one occurrence gets an override, a copy of the master without its rule."""
    moved = _without(_ALARM.sub("", _master(text)), *_REPEATS)
    moved = _placed(moved, to, minutes)
    moved = moved.replace("BEGIN:VEVENT\r\n", f"BEGIN:VEVENT\r\n{_at('RECURRENCE-ID', original)}\r\n")
    return text.replace("END:VCALENDAR", _edited(moved, now) + "END:VCALENDAR")


def delete(text: str, original: datetime, *, now: datetime) -> str:
    """Google: the occurrence becomes an excluded start."""
    line = _at("EXDATE", original)
    return _with_master(text, _edited(_added(_master(text), line), now))


def dentist(like: str, start: datetime, *, uid: str, minutes: int, now: datetime) -> str:
    """Apple: a new event of the practitioner's own; its zone is spelled as another event here spells it."""
    lines = [
        "BEGIN:VEVENT",
        f"CREATED:{_utc(now)}",
        _at("DTEND", start + timedelta(minutes=minutes)),
        f"DTSTAMP:{_utc(now)}",
        _at("DTSTART", start),
        f"LAST-MODIFIED:{_utc(now)}",
        "SEQUENCE:0",
        "SUMMARY:Dentist",
        "TRANSP:OPAQUE",
        f"UID:{uid}",
        "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return _HEAD + _zone(like) + "\r\n".join(lines)


def set_free(text: str, *, now: datetime) -> str:
    """All: "Show as: free" is one word."""
    return _with_master(text, _edited(_master(text).replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT"), now))


def add_alarm(text: str, *, now: datetime) -> str:
    """Thunderbird: a reminder a quarter of an hour before."""
    return _with_master(text, _edited(_master(text).replace("END:VEVENT\r\n", f"{ALARM}END:VEVENT\r\n"), now))


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Where a series is split: the first occurrence that goes elsewhere, its new start, and how many are left."""

    at: datetime
    to: datetime
    minutes: int
    left: int


def split(text: str, cut: Cut, *, uid: str, now: datetime) -> tuple[str, str]:
    """Apple, "all future events": the old series ends before the cut, a new one with a new UID goes on."""
    master = _master(text)
    rule = re.search(r"^RRULE:(.*)\r$", master, re.MULTILINE)
    parts = [part for part in (rule[1] if rule else "").split(";") if part[:6] not in ("COUNT=", "UNTIL=")]
    until = ";".join([*parts, f"UNTIL={_utc(cut.at - timedelta(seconds=1))}"])
    old = _with_master(text, _edited(_replaced(master, "RRULE", f"RRULE:{until}"), now))
    new = _placed(_without(master, "EXDATE", "RDATE"), cut.to, cut.minutes)
    new = _replaced(new, "RRULE", f"RRULE:{';'.join([*parts, f'COUNT={cut.left}'])}")
    new = _edited(_replaced(new, "UID", f"UID:{uid}"), now)
    return old, f"{_HEAD}{_zone(text)}{new}END:VCALENDAR\r\n"


# --- lines --------------------------------------------------------------------------------------------------


def _master(text: str) -> str:
    """The VEVENT that is no override."""
    return next(found[0] for found in _VEVENT.finditer(text) if "\r\nRECURRENCE-ID" not in found[0])


def _zone(text: str) -> str:
    found = _ZONE.search(text)
    return found[0] if found else ""


def _with_master(text: str, master: str) -> str:
    return text.replace(_master(text), master)


def _placed(event: str, start: datetime, minutes: int) -> str:
    event = _replaced(event, "DTSTART", _at("DTSTART", start))
    return _replaced(event, "DTEND", _at("DTEND", start + timedelta(minutes=minutes)))


def _edited(event: str, now: datetime) -> str:
    """The stamps that every app renews."""
    number = re.search(r"^SEQUENCE:(\d+)\r$", event, re.MULTILINE)
    event = _replaced(event, "SEQUENCE", f"SEQUENCE:{int(number[1]) + 1 if number else 1}")
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        event = _replaced(event, name, f"{name}:{_utc(now)}")
    return event


def _replaced(event: str, name: str, line: str) -> str:
    return _added(_without(event, name), line)


def _added(event: str, line: str) -> str:
    return event.replace("BEGIN:VEVENT\r\n", f"BEGIN:VEVENT\r\n{line}\r\n", 1)


def _without(event: str, *names: str) -> str:
    """Leave out lines, folded ones too."""
    return re.sub(rf"^(?:{'|'.join(names)})[;:].*\r\n(?:[ \t].*\r\n)*", "", event, flags=re.MULTILINE)


def _at(name: str, moment: datetime) -> str:
    return f"{name};TZID={moment.tzinfo}:{moment:%Y%m%dT%H%M%S}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
