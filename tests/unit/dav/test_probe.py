"""What the probe says of a server that has one bad habit: a real Radicale, with one kind of answer meddled with."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from adapters.dav.fitness import Card
from adapters.dav.hints import Seen
from adapters.dav.probe import probe
from adapters.demo.radicale import Server
from adapters.ical.codec import ICalendar
from tests import servers
from tests.acceptance.meddler import Forward, Meddle, Meddler, answer, meddling_with
from tests.unit.dav.misbehaving import found, multistatus

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
USUAL = {"octets_kept", "sync_paging", "x_commas"}  # what is not so with Radicale as it is
XML = "Content-Type: text/xml; charset=utf-8"


def reads(pattern: bytes, instead: bytes) -> Meddle:
    """The event comes back otherwise than it was written."""

    def meddle(request: bytes, forward: Forward) -> bytes:
        message = forward()
        if b"calendar-multiget" not in request:
            return message
        body, changed = re.subn(pattern, instead, message.partition(b"\r\n\r\n")[2], flags=re.DOTALL)
        assert changed
        return answer("207 Multi-Status", body, XML)

    return meddle


def done(method: bytes, condition: bytes) -> Meddle:
    """A write with this condition is always said to be done."""

    def meddle(request: bytes, forward: Forward) -> bytes:
        stops = request.startswith(method) and condition in request
        message = forward()
        return answer("204 No Content", b"") if stops and message.split()[1] == b"412" else message

    return meddle


def told(etag: bytes) -> Meddle:
    """A PUT names this ETag, or none."""

    def meddle(request: bytes, forward: Forward) -> bytes:
        message = forward()
        if not request.startswith(b"PUT"):
            return message
        return re.sub(rb"(?i)\r\netag:[^\r]*", rb"\r\nETag: " + etag if etag else b"", message, count=1)

    return meddle


def reports(when: bytes, instead: Callable[[bytes], bytes]) -> Meddle:
    """A sync report whose request says `when` is answered otherwise."""

    def meddle(request: bytes, forward: Forward) -> bytes:
        return instead(forward()) if b"sync-collection" in request and when in request else forward()

    return meddle


def without(pattern: bytes) -> Callable[[bytes], bytes]:
    def cut(message: bytes) -> bytes:
        head, _, body = message.partition(b"\r\n\r\n")
        status = head.split(b" ", 1)[1].split(b"\r\n")[0].decode()
        return answer(status, re.sub(pattern, b"", body, flags=re.DOTALL), XML)

    return cut


def everything(_: bytes) -> bytes:
    empty = b'<multistatus xmlns="DAV:"><sync-token>t</sync-token></multistatus>'
    return answer("207 Multi-Status", empty, XML)


def still_ctag(request: bytes, forward: Forward) -> bytes:
    message = forward()
    if b"getctag" not in request:
        return message
    body = re.sub(rb"(getctag[^>]*>)[^<]*<", rb"\1same<", message.partition(b"\r\n\r\n")[2])
    return answer("207 Multi-Status", body, XML)


def named_by_a_get(etag: bytes) -> Meddle:
    """A GET names this ETag, whatever is listed."""

    def meddle(request: bytes, forward: Forward) -> bytes:
        message = forward()
        named = re.sub(rb"(?i)\r\netag: [^\r]*", b"\r\nETag: " + etag, message)
        return named if request.startswith(b"GET") else message

    return meddle


def still_etag(request: bytes, forward: Forward) -> bytes:
    """One item has the same ETag for ever."""
    if request.startswith(b"PROPFIND") and b"getetag" in request and b"depth: 0" in request.lower():
        body = re.sub(rb"(getetag[^>]*>)[^<]*<", rb'\1"same"<', forward().partition(b"\r\n\r\n")[2])
        return answer("207 Multi-Status", body, XML)
    return named_by_a_get(b'"same"')(request, forward)


HABITS: dict[str, Meddle] = {
    "etag_on_get": named_by_a_get(b'"of the calendar"'),
    "etag_moves": still_etag,
    "stamps": reads(rb"LAST-MODIFIED:\d{8}", b"LAST-MODIFIED:20990101"),
    "etag_on_put": told(b""),
    "etag_true": told(b'"another"'),
    "if_none_match": done(b"PUT", b"If-None-Match"),
    "if_match_put": done(b"PUT", b"calendula-stale"),
    "if_match_delete": done(b"DELETE", b"calendula-stale"),
    "sync_collection": reports(b"radicale.org", without(rb"<response>.*</response>")),
    "sync_deletions": reports(
        b"radicale.org",
        without(rb"<response><href>[^<]*</href><status>HTTP/1.1 404[^<]*</status></response>"),
    ),
    "sync_refuses": reports(b"calendula-never-issued", everything),
    "ctag": still_ctag,
    "multiget": reads(rb"<response><href>[^<]*</href><status>HTTP/1.1 404[^<]*</status></response>", b""),
    "transp": reads(rb"TRANSP:TRANSPARENT", b"TRANSP:OPAQUE"),
    "alarms": reads(rb"BEGIN:VALARM.*END:VALARM[^A-Z]*", b""),
    "x_plain": reads(rb"X-CALENDULA-MARK:test", b"X-CALENDULA-MARK:tes"),
    "zones": reads(rb"DTSTART;TZID=Europe/Berlin:20370305T090000", b"DTSTART:20370305T080000Z"),
    "overrides": reads(rb"20370319T110000", b"20370319T113000"),
    "exdates": reads(rb"EXDATE[^\n]*\n", b""),
}
# What follows from the habit besides.
ALSO = {
    "if_match_put": {"if_match_missing"},
    "sync_collection": {"sync_deletions"},
    "transp": {"meaning_kept"},
    "x_plain": {"meaning_kept"},
    "overrides": {"meaning_kept"},
    "exdates": {"meaning_kept"},
    "zones": set(),
}


@pytest.fixture
def proxy(radicale: Server) -> Iterator[Meddler]:
    with meddling_with(radicale) as meddler:
        yield meddler


def tried(proxy: Meddler, meddle: Meddle | None = None) -> tuple[Card, bytes]:
    """The card, and what the calendar then holds."""
    with servers.fresh_collection(proxy.front) as url, servers.client_for(proxy.front) as client:
        proxy.meddle = meddle or proxy.meddle
        shown = probe(client, url, codec=ICalendar(), now=NOW)
        proxy.calm_down()
        return shown, client.send("PROPFIND", url, headers={"Depth": "1"}).body


@pytest.mark.parametrize("code", HABITS)
def test_one_bad_habit_is_seen_for_what_it_is(proxy: Meddler, code: str) -> None:
    shown, _ = tried(proxy, HABITS[code])
    seen = {row.code for row in shown.rows if row.observed is Seen.NO}
    assert seen - USUAL == {code} | ALSO.get(code, set())
    assert USUAL - {"sync_paging"} <= seen


def test_a_habit_that_nobody_can_help_is_a_failure_in_words(proxy: Meddler) -> None:
    shown, _ = tried(proxy, HABITS["overrides"])
    assert [row.code for row in shown.failed] == ["overrides"]
    assert "A moved occurrence stays moved: not here; moved sessions of a series show at their old time." in (
        shown.sentences
    )


def test_what_could_not_be_removed_is_said(proxy: Meddler) -> None:
    def kept(request: bytes, forward: Forward) -> bytes:
        return answer("403 Forbidden", b"") if request.startswith(b"DELETE") else forward()

    shown, left = tried(proxy, kept)
    assert shown.left
    assert "A test event could not be removed; please delete it." in shown.sentences
    assert left.count(b".ics") == 2


def inviting(after: Callable[[bytes], bytes], announced: bytes = b"") -> Meddle:
    """A server that knows who you are; `after` is what it makes of an event with a guest."""
    addresses = "<href>/me/</href><href>mailto:me@calendula.invalid</href>"
    me = found("/me/", f"<C:calendar-user-address-set>{addresses}</C:calendar-user-address-set>")

    def meddle(request: bytes, forward: Forward) -> bytes:
        if b"calendar-user-address-set" in request:
            return answer("207 Multi-Status", multistatus(me), XML)
        message = forward()
        if request.startswith(b"OPTIONS"):
            return answer("200 OK", b"", f"DAV: 1, calendar-access{announced.decode()}")
        if request.startswith(b"GET"):
            return answer("200 OK", after(message.partition(b"\r\n\r\n")[2]), "Content-Type: text/calendar")
        return message

    return meddle


@pytest.mark.parametrize(
    ("habit", "seen"),
    [
        (inviting(lambda body: body), Seen.YES),
        (inviting(lambda body: body.replace(b"ATTENDEE;", b"ATTENDEE;SCHEDULE-STATUS=3.7;")), Seen.NO),
        (inviting(lambda body: re.sub(rb"ATTENDEE.*?\r\n", b"", body)), Seen.NO),
        (inviting(lambda body: body, b", calendar-auto-schedule"), Seen.NOT_TRIED),
        (inviting(lambda body: body, b", calendar-schedule"), Seen.NOT_TRIED),
    ],
)
def test_a_guest_is_tried_only_where_the_server_does_not_say_what_it_would_do(
    proxy: Meddler, habit: Meddle, seen: Seen
) -> None:
    guests: list[bytes] = []

    def watched(request: bytes, forward: Forward) -> bytes:
        guests.extend(re.findall(rb"ATTENDEE[^\r]*", request))
        return habit(request, forward)

    shown, left = tried(proxy, watched)
    (row,) = [row for row in shown.rows if row.code == "invites_nobody"]
    assert row.observed is seen
    assert [guest.rpartition(b":")[2] for guest in guests] == (
        [] if seen is Seen.NOT_TRIED else [b"nobody@calendula.invalid"]
    )
    assert b".ics" not in left
