"""The one way from text to a content line and back.

Everything that we write passes through `line`: names and parameters are checked, control characters cannot
get through, and folds fall between characters (FAILURES C28, G9; LIBRARIES icalendar traps 3 and 9). So k
fields in are k lines out, whatever they hold. What a property means is not known here.
"""

import re
from functools import lru_cache

from adapters.ical.lines import Line, decode

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_UNESCAPED = {"\\": "\\", ";": ";", ",": ",", "n": "\n", "N": "\n"}
_COMMA = re.compile(r"(?:[^\\,]++|\\.|\\)*+", re.DOTALL)
_NAME = re.compile(r"[A-Z0-9-]+")
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PARAMETER_SPECIALS = re.compile("[:;,]")
_FOLD = 75


def clean(text: str) -> str:
    """Text as a calendar can hold it: line ends are LF, control characters and lone surrogates are gone."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def has_controls(text: str) -> bool:
    return _CONTROLS.search(text) is not None


def clean_uri(text: str) -> str:
    """A URI on one line; a backslash before `;` or `,` is a server's addition (MATRIX, SOGo)."""
    return clean(text).replace("\n", "").replace("\\;", ";").replace("\\,", ",").strip()


def unescape(value: str) -> str:
    """Read a TEXT value; an escape that RFC 5545 does not know stays as it is (FAILURES C30)."""
    if "\\" in value:
        value = _ESCAPED.sub(lambda match: _UNESCAPED[match[1]], value)
    return clean(value)


def escape(text: str) -> str:
    """Write a TEXT value (RFC 5545, 3.3.11)."""
    text = clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def pieces(value: str) -> list[str]:
    """Cut a list of TEXT values at its commas, escapes left in place."""
    found, at = [], 0
    while at <= len(value):
        match = _COMMA.match(value, at)
        found.append(match[0] if match else "")
        at += len(found[-1]) + 1
    return found


def line(name: str, value: str, **parameters: str | tuple[str, ...]) -> Line:
    """Write one content line; a parameter's `_` stands for `-`. Raises ValueError for what could be two."""
    head = [_checked_name(name)]
    for parameter, setting in parameters.items():
        listed = (setting,) if isinstance(setting, str) else setting
        head.append(f"{_checked_name(parameter.replace('_', '-'))}={','.join(map(_parameter, listed))}")
    if _UNSAFE.search(value):
        raise ValueError(f"{name} holds a control character")
    return made((";".join(head) + ":" + value).encode())


def made(text: bytes) -> Line:
    """A line of our own from its unfolded octets."""
    return Line(0, fold(text), text)


def rebuilt(old: Line, values: list[str]) -> Line:
    """A line of a list with some of its values only; it stays theirs, TZID and all."""
    text = f"{decode(old.head)}:{','.join(values)}"
    return made(_UNSAFE.sub("", text).encode())._replace(number=old.number)


def fold(text: bytes) -> bytes:
    """Cut into lines of at most 75 octets between code points, ended by CRLF."""
    if len(text) <= _FOLD:
        return text + b"\r\n"
    parts, at, room = [], 0, _FOLD
    while len(text) - at > room:
        cut = at + room
        while cut > at + 1 and text[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(text[at:cut])
        at, room = cut, _FOLD - 1
    parts.append(text[at:])
    return b"\r\n ".join(parts) + b"\r\n"


@lru_cache(maxsize=256)
def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a property or parameter")
    return name


def _parameter(value: str) -> str:
    """Write a parameter's value, quoted where it must be (RFC 6868 for quotes and line ends)."""
    value = clean(value).replace("\t", " ").replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{value}"' if _PARAMETER_SPECIALS.search(value) else value
