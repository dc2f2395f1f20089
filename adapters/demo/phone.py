"""A practitioner's phone: a plain CalDAV client that keeps to the wire and knows nothing of Calendula.

It lists, reads and writes text as it stands, each write under the precondition that real apps use. What the
practitioner does to the text is `gestures`'.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

import httpx2
from lxml import etree

_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
_LIST = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
_DAV = "{DAV:}"


class PhoneError(Exception):
    """The server would not do what the phone asked for; the message says what, and the status."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One calendar object as the server stores it."""

    url: str
    etag: str
    text: str

    @property
    def uid(self) -> str:
        return self._first("UID")

    @property
    def title(self) -> str:
        return self._first("SUMMARY")

    def _first(self, name: str) -> str:
        found = re.search(rf"^{name}:(.*)$", self.text, re.MULTILINE)
        return found[1].strip() if found else ""


class Phone:
    """One calendar on the phone; use it as a context manager."""

    def __init__(self, calendar: str, *, user: str, password: str) -> None:
        self._calendar = calendar
        self._http = httpx2.Client(auth=(user, password), trust_env=False, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def resources(self) -> list[Resource]:
        """Everything in the calendar, read anew."""
        reply = self._http.request("PROPFIND", self._calendar, headers={"Depth": "1"}, content=_LIST)
        tree = etree.fromstring(_accepted(reply), etree.XMLParser(resolve_entities=False))
        hrefs = [element.text or "" for element in tree.iterfind(f"{_DAV}response/{_DAV}href")]
        return [self._read(urljoin(self._calendar, href)) for href in hrefs if not href.endswith("/")]

    def titled(self, title: str) -> Resource:
        """The event with this title."""
        found = [resource for resource in self.resources() if resource.title == title]
        if len(found) != 1:
            raise PhoneError(f'the calendar has {len(found)} events called "{title}", not one')
        return found[0]

    def save(self, resource: Resource, text: str) -> None:
        """Put an edited event back, unless somebody else changed it meanwhile."""
        self._put(resource.url, text, {"If-Match": resource.etag})

    def add(self, text: str) -> None:
        """Store a new event."""
        self._put(f"{self._calendar}{uuid.uuid4()}.ics", text, {"If-None-Match": "*"})

    def remove(self, resource: Resource) -> None:
        """Delete an event, unless somebody else changed it meanwhile."""
        _accepted(self._http.delete(resource.url, headers={"If-Match": resource.etag}))

    def _read(self, url: str) -> Resource:
        reply = self._http.get(url)
        text = _accepted(reply).decode().replace("\r\n", "\n").replace("\n", "\r\n")
        return Resource(url=url, etag=reply.headers["ETag"], text=text)

    def _put(self, url: str, text: str, condition: dict[str, str]) -> None:
        _accepted(self._http.put(url, content=text.encode(), headers=_CALENDAR | condition))


def _accepted(reply: httpx2.Response) -> bytes:
    if not reply.is_success:
        raise PhoneError(f"the server answered {reply.status_code} to the phone's {reply.request.method}")
    return reply.content
