"""Read items in pages, and find the one bad item that spoils a page (MATRIX 9, FAILURES A17, B39).

Every href asked for gets exactly one answer, under the spelling it was asked by. "Missing" is certain only
where the server says 404 or 410 to a GET of that very href; a broken answer is never read as absence.
"""

import re
from collections.abc import Iterator, Sequence

from adapters.dav.collection import ABSENT, Collection, multistatus, strong_etag
from adapters.dav.digest import digest_of
from adapters.dav.http import Reply, TooLarge
from adapters.dav.policy import AddressNotAllowed, has_controls
from adapters.dav.profile import Known, Multiget
from adapters.dav.xml import MalformedAnswer, Response, multiget, uid_query
from sync.href import canonical_href
from sync.ports import Fetched, Item, Missing, Unfetched

# The server knows no multiget, or not for these hrefs; sabre/dav 1.8 says 404 if a single one is missing.
_ONE_BY_ONE = frozenset({400, 403, 404, 405, 410, 415, 501})
_NO_ADDRESS = "its address is not one we can ask for"
_POISONED = frozenset({500, 507})


class Reader:
    """Reads items of one collection, `page` at a time."""

    def __init__(self, collection: Collection, *, page: int, known: Known) -> None:
        self._collection, self._page, self._known = collection, page, known
        self._limit = collection.client.policy.item_bytes

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        for page in self.pages(hrefs):
            yield from self.together(page)

    def pages(self, hrefs: Sequence[str]) -> list[Sequence[str]]:
        """The same hrefs, as many at a time as one request asks for."""
        return [hrefs[start : start + self._page] for start in range(0, len(hrefs), self._page)]

    def together(self, hrefs: Sequence[str]) -> list[Fetched]:
        """One page, in one request where the server allows it; what no request can name is not asked for."""
        askable = [href for href in hrefs if not has_controls(href)]
        odd: list[Fetched] = [Unfetched(href=h, reason=_NO_ADDRESS) for h in hrefs if has_controls(h)]
        return [*odd, *(self._asked(askable) if askable else ())]

    def _asked(self, hrefs: Sequence[str]) -> list[Fetched]:
        if len(hrefs) == 1 and self._known.profile.multiget is Multiget.FAILS:
            return [self._certain(self.get(hrefs[0]))]
        try:
            reply = self._collection.report(multiget(hrefs), depth=1)
            if reply.status in _POISONED:
                return self._in_halves(hrefs)
            if reply.status in _ONE_BY_ONE:
                self._collection.require()
                answers = [self.get(href) for href in hrefs]
                self._note_failure(reply.status, answers)
                return answers
            return self._sorted(reply, hrefs)
        except (TooLarge, MalformedAnswer, ValueError):
            return self._in_halves(hrefs)

    def _note_failure(self, status: int, answers: Sequence[Fetched]) -> None:
        """One missing item made the whole page a 404: from now on a single one is asked for by itself."""
        if status in ABSENT and any(isinstance(answer, Missing) for answer in answers):
            self._known.correct(multiget=Multiget.FAILS)

    def _certain(self, answer: Fetched) -> Fetched:
        """What is missing is missing only from a calendar that is there."""
        if isinstance(answer, Missing):
            self._collection.require()
        return answer

    def _in_halves(self, hrefs: Sequence[str]) -> list[Fetched]:
        if len(hrefs) == 1:
            return [self.get(hrefs[0])]
        middle = len(hrefs) // 2
        return self._asked(hrefs[:middle]) + self._asked(hrefs[middle:])

    def _sorted(self, reply: Reply, hrefs: Sequence[str]) -> list[Fetched]:
        """One answer per href, in the order asked; hrefs are matched by meaning, not by spelling."""
        asked = {canonical_href(href): href for href in hrefs}
        told: dict[str, Fetched | None] = {}
        for response in multistatus(reply):
            key = canonical_href(response.href)
            if key in asked and key not in told:
                told[key] = self._understood(response, asked[key])
        return [self._answer(href, told, alone=len(hrefs) == 1) for href in hrefs]

    def _answer(self, href: str, told: dict[str, Fetched | None], *, alone: bool) -> Fetched:
        """What is left out of an answer about several may be there; asked for alone, it is read by GET (I4)."""
        key = canonical_href(href)
        if key in told:
            return told[key] or self.get(href)
        if self._known.profile.multiget is not Multiget.LEFT_OUT:
            return self._left_out(href)
        return self.get(href) if alone else Missing(href=href, certain=False)

    def _left_out(self, href: str) -> Fetched:
        """A server that names what is missing has left this one out: then it has to say so by itself."""
        answer = self._certain(self.get(href))
        if isinstance(answer, Missing):
            self._known.correct(multiget=Multiget.LEFT_OUT)
        return answer

    def _understood(self, response: Response, href: str) -> Fetched | None:
        """What a response says of its item; None where it says too little (FAILURES A20, A21)."""
        if response.status in ABSENT:
            return None  # reports may come from a cache that is behind (FAILURES B17); a GET knows
        if response.status not in {None, 200}:
            return Unfetched(href=href, reason=f"the server answers {response.status} for it")
        data = response.text("C:calendar-data")
        if data is None:
            return None
        body, etag = as_stored(data), strong_etag(response.text("D:getetag"))
        if len(body) > self._limit:
            return Unfetched(href=href, reason=_too_large(self._limit), etag=etag)
        return Item(href=href, etag=etag or digest_of(body), body=body)

    def get(self, href: str) -> Fetched:
        """Read one item by GET: no XML in between, so that nothing but its own bytes can spoil it.

        Where GET names another ETag than the item's, that is asked for before: older than the body does no harm.
        """
        try:
            listed = None if self._known.profile.etag_on_get else self.stands(href)
            reply = self._collection.client.send("GET", self._collection.url_of(href), limit=self._limit)
        except TooLarge as error:
            return Unfetched(href=href, reason=_too_large(self._limit), etag=strong_etag(error.etag))
        except (AddressNotAllowed, ValueError):
            return Unfetched(href=href, reason=_NO_ADDRESS)
        if reply.status in ABSENT:
            return Missing(href=href, certain=True)
        if reply.status != 200:
            return Unfetched(href=href, reason=f"the server answers {reply.status} for it")
        if reply.media_type == "text/html":
            raise MalformedAnswer("The server answered with a web page where an event was expected.")
        named = strong_etag(reply.headers.get("ETag")) if self._known.profile.etag_on_get else listed
        return Item(href=href, etag=named or digest_of(reply.body), body=reply.body)

    def stands(self, href: str) -> str | None:
        """The ETag listed for an href right now ("" where it has none), None where nothing is."""
        reply = self._collection.propfind(self._collection.url_of(href), "D:getetag", depth=0)
        if reply.status in ABSENT:
            return None
        for response in multistatus(reply):
            if response.status not in ABSENT:
                return strong_etag(response.text("D:getetag")) or ""
        return None

    def find(self, uid: str) -> Item | None:
        """The item with exactly this UID; with several, the one whose href sorts first (FAILURES B22)."""
        reply = self._collection.report(uid_query(uid), depth=1)
        found = [self._understood(response, response.href) for response in self._collection.answers(reply)]
        items = [item for item in found if isinstance(item, Item) and holds_uid(item.body, uid)]
        return min(items, key=lambda item: item.href, default=None)


def as_stored(data: str) -> bytes:
    """Calendar text out of XML, which has turned its CRLF line ends into LF (XML 1.0, 2.11)."""
    lines = data.strip("\r\n").replace("\r\n", "\n")
    return lines.replace("\n", "\r\n").encode() + b"\r\n"


def holds_uid(body: bytes, uid: str) -> bool:
    """Whether a UID line of this text says `uid`, folded or not."""
    unfolded = re.sub(rb"\r?\n[ \t]", b"", body)
    values = re.findall(rb"(?im)^UID(?:;[^:\r\n]*)?:([^\r\n]*)", unfolded)
    return uid.encode() in {re.sub(rb"\\([\\;,])", rb"\1", value.strip()) for value in values}


def _too_large(limit: int) -> str:
    return f"it is larger than {limit // 1024} KiB"
