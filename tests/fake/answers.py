"""The XML that the fake server reads and writes, by RFC 4918, 4791 and 6578: no decision is made here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from tests.fake.wire import Answer

_SPACES = (
    'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" '
    'xmlns:A="http://apple.com/ns/ical/"'
)
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_PREFIXES = {
    "DAV:": "",
    "urn:ietf:params:xml:ns:caldav": "C:",
    "http://calendarserver.org/ns/": "CS:",
    "http://apple.com/ns/ical/": "A:",
}
D, C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
# What XML 1.0 cannot hold; servers that hand it out all the same are FAILURES B39, and have tests of their own.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Asked:
    """A body that asks: its root element, and the properties it names."""

    root: etree._Element
    names: tuple[str, ...]

    def text(self, path: str) -> str:
        return (self.root.findtext(path) or "").strip()

    def texts(self, path: str) -> list[str]:
        return [(one.text or "").strip() for one in self.root.iterfind(path)]

    def has(self, path: str) -> bool:
        return self.root.find(path) is not None


def asked(body: bytes) -> Asked:
    root = etree.fromstring(body or b'<propfind xmlns="DAV:"><allprop/></propfind>')
    names = [_short(child) for prop in root.iterfind(f"{D}prop") for child in prop]
    return Asked(root, tuple(names))


def _short(element: etree._Element) -> str:
    name = etree.QName(element)
    return _PREFIXES.get(name.namespace or "", "?:") + name.localname


def text(value: str) -> str:
    return escape(_UNFIT.sub("", value))


def response(href: str, known: Mapping[str, str], names: Iterable[str]) -> str:
    """One member: the properties that were asked for and are known, and those that are not."""
    names = list(names)
    found = "".join(f"<{n}>{known[n]}</{n}>" for n in names if n in known)
    lacking = "".join(f"<{n}/>" for n in names if n not in known and not n.startswith("?"))
    parts = [_propstat(found, "200 OK")] if found or not lacking else []
    parts += [_propstat(lacking, "404 Not Found")] if lacking else []
    return f"<response><href>{escape(href)}</href>{''.join(parts)}</response>"


def _propstat(inside: str, status: str) -> str:
    return f"<propstat><prop>{inside}</prop><status>HTTP/1.1 {status}</status></propstat>"


def status(href: str, line: str) -> str:
    """One member that has a status and nothing else."""
    return f"<response><href>{escape(href)}</href><status>HTTP/1.1 {line}</status></response>"


def bare(href: str) -> str:
    """One member of which nothing is said (FAILURES A21)."""
    return f"<response><href>{escape(href)}</href></response>"


def multistatus(responses: Iterable[str], *, token: str = "") -> Answer:
    tail = f"<sync-token>{escape(token)}</sync-token>" if token else ""
    inside = "".join(responses)
    body = f'<?xml version="1.0" encoding="utf-8"?><multistatus {_SPACES}>{inside}{tail}</multistatus>'
    return Answer(207, body.encode(), _XML)


def error(code: int, *conditions: str) -> Answer:
    """A refusal that names its precondition, written as an element."""
    return Answer(code, f"<error {_SPACES}>{''.join(conditions)}</error>".encode(), _XML)
