"""The yardstick: a plain pooled httpx2 client that sends the same requests and looks at nothing it gets.

One connection unless told otherwise, Basic authentication, no database, no parsing beyond the hrefs that the next
request names.
"""

import re
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Self
from urllib.parse import urljoin

import httpx2

from adapters.dav.xml import multiget, propfind, sync_report
from adapters.demo.radicale import Server

_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_HREF = re.compile(rb"<(?:\w+:)?href>([^<]+)</(?:\w+:)?href>")
_UID = re.compile(rb"(?m)^UID:.*\r\n")


class RawClient:
    """One calendar, addressed without any of our code in between."""

    def __init__(self, server: Server, url: str, *, connections: int = 1) -> None:
        self._url = url
        self._http = httpx2.Client(
            auth=(server.user, server.password),
            limits=httpx2.Limits(max_connections=connections),
            trust_env=False,
            timeout=120,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def push(self, bodies: Iterable[bytes]) -> None:
        """One PUT each, to a new href."""
        for body in bodies:
            self._put(body)

    def fill(self, bodies: Iterable[bytes]) -> None:
        """As many at a time as a server likes: to have something there, not to be measured."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._put, bodies))

    def _put(self, body: bytes) -> None:
        url = f"{self._url}{uuid.uuid4()}.ics"
        self._http.put(url, content=body, headers=_CALENDAR).raise_for_status()

    def pull(self, *, page: int, tokens: bool) -> list[bytes]:
        """What a first look asks: where we are, what there is, and everything in pages."""
        if tokens:
            self._ask("REPORT", sync_report(""), depth=0)
        listing = self._ask("PROPFIND", propfind("D:getetag", "D:resourcetype"), depth=1)
        hrefs = [href.decode() for href in _HREF.findall(listing) if not href.endswith(b"/")]
        pages = [hrefs[start : start + page] for start in range(0, len(hrefs), page)]
        return [self._ask("REPORT", multiget(chosen), depth=0) for chosen in pages]

    def texts(self) -> list[bytes]:
        """Every event as the server stores it."""
        listing = self._ask("PROPFIND", propfind("D:getetag"), depth=1)
        hrefs = [href.decode() for href in _HREF.findall(listing) if not href.endswith(b"/")]
        return [self._http.get(urljoin(self._url, href)).raise_for_status().content for href in hrefs]

    def _ask(self, method: str, url_body: bytes, *, depth: int) -> bytes:
        headers = {**_XML, "Depth": str(depth)}
        reply = self._http.request(method, self._url, headers=headers, content=url_body)
        return reply.raise_for_status().content


def renamed(bodies: Iterable[bytes]) -> list[bytes]:
    """The same events under new UIDs: some servers take a UID only once (MATRIX)."""
    return [_UID.sub(f"UID:{uuid.uuid4()}\r\n".encode(), body) for body in bodies]
