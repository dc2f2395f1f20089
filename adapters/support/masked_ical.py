"""An iCalendar object of which only the form is left: what its lines are, and how long, never what they say.

Built from an allow-list, octet by octet as long as it was, folds and line ends where they were: names of properties,
words that RFC 5545 gives, numbers, zones that everybody has, and dates, which are moved. Everything else is masked,
whatever it is: a line that cannot be read as one is masked as a whole.
"""

import re
from collections.abc import Callable
from zoneinfo import available_timezones

from adapters.support.masking import Disguise, masked

_FOLD = re.compile(rb"\r?\n[ \t]")
_PHYSICAL = re.compile(rb"[^\n]*\n|[^\n]+")
_LINE = re.compile(r'([^:;"]+)((?:;[^=;:"]+=(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]+)=((?:[^":;]|"[^"]*")*)')
_COMPONENTS = {
    "VCALENDAR",
    "VEVENT",
    "VTODO",
    "VJOURNAL",
    "VALARM",
    "VTIMEZONE",
    "STANDARD",
    "DAYLIGHT",
    "VFREEBUSY",
}
_NAMES = {
    "BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION",
    "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS",
    "TRANSP", "CLASS", "SEQUENCE", "CREATED", "LAST-MODIFIED", "CATEGORIES", "RESOURCES", "URL", "CONFERENCE",
    "COLOR", "ORGANIZER", "ATTENDEE", "RELATED-TO", "TRIGGER", "ACTION", "ACKNOWLEDGED", "REPEAT", "ATTACH",
    "COMMENT", "CONTACT", "GEO", "PRIORITY", "IMAGE", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "TZURL",
    "X-LIC-LOCATION", "X-WR-CALNAME", "X-WR-TIMEZONE", "FREEBUSY", "X-MICROSOFT-CDO-BUSYSTATUS",
    "X-MICROSOFT-CDO-ALLDAYEVENT", "X-APPLE-STRUCTURED-LOCATION", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR",
    "X-MOZ-GENERATION", "X-MOZ-LASTACK", "X-ALT-DESC", "X-CALENDULA-KIND", "X-CALENDULA-STATE",
    "X-CALENDULA-LOCK", "X-CALENDULA-REV", "X-CALENDULA-HOP",
}  # fmt: skip
_WORDS = {
    "VERSION": {"2.0"}, "CALSCALE": {"GREGORIAN"}, "METHOD": {"PUBLISH", "REQUEST", "CANCEL", "REPLY"},
    "STATUS": {"CONFIRMED", "TENTATIVE", "CANCELLED"}, "TRANSP": {"OPAQUE", "TRANSPARENT"},
    "CLASS": {"PUBLIC", "PRIVATE", "CONFIDENTIAL"}, "ACTION": {"AUDIO", "DISPLAY", "EMAIL", "NONE"},
    "X-MICROSOFT-CDO-BUSYSTATUS": {"BUSY", "FREE", "TENTATIVE", "OOF"},
    "X-MICROSOFT-CDO-ALLDAYEVENT": {"TRUE", "FALSE"},
    "X-CALENDULA-KIND": {"CLIENT-SESSION", "CLIENT-CONTACT", "COLLATERAL-CONTACT", "OTHER-EVENT", "SHIFT", "REQUEST"},
    "X-CALENDULA-STATE": {"DRAFT", "PENDING", "ROSTERED", "IN-PROGRESS", "COMPLETE", "CANCELLED"},
    "X-CALENDULA-LOCK": {"TRUE"}, "X-CALENDULA-HOP": {"1"},
    "BEGIN": _COMPONENTS, "END": _COMPONENTS,
}  # fmt: skip
_OF_PARAMETERS = {
    "VALUE": {"DATE", "DATE-TIME", "PERIOD", "DURATION", "URI", "TEXT", "BINARY"}, "RELATED": {"START", "END"},
    "RANGE": {"THISANDFUTURE", "THISANDPRIOR"}, "CUTYPE": {"INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"},
    "PARTSTAT": {"ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION", "DELEGATED"}, "ENCODING": {"BASE64", "8BIT"},
    "SCHEDULE-AGENT": {"NONE", "SERVER", "CLIENT"}, "RELTYPE": {"PARENT", "CHILD", "SIBLING"},
    "RSVP": {"TRUE", "FALSE"},
    "FBTYPE": {"BUSY", "FREE", "BUSY-TENTATIVE", "BUSY-UNAVAILABLE"},
}  # fmt: skip
_DATES = {
    "DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "COMPLETED",
    "ACKNOWLEDGED", "TRIGGER", "X-MOZ-LASTACK", "FREEBUSY",
}  # fmt: skip
_NUMBERS = {"SEQUENCE", "PRIORITY", "REPEAT", "X-MOZ-GENERATION"}
_NAMED = {"UID", "RELATED-TO"}
_IN_ZONES = {"STANDARD", "DAYLIGHT"}
_DURATION = r"[+-]?P[0-9DTHMSW]{1,20}"
_MOMENT = r"\d{8}(?:T\d{6}Z?)?"
_WHEN = re.compile(rf"{_MOMENT}(?:/(?:{_MOMENT}|{_DURATION}))?(?:,{_MOMENT}(?:/(?:{_MOMENT}|{_DURATION}))?)*")
_LASTS, _NUMBER, _OFFSET = re.compile(_DURATION), re.compile(r"-?\d{1,9}"), re.compile(r"[+-]\d{4}(?:\d\d)?")
_FREQ = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_RULE: dict[str, re.Pattern[str]] = {
    "FREQ": re.compile("|".join(sorted(_FREQ))),
    "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
    "BYDAY": re.compile(r"(?:[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,|$))+"),
    **dict.fromkeys(("INTERVAL", "COUNT"), re.compile(r"\d{1,6}")),
    **dict.fromkeys(
        ("BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYWEEKNO", "BYYEARDAY"),
        re.compile(r"-?\d{1,3}(?:,-?\d{1,3})*"),
    ),
}  # fmt: skip


def masked_object(body: bytes, disguise: Disguise) -> bytes:
    """The same object without anything that somebody wrote, octet by octet as long."""
    inside: list[str] = []
    return b"".join(_line(raw, inside, disguise) for raw in _logical(body))


def _logical(body: bytes) -> list[bytes]:
    """Lines with their folds."""
    lines: list[bytes] = []
    for physical in _PHYSICAL.findall(body):
        if lines and physical[:1] in (b" ", b"\t") and lines[-1].endswith(b"\n"):
            lines[-1] += physical
        else:
            lines.append(physical)
    return lines


def _line(raw: bytes, inside: list[str], disguise: Disguise) -> bytes:
    """One line: unfold, mask what its text says, and put the folds back where they were."""
    end = raw[len(raw.rstrip(b"\r\n")) :]
    content = raw[: len(raw) - len(end)]
    folds: list[tuple[int, bytes]] = []
    taken = 0
    for fold in _FOLD.finditer(content):
        folds.append((fold.start() - taken, fold[0]))
        taken += len(fold[0])
    text = _FOLD.sub(b"", content).decode("utf-8", "surrogateescape")
    said = _said(text, inside, disguise).encode("utf-8", "surrogateescape")
    for at, fold_octets in reversed(folds):
        said = said[:at] + fold_octets + said[at:]
    return said + end


def _said(text: str, inside: list[str], disguise: Disguise) -> str:
    parts = _LINE.fullmatch(text)
    if parts is None:
        return masked(text)
    name, value = parts[1].upper(), parts[3]
    parameters = _PARAMETER.sub(lambda one: f";{_parameter(one[1], one[2], disguise)}", parts[2])
    said = _value(name, value, disguise, in_zone=bool(inside) and inside[-1] in _IN_ZONES)
    if name == "BEGIN":
        inside.append(value.strip().upper())
    elif name == "END" and inside:
        inside.pop()
    return f"{parts[1] if name in _NAMES else masked(parts[1])}{parameters}:{said}"


def _parameter(name: str, value: str, disguise: Disguise) -> str:
    known = name.upper()
    if known == "TZID":
        return f"{name}={_zone(value, disguise)}"
    if known in _OF_PARAMETERS:
        return f"{name}={value if value.upper() in _OF_PARAMETERS[known] else masked(value)}"
    return f"{masked(name)}={_quoted(value)}"


def _quoted(value: str) -> str:
    """Quotes stay: what is between them may hold anything."""
    return '"'.join(masked(part) for part in value.split('"'))


def _zone(text: str, disguise: Disguise) -> str:
    """A zone that everybody has; what else it is called is a name of somebody's."""
    if text in available_timezones() or text.strip('"') in available_timezones():
        return text
    return '"'.join(disguise.name(part) for part in text.split('"'))


def _value(name: str, value: str, disguise: Disguise, *, in_zone: bool) -> str:
    if name in _WORDS:
        return value if value.upper() in _WORDS[name] else masked(value)
    if name in _NAMED:
        return disguise.name(value)
    if name in ("TZID", "X-WR-TIMEZONE", "X-LIC-LOCATION"):
        return _zone(value, disguise)
    if name in ("RRULE", "EXRULE"):
        return ";".join(_rule_part(part, disguise, in_zone=in_zone) for part in value.split(";"))
    if name in _DATES and _WHEN.fullmatch(value):
        return value if in_zone else disguise.days(value)  # when a zone's clocks change is everybody's
    return _figures(name, value)


def _figures(name: str, value: str) -> str:
    """Numbers, lengths and offsets, where there can be nothing else."""
    forms: dict[str, re.Pattern[str]] = {
        **dict.fromkeys(_NUMBERS, _NUMBER),
        **dict.fromkeys(("DURATION", "TRIGGER"), _LASTS),
        **dict.fromkeys(("TZOFFSETFROM", "TZOFFSETTO"), _OFFSET),
    }
    return value if name in forms and forms[name].fullmatch(value) else masked(value)


def _rule_part(part: str, disguise: Disguise, *, in_zone: bool) -> str:
    name, equals, value = part.partition("=")
    if name.upper() == "UNTIL" and _WHEN.fullmatch(value):
        return part if in_zone else f"{name}={disguise.days(value)}"
    known: Callable[[str], object] | None = form.fullmatch if (form := _RULE.get(name.upper())) else None
    return part if equals and known is not None and known(value.upper()) else masked(part)
