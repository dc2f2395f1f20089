"""An .ics file behind a URL, as a calendar that can only be read: `sync.ports.RemoteCalendar` over one address.

The address is a secret: whoever has it can read the calendar. It appears in no message, and what is in the file goes
by names made of hashes. A file that came whole is a complete listing; one that did not is no answer at all.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

from adapters.dav.http import GuardedClient, Reply
from adapters.ical.lines import LineError
from adapters.ical.parts import File, take_apart
from sync.errors import CalendarMissing, NotAuthorised, Refused, Unreachable
from sync.href import canonical_href
from sync.ports import Fetched, Item, Look, Missing, Position, RemoteCalendar

Task = TypeVar("Task")
Result = TypeVar("Result")
_GONE = frozenset({403, 404, 410})
_PLAIN = re.compile(r"[\x20-\x7e]*")


def address(text: str) -> str:
    """The URL that is really asked for: webcal is another word for https."""
    scheme, colon, rest = text.strip().partition("://")
    return f"https://{rest}" if colon and scheme.lower() in {"webcal", "webcals"} else text.strip()


def public_name(url: str) -> str:
    """How an address is told apart from others without giving it away: its server, and a hash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{sha256(url.encode()).hexdigest()[:24]}.ics"


class WebcalFile:
    """One file; use it from one thread at a time.

    `refresh_s` is what its publisher is known to ask for, `longest` up to where that is heeded.
    """

    reads_back = misses_edits = restamps = False

    def __init__(self, client: GuardedClient, url: str, *, refresh_s: int, longest: timedelta) -> None:
        self._client, self._url, self._longest = client, url, longest
        self._stored = self._refresh_s = refresh_s
        self._folder = urlsplit(public_name(url)).path.removesuffix(".ics") + "/"
        self._file: File | None = None
        self._validators = ""

    @property
    def corrections(self) -> Mapping[str, object]:
        return {} if self._refresh_s == self._stored else {"refresh_s": self._refresh_s}

    @property
    def received(self) -> int:
        return self._client.received

    def guard_writes(self, check: Callable[[float], None]) -> None:
        self._client.before_write = check

    def share_host(self, room: Callable[[int], int]) -> None:
        """One connection is all that it ever needs."""

    def each(self, tasks: Sequence[Task], do: Callable[[RemoteCalendar, Task], Result]) -> Iterator[Result]:
        return (do(self, task) for task in tasks)

    def look(self, position: Position | None) -> Look:
        """Ask whether it is another one (RFC 9110, 13.1); the server may not know, so that it is compared as well."""
        if position is not None and not self._changed(_conditions(position)):
            return Look(etags={}, position=position)
        whole = self.list_all()
        here = Position(token=self._validators, ctag=_digest(whole.etags))
        same = position is not None and position.ctag == here.ctag
        return (
            Look(etags={}, position=here) if same else Look(etags=whole.etags, complete=True, position=here)
        )

    def list_all(self) -> Look:
        found = self._whole()
        etags = {f"{self._folder}{name}.ics": piece.mark for name, piece in found.pieces.items()}
        return Look(etags=etags, complete=True)

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        """From the file, which is read where that was not done yet."""
        pieces = {f"{self._folder}{name}.ics": piece for name, piece in self._whole().pieces.items()}
        for href in hrefs:
            piece = pieces.get(canonical_href(href))
            if piece is None:
                yield Missing(href=href, certain=True)
            else:
                yield Item(href=href, etag=piece.mark, body=piece.body)

    def create(self, href: str, body: bytes) -> NoReturn:  # noqa: ARG002 - what a calendar has to have
        self._refuse(href)

    def replace(self, href: str, body: bytes, *, etag: str) -> NoReturn:  # noqa: ARG002
        self._refuse(href)

    def delete(self, href: str, *, etag: str | None) -> NoReturn:  # noqa: ARG002
        self._refuse(href)

    def new_href(self, name: str) -> str:
        return f"{self._folder}{name}.ics"

    def _refuse(self, href: str) -> NoReturn:
        raise Refused("A published calendar is only read.", href=href, status=405)

    def _whole(self) -> File:
        """The file, asked for once a run."""
        if self._file is None:
            self._changed({})
        if self._file is None:
            raise Unreachable(
                "The server says that the calendar is as it was, to somebody who has not seen it."
            )
        return self._file

    def _changed(self, conditions: dict[str, str]) -> bool:
        """Read it; False where the server says that it is still the one that we know."""
        try:
            reply = self._client.send(
                "GET", self._url, headers={"Accept": "text/calendar, */*;q=0.1", **conditions}
            )
        except NotAuthorised as error:
            raise CalendarMissing(
                "The server asks for a password: this address is no longer open."
            ) from error
        if reply.status == 304:
            return False
        self._file = _file(reply)
        self._validators = _validators(reply)
        self._refresh_s = int(min(self._file.refresh or timedelta(), self._longest).total_seconds())
        return True


def _file(reply: Reply) -> File:
    if reply.status in _GONE:
        raise CalendarMissing(f"There is no calendar at this address any more ({reply.status}).")
    if reply.status != 200:
        raise Unreachable(f"The server answered {reply.status} where a calendar was expected.")
    try:
        return take_apart(reply.body)
    except LineError as error:
        raise Unreachable(f"What the server sent cannot be used: {error}.") from error


def _validators(reply: Reply) -> str:
    """ETag and Last-Modified, as far as they could stand in a header again."""
    told = (reply.headers.get(name, "").strip() for name in ("ETag", "Last-Modified"))
    return "\n".join(text if _PLAIN.fullmatch(text) else "" for text in told)


def _conditions(position: Position) -> dict[str, str]:
    etag, _, modified = (position.token or "").partition("\n")
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: text for name, text in asked.items() if text}


def _digest(etags: Mapping[str, str | None]) -> str:
    return sha256("\n".join(f"{href} {mark}" for href, mark in sorted(etags.items())).encode()).hexdigest()
