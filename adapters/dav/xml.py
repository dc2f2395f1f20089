"""Write the XML bodies of RFC 4918, 4791 and 6578, and read multistatus answers, without asking anybody.

Answers are read one response at a time, so that ten thousand cost no more memory than their bytes. Nothing
is expanded or loaded, a DTD is refused, a status we do not know is reported as it is (FAILURES A20, G5).
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from adapters.dav.policy import may_share_credentials, origin
from sync.errors import Unreachable

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


class MalformedAnswer(Unreachable):
    """What should have been a multistatus is none: a login page, a proxy's error, broken XML."""


def clark(name: str) -> str:
    """`D:getetag` as lxml spells it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


_MULTISTATUS, _RESPONSE, _TOKEN = clark("D:multistatus"), clark("D:response"), clark("D:sync-token")
_HREF, _STATUS, _PROPSTAT, _PROP = (clark(f"D:{n}") for n in ("href", "status", "propstat", "prop"))


def _document(root: str, *parts: str) -> bytes:
    inside = "".join(parts)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root} {_DECLARED}>{inside}</{root}>'.encode()


def _prop(names: Sequence[str]) -> str:
    return "<D:prop>" + "".join(f"<{name}/>" for name in names) + "</D:prop>"


def propfind(*names: str) -> bytes:
    """Ask for named properties (RFC 4918, 9.1)."""
    return _document("D:propfind", _prop(names))


def sync_report(token: str, *, limit: int = 0) -> bytes:
    """Ask what changed since `token` (RFC 6578, 3.2). A limit is for trying out only: Xandikos then loses items
    (MATRIX 4).
    """
    most = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
    return _document(
        "D:sync-collection",
        f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>{most}",
        _prop(["D:getetag"]),
    )


def multiget(hrefs: Sequence[str]) -> bytes:
    """Ask for many items at once (RFC 4791, 7.9)."""
    asked = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    return _document("C:calendar-multiget", _prop(["D:getetag", "C:calendar-data"]), asked)


def uid_query(uid: str) -> bytes:
    """Ask for the items whose UID contains `uid` (RFC 4791, 7.8.6; text-match finds substrings)."""
    match = f'<C:text-match collation="i;octet">{escape(uid)}</C:text-match>'
    wanted = f'<C:comp-filter name="VEVENT"><C:prop-filter name="UID">{match}</C:prop-filter></C:comp-filter>'
    return _document(
        "C:calendar-query",
        _prop(["D:getetag", "C:calendar-data"]),
        f'<C:filter><C:comp-filter name="VCALENDAR">{wanted}</C:comp-filter></C:filter>',
    )


def mkcalendar(name: str) -> bytes:
    """Make a calendar for events (RFC 4791, 5.3.1)."""
    return _document(
        "C:mkcalendar",
        f"<D:set><D:prop><D:displayname>{escape(name)}</D:displayname><C:supported-calendar-component-set>"
        '<C:comp name="VEVENT"/></C:supported-calendar-component-set></D:prop></D:set>',
    )


@dataclass(frozen=True, kw_only=True)
class Response:
    """One `DAV:response`; `href` as the server wrote it.

    `found` holds the properties whose propstat says 200, `refused` the status of the others. The elements are
    valid until the next response is read.
    """

    href: str
    status: int | None
    found: Mapping[str, "etree._Element"] = field(default_factory=dict)
    refused: Mapping[str, int | None] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The text of one property, None where it is absent or empty."""
        element = self.found.get(clark(name))
        return (element.text or "").strip() or None if element is not None else None

    def has(self, name: str, child: str) -> bool:
        """Whether a property holds this child, as in a resourcetype."""
        element = self.found.get(clark(name))
        return element is not None and element.find(clark(child)) is not None

    def inner(self, name: str, child: str) -> list[str]:
        """The texts of all such children of one property, as in a set of hrefs."""
        element = self.found.get(clark(name))
        found = element.iterfind(clark(child)) if element is not None else ()
        return [text for one in found if (text := (one.text or "").strip())]


class Multistatus:
    """A 207 body. Read the responses first; `token` is known after that."""

    def __init__(self, body: bytes, *, url: str) -> None:
        self._body, self._url = body, url
        self.token: str | None = None

    def __iter__(self) -> Iterator[Response]:
        try:
            yield from self._responses()
        except etree.XMLSyntaxError as error:
            raise MalformedAnswer("The server's answer is not well-formed XML.") from error

    def _responses(self) -> Iterator[Response]:
        root: etree._Element | None = None
        for event, element in _events(self._body):
            if element.tag == _MULTISTATUS and element.getparent() is None:
                root = element
                _refuse_dtd(root)
            elif event == "end" and root is not None and element.getparent() is root:
                if element.tag == _TOKEN:
                    self.token = (element.text or "").strip() or None
                else:
                    yield _response(element, self._url)
                _forget(element, root)
        if root is None:
            raise MalformedAnswer("The server's answer is no multistatus: this is not CalDAV.")


def _events(body: bytes) -> Iterator[tuple[str, "etree._Element"]]:
    return iter(
        etree.iterparse(
            io.BytesIO(body),
            events=("start", "end"),
            tag=(_MULTISTATUS, _RESPONSE, _TOKEN),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
        )
    )


def _refuse_dtd(root: "etree._Element") -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedAnswer("The server's answer carries a document type, which is refused.")


def _forget(element: "etree._Element", root: "etree._Element") -> None:
    element.clear()
    while element.getprevious() is not None:
        del root[0]


def _response(element: "etree._Element", url: str) -> Response:
    found: dict[str, etree._Element] = {}
    refused: dict[str, int | None] = {}
    for propstat in element.iterfind(_PROPSTAT):
        status = _code(propstat.findtext(_STATUS))
        for prop in propstat.iterfind(_PROP):
            for value in prop:
                if isinstance(value.tag, str) and status == 200:
                    found[value.tag] = value
                elif isinstance(value.tag, str):
                    refused[value.tag] = status
    return Response(
        href=own_href(element.findtext(_HREF) or "", url),
        status=_code(element.findtext(_STATUS)),
        found=found,
        refused=refused,
    )


def _code(line: str | None) -> int | None:
    """The number in `HTTP/1.1 404 Not Found`."""
    match = re.match(r"\s*HTTP/\S+\s+(\d{3})\b", line or "")
    return int(match[1]) if match else None


def own_href(written: str, url: str) -> str:
    """An href as written, without scheme and host unless they are a second host of the same account.

    A server behind a proxy may write URLs of a host we must not follow; the path at our own origin is what it
    means (FAILURES B28, G1). A leading `//` is a doubled slash, never another host.
    """
    href = written.strip()
    plain = href.startswith("/") and "/." not in href and "#" not in href  # nothing to resolve
    if plain or href.startswith("//"):
        return href
    there = urljoin(url, href)
    if origin(there) != origin(url) and may_share_credentials(origin(url), origin(there)):
        return there
    parts = urlsplit(there)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def conditions(body: bytes) -> dict[str, str | None]:
    """The preconditions a `DAV:error` names, each with the href inside it (RFC 4918, 16).

    By local name: some servers misspell the namespace (SOGo, FAILURES B23). Empty without such a body.
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    if root is None or etree.QName(root).localname != "error":
        return {}
    named = (child for child in root if isinstance(child.tag, str))
    return {etree.QName(child).localname: child.findtext(_HREF) for child in named}
