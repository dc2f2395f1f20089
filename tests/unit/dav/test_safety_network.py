"""What a hostile server or name cannot make the client do (FAILURES G1-G4, G6, G10; I15, I16)."""

import gzip
import socket
import time
from collections.abc import Callable

import httpx2
import pytest

from adapters.dav.calendar import CalDavCalendar
from adapters.dav.collection import strong_etag
from adapters.dav.http import GuardedClient, RedirectRefused, Reply, TooLarge, _next_hop
from adapters.dav.network import AddressRefused
from adapters.dav.policy import AddressNotAllowed, Policy, may_share_credentials, origin
from adapters.dav.profile import Profile
from adapters.dav.xml import own_href
from sync.errors import SyncError
from sync.ports import Unfetched
from tests.unit.dav.misbehaving import COLLECTION, answers, found, misbehaving, policy, says, talking_to

Resolve = Callable[..., list[tuple[object, ...]]]


def resolving(*rounds: list[str]) -> tuple[Resolve, list[str]]:
    """A resolver that answers each question with the next list of addresses, and notes what it was asked."""
    asked: list[str] = []

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host[:1].isdigit():  # an address already: the connection itself
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        found = rounds[min(len(asked), len(rounds)) - 1]
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in found
        ]

    return resolve, asked


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["203.0.113.5", "10.0.0.1"],
        ["::ffff:10.0.0.1"],
        ["2001:4860:4860::8888", "fe80::1%eth0"],
    ],
)
def test_g1_one_inner_address_behind_a_name_refuses_it(monkeypatch, addresses: list[str]) -> None:
    resolve, _ = resolving(addresses)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    url = "https://calendar.example/"
    with GuardedClient(home=url, auth=None, policy=Policy()) as client, pytest.raises(AddressRefused):
        client.send("GET", url)


def test_g1_an_href_of_another_host_is_asked_for_at_our_own_origin_only() -> None:
    for href in ("http://169.254.169.254/latest/meta-data", "https://evil.example/a.ics", "//10.0.0.1/a.ics"):
        assert origin(own_href(href, "https://cal.example/cal/")) in {("", "", 80), ("", "10.0.0.1", 80)}
    listing = answers(COLLECTION, found("http://127.0.0.2:1/steal/a.ics", '<getetag>"1"</getetag>'))
    item = says("200 OK", b"BEGIN:VCALENDAR\r\n", "Content-Type: text/calendar")
    with talking_to([listing, says("501 No"), answers(COLLECTION), item]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=Profile())
        (href,) = calendar.list_all().etags
        list(calendar.fetch([href]))
    assert {line.split()[1] for line in server.lines()} <= {"/cal/", "/steal/a.ics"}


def test_g2_a_name_is_resolved_once_for_the_check_and_the_connection(monkeypatch) -> None:
    """A second answer that leads inside is never asked for: the connection goes to what was checked."""
    with misbehaving(says("200 OK", b"hello")) as server:
        resolve, asked = resolving(["127.0.0.1"], ["127.0.0.66"])
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        went, connect = [], socket.create_connection
        monkeypatch.setattr(
            socket, "create_connection", lambda to, *a, **k: went.append(to[0]) or connect(to, *a, **k)
        )
        url = f"http://rebinds.example:{server.port}/"
        allowed = policy(plain_hosts=frozenset({"rebinds.example"}))
        with GuardedClient(home=url, auth=None, policy=allowed) as client:
            assert client.send("GET", url).body == b"hello"
            assert (asked.count("rebinds.example"), set(went)) == (1, {"127.0.0.1"})


def test_g2_every_new_connection_is_checked_again(monkeypatch) -> None:
    closing = says("200 OK", b"hello", "Connection: close")
    with misbehaving(closing) as server:
        resolve, _ = resolving(["127.0.0.1"], ["127.0.0.66"])
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        url = f"http://rebinds.example:{server.port}/"
        allowed = policy(plain_hosts=frozenset({"rebinds.example"}))
        with GuardedClient(home=url, auth=None, policy=allowed) as client:
            assert client.send("GET", url).status == 200
            with pytest.raises(AddressRefused):
                client.send("GET", url)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("home", "other"),
    [
        ("https://a.example/", "http://a.example/"), ("https://a.example/", "https://a.example:444/"),
        ("https://a.example/", "https://b.a.example/"), ("https://a.example/", "https://a.example.b.example/"),
        ("https://icloud.com/", "https://evilicloud.com/"), ("http://p1.icloud.com/", "http://p2.icloud.com/"),
    ],
)  # fmt: skip
def test_g3_credentials_are_bound_to_scheme_host_and_port(home: str, other: str) -> None:
    assert not may_share_credentials(origin(home), origin(other))
    assert not may_share_credentials(origin(other), origin(home))


@pytest.mark.parametrize(
    "location", ["http://a.example/x", "//b.example/x", "https://a.example:8443/x", "http:/x"]
)
def test_g3_g4_a_redirect_to_another_origin_or_down_to_http_is_refused(location: str) -> None:
    reply = Reply(status=302, url="", headers=httpx2.Headers({"Location": location}), body=b"")
    with pytest.raises(RedirectRefused):
        _next_hop("https://a.example/cal/", reply)


def test_g4_plain_http_needs_its_host_in_the_configuration() -> None:
    with pytest.raises(AddressNotAllowed, match="allow_plain_hosts"):
        Policy(plain_hosts=frozenset({"other.example"})).check_url("http://cal.example/")
    Policy(plain_hosts=frozenset({"cal.example"})).check_url("http://cal.example/")


def test_g6_a_bomb_in_the_body_of_a_redirect_is_stopped_and_not_followed() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    moved = says("302 Found", bomb, "Content-Encoding: gzip", "Location: /cal/b/")
    with talking_to([moved]) as (server, client), pytest.raises(TooLarge):
        client.send("GET", server.url, limit=100_000)
    assert len(server.heard) == 1


def test_g6_endless_headers_are_stopped() -> None:
    head = b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 5_000_000

    def flood(peer: socket.socket, _: bytes) -> None:
        peer.sendall(head)

    began = time.monotonic()
    with talking_to([flood]) as (server, client), pytest.raises(SyncError):
        client.send("PUT", server.url, body=b"x")
    assert time.monotonic() - began < 4


CONTROLS = ("a\r\nX-Evil: 1", "a\nb", "a\x00b", "a\x7fb", "a b\tc\r")


@pytest.mark.parametrize("control", ["%s", "/cal/%s.ics"])
@pytest.mark.parametrize("bad", CONTROLS)
def test_g10_an_href_with_control_characters_is_asked_for_by_nobody(control: str, bad: str) -> None:
    with talking_to([answers(COLLECTION)]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=Profile())
        (found_,) = calendar.fetch([control % bad])
        assert isinstance(found_, Unfetched)
        for write in (
            lambda: calendar.create(control % bad, b"x"),
            lambda: calendar.delete(control % bad, etag='"1"'),
        ):
            with pytest.raises((SyncError, ValueError)):
                write()
    assert not any(b"Evil" in head.split(b"\r\n\r\n")[0] for head in server.heard)
    assert not any(line.startswith(("PUT", "DELETE", "GET")) for line in server.lines())


@pytest.mark.parametrize("bad", ['"a&#13;&#10;X-Evil: 1"', '"a&#10;b"', '"a&#x85;b"', '"é"', '"名"'])
def test_g10_an_etag_that_could_be_two_headers_is_none_and_spoils_no_other_item(bad: str) -> None:
    listing = answers(COLLECTION, found("/cal/a.ics", f"<getetag>{bad}</getetag>"),
                      found("/cal/b.ics", '<getetag>"1"</getetag>'))  # fmt: skip
    with talking_to([listing]) as (_, client):
        look = CalDavCalendar(client, client_url(client), profile=Profile()).list_all()
    assert look.etags == {"/cal/a.ics": None, "/cal/b.ics": '"1"'}


def client_url(client: GuardedClient) -> str:
    scheme, host, port = client._home
    return f"{scheme}://{host}:{port}/cal/"


def test_g10_an_etag_from_a_header_is_held_to_the_same() -> None:
    assert strong_etag('"plain"') == '"plain"'
    assert strong_etag('W/"weak"') == '"weak"'
    assert strong_etag("unquoted-1") == "unquoted-1"
    assert strong_etag('"two\r\nlines"') is None


def test_g10_an_etag_of_ours_that_went_bad_writes_nothing() -> None:
    with talking_to([says("204 No Content")]) as (server, client):
        calendar = CalDavCalendar(client, server.url, profile=Profile())
        with pytest.raises(SyncError):
            calendar.replace("/cal/a.ics", b"x", etag='"a"\r\nX-Evil: 1')
    assert server.heard == []
