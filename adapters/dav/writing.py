"""Write one item: one request, one precondition, and our own error for each way it can end.

A write is never sent again blindly: where no answer came it is OutcomeUnknown and the run reads back
(FAILURES A2). Where a server ignores preconditions we look right before we write (MATRIX 3).
"""

import re
import time

from adapters.dav.collection import ABSENT, Collection, strong_etag
from adapters.dav.digest import digest_of, is_digest
from adapters.dav.http import AnswerLost, Reply
from adapters.dav.profile import Known, Profile
from adapters.dav.reading import Reader
from adapters.dav.xml import conditions, own_href
from sync.errors import OutcomeUnknown, Refused, RemoteChanged, RemoteGone, UidTaken, Unreachable
from sync.href import canonical_href
from sync.ports import Item, Missing

_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
_DONE = frozenset({200, 201, 202, 204})
_ATTEMPTS = 3
_PERHAPS_NO_CALENDAR = frozenset(
    {403, 404, 405, 409, 410}
)  # what a PUT into a deleted calendar is answered with
_PEOPLE = re.compile(rb"(?m)^(?:ORGANIZER|ATTENDEE)[;:]")
_UID_CONFLICT = ("no-uid-conflict", "unique-scheduling-object-resource")
# RFC 4791, 5.3.2.1: what is wrong with the item itself; Xandikos says these with a 412 (MATRIX, bad input).
_ITEM_AT_FAULT = frozenset(
    {
        "valid-calendar-data",
        "valid-calendar-object-resource",
        "supported-calendar-data",
        "supported-calendar-component",
        "max-resource-size",
        "min-date-time",
        "max-date-time",
        "max-instances",
        "max-attendees-per-instance",
    }
)


class Writer:
    """Writes items of one collection."""

    def __init__(self, collection: Collection, known: Known, reader: Reader) -> None:
        self._collection, self._known, self._reader = collection, known, reader

    @property
    def _profile(self) -> Profile:
        return self._known.profile

    def create(self, href: str, body: bytes) -> str | None:
        if not self._profile.honours_if_none_match and self._reader.stands(href) is not None:
            raise RemoteChanged("Something is already stored there.", href=href)
        reply = self._send("PUT", href, body, {**_CALENDAR, "If-None-Match": "*"})
        return self._written(reply, href, body, expected=None)

    def replace(self, href: str, body: bytes, *, etag: str) -> str | None:
        reply = self._send("PUT", href, body, {**_CALENDAR, **self._condition(href, etag)})
        if reply.status in ABSENT:
            self._collection.require()
            raise RemoteGone("The item is not there any more.", href=href)
        return self._written(reply, href, body, expected=etag)

    def delete(self, href: str, *, etag: str | None) -> None:
        reply = self._send("DELETE", href, None, self._condition(href, etag) if etag is not None else {})
        if reply.status in ABSENT:
            self._collection.require()
            raise RemoteGone("The item is not there any more.", href=href)
        self._check(reply, href, expected=etag)

    def _explain_precondition(self, href: str, *, expected: str | None) -> None:
        """See why a 412 came: the item changed, is gone, or is as expected and the body was at fault.

        DAViCal answers 412 to a body it cannot read; taken for a conflict, that would be tried for ever.
        """
        stands = self._standing(href, expected)
        if stands is None and expected is not None:
            raise RemoteGone("The item is not there any more (412).", href=href)
        if stands != expected:
            raise RemoteChanged("The item was changed there (412).", href=href)

    def _condition(self, href: str, etag: str) -> dict[str, str]:
        """The precondition to send; we look right before where the server would ignore it, or names no ETags."""
        named = {} if is_digest(etag) else {"If-Match": etag}
        if named and self._profile.honours_if_match:
            return named
        stands = self._standing(href, etag)
        if stands is None:
            raise RemoteGone("The item is not there any more.", href=href)
        if stands != etag:
            raise RemoteChanged("The item was changed there.", href=href)
        return named

    def _standing(self, href: str, expected: str | None) -> str | None:
        """What stands at an href right now, in the words of `expected`: an ETag, or the digest of what it holds."""
        if expected is None or not is_digest(expected):
            return self._reader.stands(href)
        answer = self._reader.get(href)
        if isinstance(answer, Item):
            return digest_of(answer.body)
        return None if isinstance(answer, Missing) else ""

    def _send(self, method: str, href: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        """Send a conditional write; again, a few times, only where the server says that it did nothing."""
        url = self._collection.url_of(href)
        failed = False
        for attempt in range(_ATTEMPTS):
            try:
                reply = self._collection.client.send(method, url, headers=headers, body=body)
            except AnswerLost as error:
                self._known.trouble()
                raise OutcomeUnknown(str(error), href=href) from error
            if reply.status == 412 and (failed or reply.repeated):
                raise OutcomeUnknown("The write was repeated and may have met itself (412).", href=href)
            if reply.status not in {423, 500} or (failed and reply.status == 500):
                return reply
            self._known.trouble()
            failed = failed or reply.status == 500
            time.sleep(0.1 * (attempt + 1))
        if reply.status == 423:
            raise Unreachable("The server keeps the item locked (423).")
        return reply

    def _written(self, reply: Reply, href: str, body: bytes, *, expected: str | None) -> str | None:
        self._check_uid(reply, href, body, expected=expected)
        self._check(reply, href, expected=expected)
        return self._told(reply, body)

    def _told(self, reply: Reply, body: bytes) -> str | None:
        """The ETag that a PUT names, if it may be believed. Events with people in them often have none, as the
        server changes them (MATRIX 1); another without one shows that the server is not what it was.
        """
        written = reply.headers.get("ETag", "")
        etag = None if written.startswith("W/") else strong_etag(written)
        if etag is None and not _PEOPLE.search(body):
            self._known.correct(etag_on_put=False)
        return etag if self._profile.etag_on_put else None

    def _check_uid(self, reply: Reply, href: str, body: bytes, *, expected: str | None) -> None:
        """See a UID conflict in all the ways servers put it: 400, 403, 409, 412, in an element, in words, or bare."""
        if reply.status not in {400, 403, 409, 412}:
            return
        named = conditions(reply.body)
        for name in _UID_CONFLICT:
            if name in named:
                told = named[name]
                other = own_href(told, reply.url) if told else self._holder(body)
                raise UidTaken("The server already has this UID.", href=href, other=other)
        if expected is None and not _ITEM_AT_FAULT & named.keys():
            other = self._holder(body)
            elsewhere = other is not None and canonical_href(other) != canonical_href(href)
            if elsewhere or _says_uid_taken(reply.body):
                raise UidTaken("The server already has this UID.", href=href, other=other)

    def _holder(self, body: bytes) -> str | None:
        uid = re.search(rb"(?m)^UID:([^\r\n]+)\r?\n(?![ \t])", body)
        item = self._reader.find(uid[1].decode(errors="replace")) if uid else None
        return item.href if item else None

    def _check(self, reply: Reply, href: str, *, expected: str | None) -> None:
        """Take a done write for done, and give every other status its name."""
        if reply.status == 200 and reply.media_type == "text/html":  # a login page (FAILURES A19)
            raise OutcomeUnknown("The server answered a write with a web page.", href=href)
        if reply.status in _DONE:
            return
        if reply.status > 501 and reply.status != 507:  # a gateway speaks, not the server (FAILURES A18)
            raise OutcomeUnknown(f"The server answered {reply.status}.", href=href)
        named = conditions(reply.body)
        if reply.status == 412 and not _ITEM_AT_FAULT & named.keys():
            self._explain_precondition(href, expected=expected)
        if reply.status in _PERHAPS_NO_CALENDAR and not _ITEM_AT_FAULT & named.keys():
            self._collection.require()
        why = ", ".join([str(reply.status), *sorted(named)])
        raise Refused(f"The server refuses the item ({why}).", href=href, status=reply.status)


def _says_uid_taken(body: bytes) -> bool:
    """Whether a refusal says so in words: Nextcloud does of what is in its trash bin (FAILURES B25)."""
    words = body[:4096].lower()
    return (
        re.search(rb"\buid\b", words) is not None
        and re.search(rb"already|in use|duplicate", words) is not None
    )
