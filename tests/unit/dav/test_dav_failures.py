"""Ways in which servers fail on the wire, by their ids in FAILURES 3, as far as no other test here shows them."""

import socket
import time

import httpcore2
import pytest

from adapters.dav import network
from adapters.dav.auth import PasswordAuth
from adapters.dav.calendar import CalDavCalendar
from adapters.dav.http import GuardedClient
from adapters.dav.network import AddressRefused, exchange
from adapters.dav.policy import Policy
from adapters.dav.profile import Profile
from sync.errors import Refused, RemoteChanged, RemoteGone
from sync.ports import Item, Position, Unfetched
from tests.unit.dav.misbehaving import COLLECTION, answers, found, lost, misbehaving, says, talking_to

EVENT = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
HERE = "<resourcetype><collection/><C:calendar/></resourcetype>"


def member(href: str, etag: str) -> str:
    return found(href, f"<getetag>{etag}</getetag>")


def test_a8_a_403_for_an_item_is_not_its_absence() -> None:
    scripts = [says("403 Forbidden"), answers(COLLECTION), says("403 Forbidden")]
    with talking_to(scripts) as (server, client):
        (result,) = CalDavCalendar(client, server.url).fetch(["/cal/a.ics"])
    assert isinstance(result, Unfetched)


@pytest.mark.parametrize("status", ["405 Not Allowed", "415 Unsupported", "501 Not Implemented"])
def test_a11_a_report_that_the_server_does_not_know_has_a_plainer_stand_in(status: str) -> None:
    got = says("200 OK", EVENT, "Content-Type: text/calendar", 'ETag: "1"')
    with talking_to([says(status), answers(COLLECTION), got]) as (server, client):
        (result,) = CalDavCalendar(client, server.url).fetch(["/cal/a.ics"])
    assert result == Item(href="/cal/a.ics", etag='"1"', body=EVENT)
    listing = answers(COLLECTION, member("/cal/a.ics", '"1"'))
    with talking_to([says(status), answers(found("/cal/", HERE)), listing]) as (server, client):
        look = CalDavCalendar(client, server.url).look(Position(token="t1"))
    assert (look.complete, dict(look.etags)) == (True, {"/cal/a.ics": '"1"'})


@pytest.mark.parametrize("status", ["409 Conflict", "403 Forbidden", "405 Not Allowed"])
def test_a12_a_put_that_is_refused_is_never_turned_into_delete_and_create(status: str) -> None:
    there = answers(COLLECTION)
    with talking_to([says(status), there, there, there]) as (server, client):
        with pytest.raises(Refused):
            CalDavCalendar(client, server.url).replace("/cal/a.ics", EVENT, etag='"1"')
        assert client.requests["PUT"] == 1
        assert "DELETE" not in client.requests


def test_a13_a_412_is_a_conflict_only_where_something_else_stands_there() -> None:
    def told(*scripts) -> type[Exception]:  # type: ignore[no-untyped-def]
        with talking_to([says("412 Precondition Failed"), *scripts]) as (server, client):
            with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is the question
                CalDavCalendar(client, server.url).replace("/cal/a.ics", EVENT, etag='"1"')
            assert client.requests["PUT"] == 1
        return type(raised.value)

    assert told(answers(member("/cal/a.ics", '"2"'))) is RemoteChanged
    assert told(answers(lost("/cal/a.ics"))) is RemoteGone
    assert told(answers(member("/cal/a.ics", '"1"'))) is Refused


def test_a28_no_wait_is_longer_than_what_is_left_of_the_whole_request() -> None:
    with exchange(0.2) as this:
        assert this.left(60) <= 0.2
        assert this.left(0.1) <= 0.1
        time.sleep(0.25)
        with pytest.raises(httpcore2.ReadTimeout):
            this.left(60)


@pytest.mark.parametrize("etag", ["12345", '"a%22b"', '"x', '""odd""', '"1-gzip"'])
def test_b4_an_odd_etag_is_sent_back_as_it_was_listed(etag: str) -> None:
    with talking_to([answers(COLLECTION, member("/cal/a.ics", etag)), says("204 No Content")]) as (
        server,
        client,
    ):
        calendar = CalDavCalendar(client, server.url)
        listed = calendar.list_all().etags["/cal/a.ics"]
        assert listed == etag
        calendar.replace("/cal/a.ics", EVENT, etag=listed)
    assert f"If-Match: {etag}\r\n".encode() in server.heard[1]


def test_b8_b9_a_create_forbids_and_a_write_names_what_it_expects_and_never_the_wildcard() -> None:
    with talking_to([says("201 Created", b"", 'ETag: "1"')]) as (server, client):
        calendar = CalDavCalendar(client, server.url)
        calendar.create("/cal/a.ics", EVENT)
        calendar.replace("/cal/a.ics", EVENT, etag='"1"')
        calendar.delete("/cal/a.ics", etag='"2"')
    create, replace, delete = server.heard
    assert b"If-None-Match: *\r\n" in create
    assert b'If-Match: "1"\r\n' in replace
    assert b'If-Match: "2"\r\n' in delete
    assert not any(b"If-Match: *" in head for head in server.heard)


def test_b10_without_token_and_ctag_the_listing_is_read_each_time() -> None:
    listing = answers(found("/cal/", HERE), member("/cal/a.ics", '"1"'))
    with talking_to([listing]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=Profile(sync_collection=False))
        first = calendar.look(None)
        again = calendar.look(first.position)
    assert first.position == Position()
    assert (again.complete, dict(again.etags)) == (True, {"/cal/a.ics": '"1"'})


def test_b13_the_first_items_come_from_a_listing_and_not_from_a_report() -> None:
    report = answers(member("/cal/a.ics", '"1"'), token="t1")  # cut short, and it does not say so
    listing = answers(COLLECTION, member("/cal/a.ics", '"1"'), member("/cal/b.ics", '"2"'))
    with talking_to([report, listing]) as (server, client):
        look = CalDavCalendar(client, server.url).look(None)
    assert (look.complete, len(look.etags), look.position) == (True, 2, Position(token="t1"))


def test_g3_another_origin_sees_no_password() -> None:
    with talking_to([says("200 OK")]) as (server, client), misbehaving(says("200 OK")) as other:
        client.send("GET", other.url)
        client.send("GET", server.url)
    assert b"Authorization" not in other.heard[0]
    assert b"Authorization" in server.heard[0]


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name whose address is another one each time it is asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, *args: object, **options: object) -> object:
        if host != "rebound.example":
            return real(host, *args, **options)  # type: ignore[arg-type]
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(network.socket, "getaddrinfo", answer)
    return asked


def test_g2_the_address_that_was_checked_is_the_one_that_is_spoken_to(rebinding: list[str]) -> None:
    with misbehaving(says("200 OK", b"hello")) as server:
        url = server.url.replace("127.0.0.1", "rebound.example")
        rules = Policy(plain_hosts=frozenset({"rebound.example"}), private=("127.0.0.1",), total_seconds=4)
        with GuardedClient(home=url, auth=PasswordAuth("anna", "sesame"), policy=rules) as client:
            assert client.send("GET", url).body == b"hello"
        assert rebinding == ["rebound.example"]  # looked up once, and the connection went to that answer
        with (
            GuardedClient(home=url, auth=PasswordAuth("anna", "sesame"), policy=rules) as client,
            pytest.raises(AddressRefused),
        ):
            client.send("GET", url)
