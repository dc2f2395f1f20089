"""The calendar against answers that real servers have given and no healthy one would (FAILURES A and B)."""

import pytest

from adapters.dav.calendar import CalDavCalendar
from adapters.dav.digest import digest_of
from adapters.dav.profile import Multiget, Profile
from sync.errors import (
    CalendarMissing,
    OutcomeUnknown,
    Refused,
    RemoteChanged,
    RemoteGone,
    UidTaken,
    Unreachable,
)
from sync.ports import Item, Missing, Position, Unfetched
from tests.unit.dav.misbehaving import (
    COLLECTION,
    XML,
    Script,
    answers,
    found,
    lost,
    multistatus,
    raw,
    resets,
    says,
    talking_to,
)

BODY = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a1\nEND:VEVENT\nEND:VCALENDAR\n"
EVENT = BODY.replace("\n", "\r\n").encode()
TOKEN = Position(token="t1")


def member(href: str, etag: str = '"1"') -> str:
    return found(href, f"<getetag>{etag}</getetag>")


def item(href: str, body: str = BODY) -> str:
    return found(href, f'<getetag>"1"</getetag><C:calendar-data>{body}</C:calendar-data>')


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">'.encode() for n in range(97, 107))
    + b']><multistatus xmlns="DAV:"><response><href>&k;</href></response></multistatus>'
)
THEFT = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<multistatus xmlns="DAV:"><response><href>/cal/&x;</href></response></multistatus>'
)
DEEP = b'<multistatus xmlns="DAV:">' + b"<a>" * 5000 + b"</a>" * 5000 + b"</multistatus>"


@pytest.mark.parametrize(
    "answer",
    [
        says("200 OK", b"<html><body>Please log in</body></html>", "Content-Type: text/html"),
        says("207 Multi-Status", b"<html/>", "Content-Type: text/html"),
        says("207 Multi-Status", b"<html><body>Log in</body></html>", XML),
        says("207 Multi-Status", multistatus(member("/cal/a.ics"))[:-20], XML),
        says("207 Multi-Status", b"", XML),
        says("207 Multi-Status", BOMB, XML),
        says("207 Multi-Status", THEFT, XML),
        says("207 Multi-Status", DEEP, XML),
        answers(),
        answers(COLLECTION, lost("/cal/", "507 Insufficient Storage")),
        says("502 Bad Gateway", b"<html/>", "Content-Type: text/html"),
        raw(b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 9999\r\n\r\n" + multistatus(member("/cal/a.ics"))),
    ],
)
def test_nothing_but_a_whole_multistatus_is_a_listing(answer: Script) -> None:
    with talking_to([answer]) as (server, client), pytest.raises(Unreachable):
        CalDavCalendar(client, server.url).list_all()


def test_a_listing_skips_itself_collections_and_ghosts_and_keeps_what_it_cannot_judge() -> None:
    folder = found("/cal/sub/", '<getetag>"9"</getetag><resourcetype><collection/></resourcetype>')
    listing = answers(
        found("/cal", '<getetag>"0"</getetag><resourcetype><collection/></resourcetype>'),
        folder,
        member("http://127.0.0.1/cal/%40a.ics", 'W/"1"'),
        member("//cal/b.ics"),
        member("https://elsewhere.example/cal/c.ics"),
        lost("/cal/gone.ics"),
        lost("/cal/odd.ics", "418 Teapot"),
        found("/cal/no-etag.ics", "<getetag/>", "404 Not Found"),
        "<response><href>/cal/bare.ics</href></response>",
    )
    with talking_to([listing]) as (server, client):
        look = CalDavCalendar(client, server.url).list_all()
    assert look.complete
    assert dict(look.etags) == {
        "/cal/%40a.ics": '"1"',
        "//cal/b.ics": '"1"',
        "/cal/c.ics": '"1"',
        "/cal/odd.ics": None,
        "/cal/no-etag.ics": None,
        "/cal/bare.ics": None,
    }


def test_ten_thousand_entries_are_read_to_the_last() -> None:
    listing = answers(COLLECTION, *(member(f"/cal/{n}.ics", f'"{n}"') for n in range(10_000)))
    with talking_to([listing]) as (server, client):
        assert len(CalDavCalendar(client, server.url).list_all().etags) == 10_000
        assert client.requests == {"PROPFIND": 1}


def test_a_cut_sync_report_is_continued_until_its_end() -> None:
    pages = [
        answers(member("/cal/a.ics"), lost("/cal/b.ics"), lost("/cal/", "507 Insufficient"), token="t2"),
        answers(member("/cal/b.ics", '"2"'), lost("/cal/a.ics"), token="t3"),
    ]
    with talking_to(pages) as (server, client):
        look = CalDavCalendar(client, server.url).look(TOKEN)
    assert dict(look.etags) == {"/cal/b.ics": '"2"'}
    assert look.gone == {"/cal/a.ics"}
    assert not look.complete
    assert look.position == Position(token="t3")
    assert [b"nresults" in head for head in server.heard] == [False, False]


@pytest.mark.parametrize(
    "report",
    [
        answers(lost("/cal/", "507 Insufficient"), token="t1"),  # says "more" and goes nowhere
        answers(member("/cal/a.ics")),  # names no token
    ],
)
def test_a_sync_report_without_an_end_or_a_token_is_not_believed(report: Script) -> None:
    with talking_to([report]) as (server, client), pytest.raises(Unreachable):
        CalDavCalendar(client, server.url).look(TOKEN)
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", ["400 Bad", "403 Forbidden", "409 Conflict", "412 No", "500 Oops"])
def test_a_refused_token_leads_to_a_full_listing(status: str) -> None:
    scripts = [says(status), answers(token="t9"), answers(COLLECTION, member("/cal/a.ics"))]
    with talking_to(scripts) as (server, client):
        look = CalDavCalendar(client, server.url).look(TOKEN)
    assert look.complete
    assert dict(look.etags) == {"/cal/a.ics": '"1"'}
    assert look.position == Position(token="t9")


def test_without_sync_collection_an_unchanged_ctag_costs_one_request() -> None:
    about = found("/cal/", "<CS:getctag>c1</CS:getctag><resourcetype><C:calendar/></resourcetype>")
    with talking_to([answers(about)]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=Profile(sync_collection=False))
        look = calendar.look(Position(ctag="c1"))
        assert client.requests == {"PROPFIND": 1}
    assert look.etags == {}
    assert not look.complete


@pytest.mark.parametrize(
    "answer",
    [
        says("404 Not Found"),
        says("410 Gone"),
        says("403 Forbidden"),
        answers(found("/cal/", "<resourcetype><collection/></resourcetype>")),
        answers(lost("/cal/")),
    ],
)
def test_a_calendar_that_is_gone_is_missing(answer: Script) -> None:
    with talking_to([says("404 Not Found"), answer]) as (server, client), pytest.raises(CalendarMissing):
        CalDavCalendar(client, server.url).look(TOKEN)


def test_a_404_about_a_calendar_that_is_there_is_no_answer() -> None:
    scripts = [says("404 Not Found"), answers(COLLECTION)]
    with talking_to(scripts) as (server, client), pytest.raises(Unreachable):
        CalDavCalendar(client, server.url).look(TOKEN)


def test_items_are_matched_by_meaning_and_what_is_left_out_is_uncertain() -> None:
    page = answers(item("/cal/%40a.ics"), lost("/cal/b.ics"), lost("/cal/d.ics", "500 Oops"))
    with talking_to([page, says("404 Not Found")]) as (server, client):
        asked = ["/cal/@a.ics", "/cal/b.ics", "/cal/c.ics", "/cal/d.ics"]
        leaves_out = Profile(multiget=Multiget.LEFT_OUT)
        first, *rest = CalDavCalendar(client, server.url, profile=leaves_out).fetch(asked)
    assert server.lines()[1:] == ["GET /cal/b.ics HTTP/1.1"]  # a report may be behind (FAILURES B17)
    assert first == Item(href="/cal/@a.ics", etag='"1"', body=EVENT)
    assert rest[:2] == [Missing(href="/cal/b.ics", certain=True), Missing(href="/cal/c.ics", certain=False)]
    assert isinstance(rest[2], Unfetched)


def test_i4_what_is_left_out_when_asked_for_alone_is_read_by_get() -> None:
    with talking_to([answers(), says("404 Not Found")]) as (server, client):
        leaves_out = Profile(multiget=Multiget.LEFT_OUT)
        found = list(CalDavCalendar(client, server.url, profile=leaves_out).fetch(["/cal/a.ics"]))
    assert found == [Missing(href="/cal/a.ics", certain=True)]


def poisoned_by(name: str, bad: Script) -> Script:
    """Serve items, but break every report that asks for `name`."""

    def script(peer: object, request: bytes) -> None:
        if request.startswith(b"GET"):
            says("500 Oops")(peer, request)  # type: ignore[arg-type]
        elif name.encode() in request:
            bad(peer, request)  # type: ignore[arg-type]
        else:
            names = [part.split(b"<")[0].decode() for part in request.split(b"<D:href>")[1:]]
            answers(*(item(href) for href in names))(peer, request)  # type: ignore[arg-type]

    return script


@pytest.mark.parametrize(
    "bad",
    [
        says("500 Oops"),
        says("207 Multi-Status", multistatus(item("/cal/3.ics", "control \x01 character")), XML),
        says("207 Multi-Status", multistatus(item("/cal/3.ics", "x" * 300_000)), XML),
    ],
)
def test_one_poison_item_does_not_hide_the_others(bad: Script) -> None:
    hrefs = [f"/cal/{n}.ics" for n in range(8)]
    with talking_to([poisoned_by("/cal/3.ics", bad)], multistatus_bytes=200_000) as (server, client):
        results = list(CalDavCalendar(client, server.url).fetch(hrefs))
    assert [answer.href for answer in results] == hrefs
    assert [isinstance(answer, Item) for answer in results] == [n != 3 for n in range(8)]
    assert isinstance(results[3], Unfetched)


def test_a_huge_item_is_left_alone() -> None:
    scripts = [answers(item("/cal/a.ics", "x" * 5000)), says("200 OK", b"x" * 5000)]
    with talking_to(scripts, item_bytes=1000) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        assert isinstance(next(calendar.fetch(["/cal/a.ics"])), Unfetched)


def test_where_one_missing_item_fails_the_whole_report_each_is_asked_for() -> None:
    got = says("200 OK", EVENT, "Content-Type: text/calendar", 'ETag: W/"1"')
    scripts = [says("404 Not Found"), answers(COLLECTION), got, says("404 Not Found")]
    with talking_to(scripts) as (server, client):
        results = list(CalDavCalendar(client, server.url).fetch(["/cal/a.ics", "/cal/b.ics"]))
    assert results == [
        Item(href="/cal/a.ics", etag='"1"', body=EVENT),
        Missing(href="/cal/b.ics", certain=True),
    ]


def test_a_report_with_properties_but_no_data_is_asked_for_again() -> None:
    got = says("200 OK", EVENT, "Content-Type: text/calendar")
    with talking_to([answers(member("/cal/a.ics")), got]) as (server, client):
        (result,) = CalDavCalendar(client, server.url).fetch(["/cal/a.ics"])
    assert result == Item(href="/cal/a.ics", etag=digest_of(EVENT), body=EVENT)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (resets, OutcomeUnknown),
        (raw(b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n"), OutcomeUnknown),
        (says("502 Bad Gateway"), OutcomeUnknown),
        (says("504 Gateway Timeout"), OutcomeUnknown),
        (says("503 Service Unavailable"), OutcomeUnknown),
        (says("200 OK", b"<html>log in</html>", "Content-Type: text/html"), OutcomeUnknown),
        (says("500 Oops"), Refused),
        (says("413 Too Large"), Refused),
        (says("507 Quota"), Refused),
        (says("423 Locked"), Unreachable),
    ],
)
def test_how_a_write_can_end(script: Script, error: type[Exception]) -> None:
    with talking_to([script]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        with pytest.raises(error):
            calendar.create(calendar.new_href("a1"), EVENT)
        assert client.requests["PUT"] <= 3


def test_a_412_after_a_500_may_be_our_own_success() -> None:
    with talking_to([says("500 Oops"), says("412 Precondition Failed")]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        with pytest.raises(OutcomeUnknown):
            calendar.create(calendar.new_href("a1"), EVENT)


@pytest.mark.parametrize("status", ["403 Forbidden", "409 Conflict", "412 Precondition Failed"])
@pytest.mark.parametrize("element", ["no-uid-conflict", "unique-scheduling-object-resource"])
def test_a_uid_conflict_is_seen_in_every_style(status: str, element: str) -> None:
    named = (
        f'<error xmlns="DAV:"><{element} xmlns="x"><href xmlns="DAV:">/cal/b.ics</href></{element}></error>'
    )
    bare = f'<error xmlns="DAV:"><{element} xmlns="x"/></error>'
    for body, scripts in ((named, []), (bare, [answers(item("/cal/b.ics"))])):
        with talking_to([says(status, body.encode(), XML), *scripts]) as (server, client):
            calendar = CalDavCalendar(client, server.url)
            with pytest.raises(UidTaken) as taken:
                calendar.create(calendar.new_href("a1"), EVENT)
        assert taken.value.other == "/cal/b.ics"


def test_a_weak_etag_is_neither_believed_nor_sent() -> None:
    weak = says("201 Created", b"", 'ETag: W/"1"')
    with talking_to([weak]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        assert calendar.create(calendar.new_href("a1"), EVENT) is None
        calendar.replace(calendar.new_href("a1"), EVENT, etag='"1"')
    assert b'If-Match: "1"\r\n' in server.heard[1]


def test_a_server_that_ignores_preconditions_is_looked_at_first() -> None:
    careless = Profile(honours_if_match=False, honours_if_none_match=False)
    there = answers(member("/cal/a1.ics", '"2"'))
    with talking_to([there]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=careless)
        with pytest.raises(RemoteChanged):
            calendar.create("/cal/a1.ics", EVENT)
        with pytest.raises(RemoteChanged):
            calendar.replace("/cal/a1.ics", EVENT, etag='"1"')
        with pytest.raises(RemoteChanged):
            calendar.delete("/cal/a1.ics", etag='"1"')
        assert client.requests == {"PROPFIND": 3}
    with talking_to([says("404 Not Found")]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=careless)
        with pytest.raises(RemoteGone):
            calendar.replace("/cal/a1.ics", EVENT, etag='"1"')
        assert client.requests == {"PROPFIND": 1}


def test_the_calendar_itself_is_never_written_or_deleted() -> None:
    with talking_to([says("204 No Content")]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        for href in ("/cal/", "/cal", "", server.url):
            with pytest.raises(ValueError, match="collection"):
                calendar.delete(href, etag=None)
    assert server.heard == []


def test_messages_carry_no_body_and_no_password() -> None:
    secret = b"<html>sesame Anna Client</html>"
    with talking_to([says("403 Forbidden", secret)]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        with pytest.raises(Exception) as told:  # noqa: PT011 - whichever it is
            calendar.create(calendar.new_href("a1"), EVENT)
    assert not any(word in str(told.value) for word in ("sesame", "Anna", "BEGIN"))
