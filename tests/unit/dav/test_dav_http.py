"""The guarded client against servers that lie, stall, flood and redirect (FAILURES A and G)."""

import gzip
import random
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.dav.auth import BearerAuth
from adapters.dav.http import AnswerLost, GuardedClient, RedirectRefused, TooLarge
from adapters.dav.network import AddressRefused, HostNotFound
from adapters.dav.policy import AddressNotAllowed, Policy, may_share_credentials, origin
from adapters.dav.throttle import waiting_time
from sync.errors import NotAuthorised, Throttled, Unreachable
from tests.unit.dav.misbehaving import drips, misbehaving, policy, raw, resets, says, talking_to


def test_every_request_asks_for_plain_fresh_bytes_with_credentials_unasked() -> None:
    with talking_to([says("200 OK", b"hello", "Set-Cookie: session=1")]) as (server, client):
        assert client.send("GET", server.url).body == b"hello"
        client.send("PUT", server.url + "a.ics", body=b"x")
    for head in server.heard:
        assert b"Accept-Encoding: identity" in head
        assert b"Cache-Control: no-cache" in head
        assert b"Authorization: Basic YW5uYTpzZXNhbWU=" in head
        assert b"ookie" not in head
        assert b"chunked" not in head  # Radicale and SOGo refuse chunked bodies (MATRIX 18)
    assert client.requests == {"GET": 1, "PUT": 1}


@pytest.mark.parametrize(
    "message",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nContent-Encoding: gzip\r\n\r\n"
        + gzip.compress(random.Random(1).randbytes(5000))[:40],
        b"HTTP/1.1 2",
        b"not http at all\r\n\r\n",
    ],
)
def test_a_cut_off_answer_is_no_answer(message: bytes) -> None:
    with talking_to([raw(message)]) as (server, client), pytest.raises(AnswerLost):
        client.send("PUT", server.url + "a.ics", body=b"x")
    assert len(server.heard) == 1  # a write that may have happened is never sent again


def test_a_read_that_broke_is_asked_again_a_bounded_number_of_times() -> None:
    with talking_to([resets]) as (server, client), pytest.raises(Unreachable):
        client.send("PROPFIND", server.url)
    assert server.lines() == ["PROPFIND /cal/ HTTP/1.1"] * 3
    with talking_to([resets, says("200 OK")]) as (server, client):
        assert client.send("GET", server.url).repeated


def test_a_write_on_a_dead_reused_connection_is_sent_once_more_and_says_so() -> None:
    with talking_to([says("200 OK"), resets, says("201 Created")]) as (server, client):
        assert not client.send("PUT", server.url + "a.ics", body=b"x").repeated
        assert client.send("PUT", server.url + "b.ics", body=b"x").repeated
    assert client.requests == {"PUT": 3}


def test_a_slow_drip_ends_at_the_deadline() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    for slow in (drips(head, every=0.1), drips(b"HTTP/1.1 200 OK\r\nX-Slow:", every=0.1)):
        with talking_to([slow], total_seconds=0.5) as (server, client), pytest.raises(AnswerLost):
            client.send("GET", server.url)
        assert len(server.heard) == 1


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compression_bomb_is_stopped_at_the_cap(coding: str) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with (
        talking_to([says("200 OK", bomb, f"Content-Encoding: {coding}")]) as (server, client),
        pytest.raises(TooLarge),
    ):
        client.send("GET", server.url, limit=100_000)


def test_an_endless_answer_is_stopped_at_the_cap() -> None:
    with talking_to([says("200 OK", b"x" * 200_000)]) as (server, client), pytest.raises(TooLarge):
        client.send("GET", server.url, limit=100_000)


def test_honest_compression_is_read_and_unknown_compression_refused() -> None:
    with talking_to([says("200 OK", gzip.compress(b"hello"), "Content-Encoding: gzip")]) as (server, client):
        assert client.send("GET", server.url).body == b"hello"
    with (
        talking_to([says("200 OK", b"??", "Content-Encoding: br")]) as (server, client),
        pytest.raises(AnswerLost),
    ):
        client.send("GET", server.url)


def test_a_redirect_inside_the_origin_keeps_method_and_body() -> None:
    for code in (301, 302, 303, 307, 308):
        moved = says(f"{code} Moved", b"", "Location: /new/a.ics")
        with talking_to([moved, says("201 Created")]) as (server, client):
            assert client.send("PUT", server.url + "a.ics", body=b"the body").status == 201
        assert server.lines()[1] == "PUT /new/a.ics HTTP/1.1"
        assert server.heard[1].endswith(b"\r\n\r\nthe body")


@pytest.mark.parametrize("to", ["http://localhost:1/", "https://127.0.0.1/", "//other.example/", "ftp://x/"])
def test_a_redirect_to_another_origin_is_not_followed(to: str) -> None:
    with (
        talking_to([says("302 Found", b"", f"Location: {to}")]) as (server, client),
        pytest.raises(RedirectRefused),
    ):
        client.send("GET", server.url)
    assert len(server.heard) == 1


def test_redirects_in_a_circle_end_after_three() -> None:
    with (
        talking_to([says("302 Found", b"", "Location: /cal/")]) as (server, client),
        pytest.raises(RedirectRefused),
    ):
        client.send("GET", server.url)
    assert len(server.heard) == 4


def test_throttling_is_told_in_seconds_or_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for status, header, least, most in (
        ("429 Too Many Requests", "Retry-After: 120", 120, 120),
        ("503 Service Unavailable", f"Retry-After: {later}", 60, 90),
        ("429 Too Many Requests", "Retry-After: Fri, 01 Jan 1999 00:00:00 GMT", 0, 0),
    ):
        with talking_to([says(status, b"", header)]) as (server, client), pytest.raises(Throttled) as told:
            client.send("GET", server.url)
        assert told.value.retry_after is not None
        assert least <= told.value.retry_after.total_seconds() <= most
        assert len(server.heard) == 1
    assert waiting_time("soon", now=datetime.now(UTC)) is None
    assert waiting_time("9" * 30, now=datetime.now(UTC)) == timedelta(days=1)


def test_a_403_about_the_rate_is_throttling_and_others_are_the_callers() -> None:
    quota = says("403 Forbidden", b'{"error": {"reason": "rateLimitExceeded"}}')
    with talking_to([quota]) as (server, client), pytest.raises(Throttled):
        client.send("GET", server.url)
    with talking_to([says("403 Forbidden", b"no")]) as (server, client):
        assert client.send("GET", server.url).status == 403


def test_a_401_stops_and_after_throttling_is_taken_for_throttling() -> None:
    with talking_to([says("401 Unauthorized")]) as (server, client), pytest.raises(NotAuthorised):
        client.send("GET", server.url)
    assert len(server.heard) == 1
    with talking_to([says("429 Slow"), says("401 Unauthorized")]) as (server, client):
        for _ in range(2):
            with pytest.raises(Throttled):
                client.send("GET", server.url)


def test_digest_is_used_where_the_server_insists() -> None:
    challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
    scripts = [says("401 Unauthorized", b"", challenge)] * 2 + [says("200 OK")]
    with talking_to(scripts) as (server, client):
        assert client.send("PUT", server.url + "a.ics", body=b"x").status == 200
        client.send("GET", server.url)
    assert b"Authorization: Digest" in server.heard[2]
    assert server.heard[2].endswith(b"x")
    assert len(server.heard) == 4  # from then on without asking


def test_credentials_stay_with_their_origin() -> None:
    with talking_to([says("200 OK")]) as (server, _):
        with GuardedClient(home="https://elsewhere.example/", auth=None, policy=policy()) as client:
            client.send("GET", server.url)
        assert b"Authorization" not in server.heard[0]
    apple = origin("https://caldav.icloud.com/")
    assert may_share_credentials(apple, origin("https://p12-caldav.icloud.com:443/x"))
    assert not may_share_credentials(apple, origin("https://p12-caldav.icloud.com.evil.example/"))
    assert not may_share_credentials(apple, origin("http://caldav.icloud.com/"))
    assert not may_share_credentials(origin("https://a.example/"), origin("https://a.example:8443/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.example/",
        "ftp://calendar.example/",
        "https://",
        "https://user:pw@calendar.example/",
        "https://calendar.example/a\r\nHost: evil",
        "https://calendar.example:port/",
        "file:///etc/passwd",
        "https://calendar.example/ /",
    ],
)
def test_only_plain_https_addresses_are_spoken_to(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        GuardedClient(home=url, auth=None, policy=Policy())
    home = "https://calendar.example/"
    with GuardedClient(home=home, auth=None, policy=Policy()) as client, pytest.raises(AddressNotAllowed):
        client.send("GET", url)
    assert not client.requests


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
        "100.64.0.1", "224.0.0.1",
        "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "2130706433", "0x7f.1",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused_however_they_are_written(host: str) -> None:
    url = f"https://{host}/"
    with GuardedClient(home=url, auth=None, policy=Policy()) as client, pytest.raises(AddressRefused):
        client.send("GET", url)


def test_allowed_networks_are_allowed_and_nothing_else() -> None:
    with talking_to([says("200 OK")], private=("10.0.0.0/8",)) as (server, client):
        with pytest.raises(AddressRefused):
            client.send("GET", server.url)
        assert server.heard == []
    with talking_to([says("200 OK")], private=("127.0.0.0/8",)) as (server, client):
        assert client.send("GET", server.url).status == 200


def test_an_unknown_host_is_named() -> None:
    url = "https://no-such-host.invalid/"
    with GuardedClient(home=url, auth=None, policy=Policy()) as client, pytest.raises(HostNotFound):
        client.send("GET", url)


def test_a_server_that_speaks_no_tls_gets_no_request() -> None:
    with talking_to([says("200 OK")], total_seconds=0.5) as (server, client):
        with pytest.raises(Unreachable) as refused:
            client.send("PUT", server.url.replace("http:", "https:"), body=b"x")
        assert not isinstance(refused.value, AnswerLost)
        assert not any(line.startswith("PUT") for line in server.lines())


def test_nobody_listening_is_unreachable_and_not_an_unknown_outcome() -> None:
    with talking_to([says("200 OK")]) as (server, _):
        url = server.url
    with (
        GuardedClient(home=url, auth=None, policy=policy()) as client,
        pytest.raises(Unreachable) as refused,
    ):
        client.send("PUT", url, body=b"x")
    assert not isinstance(refused.value, AnswerLost)


def test_certificates_are_always_verified() -> None:
    with GuardedClient(home="https://a.example/", auth=None, policy=Policy()) as client:
        context = client._transport._pool._ssl_context
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_bearer_token_is_renewed_once_after_a_401_and_never_twice() -> None:
    tokens = {None: "old", "old": "new"}
    for scripts, status in (([says("401 No"), says("200 OK")], 200), ([says("401 No")], 401)):
        with misbehaving(*scripts) as server:
            auth = BearerAuth(lambda stale: tokens[stale])
            with GuardedClient(home=server.url, auth=auth, policy=policy()) as client:
                if status == 200:
                    assert client.send("GET", server.url).status == 200
                else:
                    with pytest.raises(NotAuthorised):
                        client.send("GET", server.url)
        sent = [line for head in server.heard for line in head.split(b"\r\n") if b"Bearer" in line]
        assert sent == [b"Authorization: Bearer old", b"Authorization: Bearer new"]
