"""One collection on the wire: addresses its members, and tells "not there" from "no usable answer".

Knows the statuses of RFC 4918 that concern a collection as a whole; what an answer says about items is for
`listing`, `reading` and `writing`.
"""

import re
from urllib.parse import urljoin, urlsplit

from adapters.dav.http import GuardedClient, Reply
from adapters.dav.policy import AddressNotAllowed, has_controls
from adapters.dav.xml import MalformedAnswer, Multistatus, Response, propfind
from sync.errors import CalendarMissing, Unreachable
from sync.href import canonical_href

ABSENT = frozenset({404, 410})
_ONE_HEADER = re.compile(r"[\x20-\x7e]*")
_XML = {"Content-Type": "application/xml; charset=utf-8"}


class Collection:
    """A calendar's URL and the client that speaks to it."""

    def __init__(self, client: GuardedClient, url: str) -> None:
        self.client = client
        self.url = url if url.endswith("/") else url + "/"
        self.path = urlsplit(self.url).path
        self._key = _member_key(self.path)

    def is_self(self, href: str) -> bool:
        """Whether an href names this collection (FAILURES B29)."""
        return _member_key(urlsplit(href).path if "://" in href else href) == self._key

    def url_of(self, href: str) -> str:
        """Where a member is asked for, in the server's own spelling (FAILURES B27)."""
        if has_controls(href):  # urljoin would drop them, and the request go elsewhere
            raise AddressNotAllowed("An address in the calendar contains a control character.")
        if not href or href.endswith("/") or self.is_self(href):
            raise ValueError(f"{href} is a collection, not an item")
        spelled = href.replace(" ", "%20")
        if spelled.startswith("//"):
            return urljoin(self.url, "/")[:-1] + spelled
        return urljoin(self.url, spelled)

    def propfind(self, url: str, *names: str, depth: int) -> Reply:
        return self.client.send("PROPFIND", url, headers={**_XML, "Depth": str(depth)}, body=propfind(*names))

    def report(self, body: bytes, *, depth: int) -> Reply:
        return self.client.send("REPORT", self.url, headers={**_XML, "Depth": str(depth)}, body=body)

    def answers(self, reply: Reply) -> Multistatus:
        """The multistatus in a reply, or the error its status stands for (FAILURES A9, A19)."""
        if reply.status in ABSENT:
            self.require()
        if reply.status == 403:
            raise CalendarMissing("The server no longer lets us read this calendar (403).")
        return multistatus(reply)

    def properties(self, *names: str) -> Response:
        """Properties of the collection itself; CalendarMissing where it is none, or not a calendar."""
        reply = self.propfind(self.url, "D:resourcetype", *names, depth=0)
        if reply.status in ABSENT:
            raise CalendarMissing(f"The calendar is not there any more ({reply.status}).")
        for response in self.answers(reply):
            if self.is_self(response.href):
                return _calendar(response)
        raise Unreachable("The server's answer does not speak of the calendar it was asked for.")

    def require(self) -> None:
        """Make sure that the calendar is there before anybody believes a 404 about something in it."""
        self.properties()


def _calendar(response: Response) -> Response:
    if response.status in ABSENT:
        raise CalendarMissing(f"The calendar is not there any more ({response.status}).")
    if not response.has("D:resourcetype", "C:calendar"):
        raise CalendarMissing("What is at the calendar's address now is not a calendar.")
    return response


def multistatus(reply: Reply) -> Multistatus:
    """Accept a 207 with an XML body and nothing else."""
    if reply.status != 207:
        raise Unreachable(f"The server answered {reply.status} where a listing was expected.")
    if reply.media_type and "xml" not in reply.media_type:
        raise MalformedAnswer(f"The server answered with {reply.media_type} where XML was expected.")
    return Multistatus(reply.body, url=reply.url)


def strong_etag(written: str | None) -> str | None:
    """An ETag as If-Match takes it: opaque, without the W/ that compression puts before it (MATRIX 2).

    None where it could not stand in a header: it would spoil every request about its item (FAILURES G10).
    """
    etag = (written or "").strip()
    return etag.removeprefix("W/") or None if _ONE_HEADER.fullmatch(etag) else None


def _member_key(path: str) -> str:
    return canonical_href(path).rstrip("/")
