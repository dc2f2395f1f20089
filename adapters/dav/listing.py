"""Find out which items changed, as cheaply as a server allows (RFC 6578, CTag, or a list of ETags).

The one promise: `complete` only for a whole listing. An answer to a token never is, since some servers answer
a bad token with everything and no error (MATRIX 5), and a first sync report may be cut short (FAILURES B13).
"""

from adapters.dav.collection import ABSENT, Collection, strong_etag
from adapters.dav.profile import Known
from adapters.dav.xml import Multistatus, Response, sync_report
from sync.errors import Unreachable
from sync.ports import Look, Position

_PAGES = 1000
# What servers say to a token they do not like, or to a report they do not know (MATRIX 5, FAILURES B11).
_NO_TOKEN = frozenset({400, 403, 405, 409, 412, 415, 500, 501})
# A member with another status is gone, most likely: 404, or 418 (FAILURES A20).
_PRESENT = frozenset({None, 200})


class Listing:
    """Looks at one collection, in the cheapest way that its profile allows."""

    def __init__(self, collection: Collection, *, known: Known) -> None:
        self._collection, self._known = collection, known

    def everything(self) -> Look:
        """Every member with its ETag, or an error: never a part of them."""
        reply = self._collection.propfind(self._collection.url, "D:getetag", "D:resourcetype", depth=1)
        etags: dict[str, str | None] = {}
        seen = False
        for response in self._collection.answers(reply):
            seen = True
            if self._collection.is_self(response.href):
                self._check_self(response)
            elif not _is_collection(response) and response.status not in ABSENT:
                etags[response.href] = strong_etag(response.text("D:getetag"))
        if not seen:
            raise Unreachable("The server's listing is empty: not even the calendar itself is in it.")
        return Look(etags=etags, complete=True)

    def from_scratch(self) -> Look:
        """Where we are, then everything: what changes in between is seen again by the next look.

        The token is taken from a report, as SOGo's property of that name is one second too new and loses
        changes. The items are taken from a listing, which alone is complete (FAILURES B13).
        """
        position = self._here()
        return Look(etags=self.everything().etags, complete=True, position=position)

    def _here(self) -> Position:
        """Where we are by token, else by CTag; where there is neither, every look is a listing."""
        if self._known.profile.sync_collection:
            position = self.here_by_report()
            if position is not None:
                return position
        if not self._known.profile.ctag:
            return Position()
        return Position(ctag=self._collection.properties("CS:getctag").text("CS:getctag"))

    def here_by_report(self) -> Position | None:
        """The token of an initial report (RFC 6578, 3.4); None where the server knows no such report."""
        reply = self._collection.report(sync_report(""), depth=0)
        if reply.status in _NO_TOKEN:
            if reply.status != 500:  # that may pass
                self._known.correct(sync_collection=False)
            return None
        answer = self._collection.answers(reply)
        for _ in answer:
            pass  # the token stands at the end
        return Position(token=answer.token) if answer.token is not None else None

    def since(self, position: Position) -> Look:
        """What changed after `position`."""
        profile = self._known.profile
        if position.token is not None and profile.sync_collection:
            return self._since_token(position.token)
        if position.ctag is None or not profile.ctag or profile.sync_collection:
            return self.from_scratch()
        about = self._collection.properties("CS:getctag")
        if about.text("CS:getctag") == position.ctag:
            return Look(etags={}, position=position)
        return self.from_scratch()

    def _since_token(self, token: str) -> Look:
        etags: dict[str, str | None] = {}
        gone: set[str] = set()
        for _ in range(_PAGES):
            reply = self._collection.report(sync_report(token), depth=0)
            if reply.status in _NO_TOKEN:
                return self.from_scratch()
            answer = self._collection.answers(reply)
            more = self._take(answer, etags, gone)
            if answer.token is None:
                raise Unreachable("The server's sync report names no token.")
            if not more:
                return Look(etags=etags, gone=frozenset(gone), position=Position(token=answer.token))
            if answer.token == token:
                break
            token = answer.token
        raise Unreachable("The server's sync report does not come to an end.")

    def _take(self, answer: Multistatus, etags: dict[str, str | None], gone: set[str]) -> bool:
        """Note one page of changes; say whether there is more (507 on the collection, RFC 6578, 3.6)."""
        more = False
        for response in answer:
            if self._collection.is_self(response.href):
                more = more or response.status == 507
            elif response.status not in _PRESENT:  # it will be asked for by name
                etags.pop(response.href, None)
                gone.add(response.href)
            elif not _is_collection(response):
                gone.discard(response.href)
                etags[response.href] = strong_etag(response.text("D:getetag"))
        return more

    def _check_self(self, response: Response) -> None:
        if response.status == 507:
            raise Unreachable("The server cut its listing short (507).")
        if response.status in ABSENT:
            self._collection.require()


def _is_collection(response: Response) -> bool:
    return response.href.endswith("/") or response.has("D:resourcetype", "D:collection")
