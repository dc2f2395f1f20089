"""Finding calendars: on real servers, and in plain words where there is nothing to find."""

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.dav.auth import PasswordAuth
from adapters.dav.discovery import discover, make_calendar
from adapters.dav.oauth import Provider, TokenKeeper, browser_consent, device_consent
from adapters.dav.policy import Policy
from adapters.dav.probe import probe
from adapters.dav.problems import DiscoveryProblem, in_plain_words
from adapters.dav.sample import SUMMARY
from adapters.demo.radicale import Server
from adapters.ical.codec import ICalendar
from sync.errors import NotAuthorised, Refused
from tests import servers
from tests.unit.dav.misbehaving import (
    XML,
    Script,
    answers,
    found,
    misbehaving,
    multistatus,
    policy,
    says,
    talking_to,
)

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PASSWORD = PasswordAuth("anna", "sesame")


def code_of(where: str, rules: Policy) -> str:
    with pytest.raises(DiscoveryProblem) as problem:
        discover(where, auth=PASSWORD, policy=rules)
    assert "sesame" not in problem.value.sentence
    return problem.value.code


def test_calendars_are_found_from_the_server_its_home_and_the_calendar(
    caldav_server: Server, collection_url: str
) -> None:
    auth = PasswordAuth(caldav_server.user, caldav_server.password)
    for where in (caldav_server.url, caldav_server.home, collection_url):
        result = discover(where, auth=auth, policy=servers.LOOPBACK)
        (mine,) = [c for c in result.calendars if c.url.rstrip("/") == collection_url.rstrip("/")]
        assert mine.name == "Calendula test"
        assert mine.writable is not False
        assert not mine.components or "VEVENT" in mine.components


def test_a_calendar_is_made_found_and_probed_without_a_trace(caldav_server: Server) -> None:
    auth = PasswordAuth(caldav_server.user, caldav_server.password)
    (home, *_) = discover(caldav_server.url, auth=auth, policy=servers.LOOPBACK).homes
    made = make_calendar(home, "Practice & more", auth=auth, policy=servers.LOOPBACK)
    with servers.client_for(caldav_server) as client:
        try:
            assert made.name == "Practice & more"
            result = probe(client, made.url, codec=ICalendar(), now=NOW)
            assert client.asked <= 31
            assert result.sentences[0].startswith("Test events were written")
            listing = client.send("PROPFIND", made.url, headers={"Depth": "1"})
            assert b".ics" not in listing.body
        finally:
            client.send("DELETE", made.url)


def test_a_probe_cleans_up_when_something_breaks_in_the_middle() -> None:
    about = found("/cal/", "<resourcetype><C:calendar/></resourcetype>")
    scripts = [
        says("200 OK"),
        answers(token="t1"),
        answers(about),
        says("201 Created"),
        says("502 Bad Gateway"),
        says("204 No Content"),
    ]
    with talking_to(scripts) as (server, client):
        with pytest.raises(Exception, match="502"):
            probe(client, server.url, codec=ICalendar(), now=NOW)
        assert [line.split()[0] for line in server.lines()] == [
            "OPTIONS",
            "REPORT",
            "PROPFIND",
            "PUT",
            "REPORT",
            "DELETE",
        ]
    assert SUMMARY.encode() in server.heard[3]
    assert b"ATTENDEE" not in server.heard[3]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (says("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="x"'), "wrong_password"),
        (says("401 Unauthorized"), "wrong_password"),
        (says("404 Not Found"), "no_caldav"),
        (says("405 Method Not Allowed"), "no_caldav"),
        (says("200 OK", b"<html>log in</html>", "Content-Type: text/html"), "not_caldav"),
        (says("207 Multi-Status", b"<html>log in</html>", XML), "not_caldav"),
        (says("302 Found", b"", "Location: https://evil.example/"), "other_host"),
        (says("429 Slow down", b"", "Retry-After: 5"), "busy"),
        (says("500 Oops"), "unreachable"),
        (
            answers(found("/", "<current-user-principal><unauthenticated/></current-user-principal>")),
            "wrong_password",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_word(script: Script, code: str) -> None:
    with misbehaving(script) as server:
        assert code_of(server.url, policy()) == code


def test_an_address_that_must_not_or_cannot_be_asked_says_why() -> None:
    assert code_of("http://calendar.example/", Policy()) == "address"
    assert code_of("https://[::1", Policy()) == "address"
    assert code_of("https://127.0.0.1/", Policy()) == "private_address"
    assert code_of("https://no-such-host.invalid/", Policy()) == "host_not_found"
    assert code_of("anna@no-such-host.invalid", Policy()) == "host_not_found"
    assert code_of("anna@localhost", Policy()) == "private_address"  # caldav's own look-up is guarded too


def test_providers_that_want_an_app_password_are_known() -> None:
    for host in ("caldav.icloud.com", "p12-caldav.icloud.com", "caldav.fastmail.com"):
        assert in_plain_words(NotAuthorised("no"), host=host).code == "app_password_needed"
    assert in_plain_words(NotAuthorised("no"), host="icloud.com.example").code == "wrong_password"
    assert in_plain_words(Refused("no", href="/a", status=403), host="a.example").code == "read_only"


def test_several_home_sets_are_searched_and_only_calendars_count() -> None:
    start = found(
        "/", "<C:calendar-home-set><href>/home1/</href><href>/home%32/</href></C:calendar-home-set>"
    )
    kind = "<resourcetype><collection/>{}</resourcetype><displayname>{}</displayname>"
    read = "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>"
    first = answers(
        found("/home1/", kind.format("", "home")),
        found("/home1/a/", kind.format("<C:calendar/>", "A &amp;amp; B") + read),
        found("/home1/in/", kind.format("<C:schedule-inbox/>", "Inbox")),
        found("/home1/personal.ics", "<resourcetype/>"),
    )
    tasks = '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
    second = answers(
        found("/home2/b/", kind.format("<C:calendar/>", "B")),
        found("/home2/t/", kind.format("<C:calendar/>", "Tasks") + tasks),
    )
    with misbehaving(answers(start), first, second) as server:
        result = discover(server.url, auth=PASSWORD, policy=policy())
    assert [(c.name, c.writable) for c in result.calendars] == [("A & B", False), ("B", None)]
    assert len(result.homes) == 2


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that no authority has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    """A CalDAV home behind TLS that answers whatever it is asked with one calendar."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("localhost", 0))
    calendar = found("/", "<resourcetype><collection/><C:calendar/></resourcetype>")
    script = says("207 Multi-Status", multistatus(calendar), XML, "Connection: close")

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
                with context.wrap_socket(peer, server_side=True) as secure:
                    script(secure, secure.recv(65536))
            except (ssl.SSLError, ConnectionError):  # a refusal may arrive as either
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_an_untrusted_certificate_is_refused_and_a_named_authority_believed(
    certificate: Path, tls_port: int
) -> None:
    url = f"https://localhost:{tls_port}/"
    assert code_of(url, policy(private=("localhost",))) == "certificate"
    trusting = policy(private=("localhost",), ca_file=str(certificate))
    assert len(discover(url, auth=PASSWORD, policy=trusting).calendars) == 1


def test_nothing_of_ours_needs_urllib3_and_only_a_domain_look_up_imports_caldav() -> None:
    program = """
import json, pkgutil, sys, importlib
import adapters.dav
for module in pkgutil.iter_modules(adapters.dav.__path__, "adapters.dav."):
    importlib.import_module(module.name)
early = [name for name in ("caldav", "niquests", "requests", "urllib3") if name in sys.modules]
from adapters.dav.service import service_url
from adapters.dav.policy import Policy
from adapters.dav.problems import DiscoveryProblem
service_url("https://calendar.example/", Policy())
by_url = "caldav" in sys.modules
try:
    service_url("anna@no-such-host.invalid", Policy())
except DiscoveryProblem:
    pass
print(json.dumps([early, by_url, "caldav" in sys.modules]))
"""
    root = Path(__file__).parents[3]
    result = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True)
    assert json.loads(result.stdout) == [[], False, True]


def provider(url: str) -> Provider:
    return Provider(
        token_url=f"{url}token",
        authorise_url="https://accounts.example/auth",
        device_url=f"{url}device",
        client_id="us",
        client_secret="hush",
        scope="calendar",
    )


def told(**fields: object) -> Script:
    return says("200 OK", json.dumps(fields).encode(), "Content-Type: application/json")


def test_an_access_token_is_renewed_when_stale_and_a_rotated_refresh_token_kept() -> None:
    kept: list[str] = []
    scripts = [
        told(access_token="a1", expires_in=3600, refresh_token="r2"),
        told(access_token="a2", expires_in=3600),
    ]
    with misbehaving(*scripts) as server:
        keeper = TokenKeeper(provider(server.url), "r1", policy=policy(), store=kept.append)
        assert [keeper(None), keeper(None), keeper("a1"), keeper("a1")] == ["a1", "a1", "a2", "a2"]
    assert kept == ["r2"]
    assert [b"refresh_token=r1" in server.heard[0], b"refresh_token=r2" in server.heard[1]] == [True, True]


def test_consent_that_was_taken_back_asks_for_a_new_login() -> None:
    with misbehaving(says("400 Bad Request", b'{"error": "invalid_grant"}')) as server:
        keeper = TokenKeeper(provider(server.url), "r1", policy=policy(), store=lambda _: None)
        with pytest.raises(NotAuthorised):
            keeper(None)


def test_a_code_is_shown_and_waited_for() -> None:
    shown: list[tuple[str, str]] = []
    pauses: list[float] = []
    scripts = [
        told(device_code="d", user_code="AB-CD", verification_uri="https://accounts.example/d", interval=1),
        says("400 Bad Request", b'{"error": "authorization_pending"}'),
        says("400 Bad Request", b'{"error": "slow_down"}'),
        told(access_token="a", refresh_token="r"),
    ]
    with misbehaving(*scripts) as server:
        token = device_consent(
            provider(server.url),
            policy=policy(),
            show=lambda url, code: shown.append((url, code)),
            sleep=pauses.append,
        )
    assert (token, shown, pauses) == ("r", [("https://accounts.example/d", "AB-CD")], [1, 1, 6])


@pytest.mark.parametrize("honest", [True, False])
def test_the_browser_brings_a_code_back_and_a_forged_answer_is_refused(honest: bool) -> None:
    def browser(page: str) -> None:
        query = dict(pair.split("=", 1) for pair in page.partition("?")[2].split("&"))
        assert query["code_challenge_method"] == "S256"
        port = int(query["redirect_uri"].split("%3A")[2].split("%2F")[0])
        state = query["state"] if honest else "forged"

        def click() -> None:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
                peer.sendall(f"GET /?code=c1&state={state} HTTP/1.0\r\n\r\n".encode())
                peer.recv(1000)

        threading.Thread(target=click, daemon=True).start()

    with misbehaving(told(access_token="a", refresh_token="r")) as server:
        if honest:
            assert browser_consent(provider(server.url), policy=policy(), open_page=browser) == "r"
            assert b"code=c1" in server.heard[0]
            assert b"code_verifier=" in server.heard[0]
        else:
            with pytest.raises(DiscoveryProblem) as refused:
                browser_consent(provider(server.url), policy=policy(), open_page=browser, seconds=5)
            assert refused.value.code == "no_consent"
            assert server.heard == []
