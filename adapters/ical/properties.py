"""Which property says what about an event, in both directions.

Each fact of a `Component` but its times has its property, and one place that reads and writes it. Unknown
values get their default (RFC 5545); what is no fact of ours is foreign and not looked at. Times are in
`moments`, components in `reader` and `writer`.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from adapters.ical.lines import Line, Lines
from adapters.ical.text import clean, clean_uri, escape, line, pieces, unescape
from sync.event import Component, Status

MARK = "X-CALENDULA-"
BUSY_STATUS = "X-MICROSOFT-CDO-BUSYSTATUS"
# What comes through every server as it was (MATRIX, "What survives", rule 12).
_MARK_NAME = re.compile(r"[A-Z0-9-]{1,40}")
_MARK_VALUE = re.compile(r"[A-Za-z0-9+/=._-]{1,600}")
_STATUSES: dict[str, Status] = {"CONFIRMED": "CONFIRMED", "TENTATIVE": "TENTATIVE", "CANCELLED": "CANCELLED"}
_URN = "urn:uuid:"
_TOKEN = re.compile(r"[A-Z0-9-]+")


class Property(NamedTuple):
    """A fact with one value: how to read it, and the lines to write for it (none for an empty value).

    With `several`, an event may have more of these lines; the first is ours and the others stay. With `silent`, the
    fact may be None: then we say nothing, and what stands there stays.
    """

    name: str
    read: Callable[[Lines], object]
    write: Callable[[Component], list[Line]]
    fact: Callable[[Component], object]
    several: bool = False
    silent: bool = False


class Values(NamedTuple):
    """A fact with a set of values: the (value, text) pairs on a line, and the line for one value."""

    name: str
    split: Callable[[Line], list[tuple[str, str]]]
    write: Callable[[str], Line]
    fact: Callable[[Component], frozenset[str]]


def text(lines: Lines, name: str) -> str:
    found = lines.get(name)
    return unescape(found[0].value) if found else ""


def uri(lines: Lines, name: str) -> str:
    found = lines.get(name)
    return clean_uri(found[0].value) if found else ""


def status(lines: Lines) -> Status:
    return _STATUSES.get(_token(lines, "STATUS"), "CONFIRMED")


def transparent(lines: Lines) -> bool:
    return _token(lines, "TRANSP") == "TRANSPARENT"


def classification(lines: Lines) -> str:
    return _class_token(lines["CLASS"][0].value) if "CLASS" in lines else "PUBLIC"


def colour(lines: Lines) -> str:
    """A name of CSS (RFC 7986, 5.9), in small letters."""
    return _token(lines, "COLOR").lower()


def values(lines: Lines, kind: Values) -> frozenset[str]:
    return frozenset(value for found in lines.get(kind.name, []) for value, _ in kind.split(found))


def replies(lines: Lines) -> dict[str, str]:
    """What guests answered, by address, also where it stands beside another name for them (RFC 5545, 3.2.12)."""
    found: dict[str, str] = {}
    for own in lines.get("ATTENDEE", []):
        parameters = own.parameters
        told = {
            parameters.get("EMAIL", "").strip().lower(),
            *(address for address, _ in _split_attendee(own)),
        }
        if "PARTSTAT" in parameters:
            found |= dict.fromkeys(told - {""}, parameters["PARTSTAT"].strip().upper())
    return found


def marks(lines: Lines) -> dict[str, str]:
    """Our own X-CALENDULA- lines; a value that we cannot have written is not ours."""
    found: dict[str, str] = {}
    for name, own in lines.items():
        if name.startswith(MARK):
            value = own[0].value.strip()
            if _MARK_NAME.fullmatch(name[len(MARK) :]) and _MARK_VALUE.fullmatch(value):
                found[name[len(MARK) :]] = value
    return found


def mark_line(name: str, value: str) -> Line:
    """Write one of our marks; ValueError for what some server would cut."""
    if not _MARK_NAME.fullmatch(name) or not _MARK_VALUE.fullmatch(value):
        raise ValueError(f"the mark {name[:40]!r} holds more than letters, digits and +/=._-")
    return line(MARK + name, value)


def busy_status(component: Component) -> str:
    """How Outlook shows the time; what is cancelled is free."""
    if component.status == "CANCELLED" or component.transparent:
        return "FREE"
    return "TENTATIVE" if component.status == "TENTATIVE" else "BUSY"


def _class_token(value: str) -> str:
    token = value.strip().upper()
    return token if _TOKEN.fullmatch(token) else "PUBLIC"


def _token(lines: Lines, name: str) -> str:
    found = lines.get(name)
    return found[0].value.strip().upper() if found else ""


def _text_lines(name: str, fact: Callable[[Component], str]) -> Callable[[Component], list[Line]]:
    def write(component: Component) -> list[Line]:
        value = escape(fact(component))
        return [line(name, value)] if value else []

    return write


def _text_property(name: str, fact: Callable[[Component], str], *, several: bool = False) -> Property:
    return Property(
        name,
        read=lambda lines: text(lines, name),
        write=_text_lines(name, fact),
        fact=lambda component: clean(fact(component)),
        several=several,
    )


def _url_lines(component: Component) -> list[Line]:
    value = clean_uri(component.url)
    return [line("URL", value)] if value else []


def _colour_lines(component: Component) -> list[Line]:
    return [line("COLOR", component.colour)] if component.colour else []


def _conference_lines(component: Component) -> list[Line]:
    value = clean_uri(component.conference)
    return [line("CONFERENCE", value, VALUE="URI", FEATURE=("AUDIO", "VIDEO"))] if value else []


def _split_list(own: Line) -> list[tuple[str, str]]:
    pairs = [(unescape(piece).strip(), piece) for piece in pieces(own.value)]
    return [(value, piece) for value, piece in pairs if value]


def _split_attendee(own: Line) -> list[tuple[str, str]]:
    address = clean_uri(own.value).lower().removeprefix("mailto:")
    return [(address, own.value)] if address and not _is_taken(own) else []


def _is_taken(own: Line) -> bool:
    """Whether it names a room or an asset as we do: by a UUID alone, which is nobody's address."""
    parameters = own.parameters
    kind = parameters.get("CUTYPE", "").upper() in ("ROOM", "RESOURCE")
    return kind and own.value.strip().lower().startswith(_URN) and not {"CN", "EMAIL"} & parameters.keys()


def _split_taken(own: Line) -> list[tuple[str, str]]:
    if not _is_taken(own):
        return []
    return [(f"{own.parameters['CUTYPE'].upper()} {own.value.strip().lower()}", own.value)]


def _taken_line(taken: str) -> Line:
    kind, _, urn = taken.partition(" ")
    return line("ATTENDEE", urn, CUTYPE=kind, PARTSTAT="ACCEPTED", SCHEDULE_AGENT="NONE")


def _attendee_line(address: str) -> Line:
    # Without this guard a server invites whom we name (DOMAIN 1.0).
    value = address if ":" in address else f"mailto:{address}"
    return line("ATTENDEE", value, SCHEDULE_AGENT="NONE")


PROPERTIES = (
    _text_property("SUMMARY", lambda c: c.summary),
    _text_property("DESCRIPTION", lambda c: c.description),
    _text_property("LOCATION", lambda c: c.location),
    Property("STATUS", status, lambda c: [line("STATUS", c.status)], lambda c: c.status),
    Property(
        "TRANSP",
        transparent,
        lambda c: [line("TRANSP", "TRANSPARENT" if c.transparent else "OPAQUE")],
        lambda c: c.transparent,
    ),
    Property(
        "CLASS",
        classification,
        lambda c: [line("CLASS", _class_token(c.classification))],
        lambda c: _class_token(c.classification),
    ),
    Property("URL", lambda lines: uri(lines, "URL"), _url_lines, lambda c: clean_uri(c.url)),
    Property(
        "CONFERENCE",
        lambda lines: uri(lines, "CONFERENCE"),
        _conference_lines,
        lambda c: clean_uri(c.conference),
        several=True,
    ),
    _text_property("RELATED-TO", lambda c: c.related_to, several=True),
    Property("COLOR", colour, _colour_lines, lambda c: c.colour, silent=True),
)
CATEGORIES = Values(
    "CATEGORIES",
    _split_list,
    lambda value: line("CATEGORIES", escape(value)),
    lambda c: frozenset(clean(value).strip() for value in c.categories) - {""},
)
RESOURCES = Values(
    "RESOURCES",
    _split_list,
    lambda value: line("RESOURCES", escape(value)),
    lambda c: frozenset(clean(value).strip() for value in c.resources) - {""},
)
ATTENDEES = Values(
    "ATTENDEE",
    _split_attendee,
    _attendee_line,
    lambda c: frozenset(clean_uri(value).lower().removeprefix("mailto:") for value in c.attendees) - {""},
)
TAKEN = Values("ATTENDEE", _split_taken, _taken_line, lambda c: c.taken)
SETS = (CATEGORIES, RESOURCES, ATTENDEES, TAKEN)
