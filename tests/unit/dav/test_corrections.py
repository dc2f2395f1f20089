"""A profile that the server's answers contradict is corrected at once, and only by what proves it."""

import pytest

from adapters.dav.calendar import CalDavCalendar
from adapters.dav.profile import MOST_CONNECTIONS, Multiget, Profile
from sync.errors import CalendarMissing
from sync.ports import Item, Missing, Position
from tests.unit.dav.misbehaving import COLLECTION, Script, answers, found, says, talking_to
from tests.unit.dav.test_dav_calendar import BODY, EVENT, item, member

INVITED = EVENT.replace(b"UID:a1", b"UID:a1\r\nORGANIZER:mailto:anna@calendula.invalid")
CTAG = found("/cal/", "<CS:getctag>c1</CS:getctag><resourcetype><C:calendar/></resourcetype>")


def test_a_put_without_an_etag_is_noted_and_no_later_one_is_believed() -> None:
    with talking_to([says("201 Created"), says("201 Created", b"", 'ETag: "1"')]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        assert calendar.create("/cal/a1.ics", EVENT) is None
        assert calendar.corrections == {"etag_on_put": False}
        assert calendar.create("/cal/a2.ics", EVENT) is None


def test_an_event_with_people_in_it_may_lack_the_etag() -> None:
    with talking_to([says("201 Created"), says("201 Created", b"", 'ETag: "1"')]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        assert calendar.create("/cal/a1.ics", INVITED) is None
        assert calendar.corrections == {}
        assert calendar.create("/cal/a2.ics", EVENT) == '"1"'


def test_a_refused_token_alone_corrects_nothing() -> None:
    refused = [says("403 Forbidden"), answers(token="t9"), answers(COLLECTION, member("/cal/a.ics"))]
    with talking_to(refused) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        assert calendar.look(Position(token="t1")).complete
        assert calendar.corrections == {}


@pytest.mark.parametrize("status", ["403 Forbidden", "415 Unsupported Media Type", "501 Not Implemented"])
def test_a_report_that_is_no_longer_known_is_not_asked_for_again(status: str) -> None:
    gone = [says(status), says(status), answers(CTAG), answers(COLLECTION, member("/cal/a.ics"))]
    with talking_to([*gone, answers(CTAG)]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        look = calendar.look(Position(token="t1"))
        assert look.position == Position(ctag="c1")
        assert calendar.corrections == {"sync_collection": False}
        assert calendar.look(look.position).etags == {}
        assert client.requests == {"REPORT": 2, "PROPFIND": 3}


def test_a_report_that_fails_may_work_again_tomorrow() -> None:
    gone = [says("500 Oops"), says("500 Oops"), answers(CTAG), answers(COLLECTION)]
    with talking_to(gone) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        calendar.look(Position(token="t1"))
        assert calendar.corrections == {}


def test_a_server_that_has_learned_to_sync_is_asked_by_token_again() -> None:
    """After a check that found sync-collection, a link that went by its CTag changes over."""
    with talking_to([answers(token="t1"), answers(COLLECTION)]) as (server, client):
        look = CalDavCalendar(client, server.url).look(Position(ctag="c1"))
        assert look.position == Position(token="t1")
        assert look.complete


def left_out(then: Script) -> list[Script]:
    return [answers(item("/cal/a.ics")), then, answers(COLLECTION)]


def test_what_a_multiget_leaves_out_must_say_by_itself_that_it_is_missing() -> None:
    with talking_to(left_out(says("404 Not Found"))) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        _, answer = calendar.fetch(["/cal/a.ics", "/cal/b.ics"])
        assert answer == Missing(href="/cal/b.ics", certain=True)
        assert calendar.corrections == {"multiget": Multiget.LEFT_OUT}


def test_what_a_multiget_forgot_is_there_after_all() -> None:
    there = says("200 OK", BODY.encode(), "Content-Type: text/calendar", 'ETag: "2"')
    with talking_to(left_out(there)) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        _, answer = calendar.fetch(["/cal/a.ics", "/cal/b.ics"])
        assert isinstance(answer, Item)
        assert calendar.corrections == {}


def test_one_missing_item_that_fails_a_page_is_noted() -> None:
    got = says("200 OK", EVENT, "Content-Type: text/calendar", 'ETag: "1"')
    scripts = [says("404 Not Found"), answers(COLLECTION), got, says("404 Not Found"), got]
    with talking_to(scripts) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        list(calendar.fetch(["/cal/a.ics", "/cal/b.ics"]))
        assert calendar.corrections == {"multiget": Multiget.FAILS}
        list(calendar.fetch(["/cal/a.ics"]))
        assert server.lines()[-1].startswith("GET")


def test_a_single_item_is_missing_only_from_a_calendar_that_is_there() -> None:
    with talking_to([says("404 Not Found")]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=Profile(multiget=Multiget.FAILS))
        with pytest.raises(CalendarMissing):
            list(calendar.fetch(["/cal/a.ics"]))


def test_a_stored_profile_of_another_version_is_read_as_far_as_it_goes() -> None:
    text = '{"multiget": "teapot", "connections": 99, "etag_on_put": false, "from_the_future": 1}'
    assert Profile.from_json(text) == Profile(connections=MOST_CONNECTIONS, etag_on_put=False)
    odd = Profile(multiget=Multiget.FAILS, connections=2, ctag=False)
    assert Profile.from_json(odd.to_json()) == odd
