"""A mail server and a gateway for tests: real ones on loopback, with a certificate made on the spot.

The mail server speaks STARTTLS and wants a log-in; what it took is in `mails`. `faults` are replies, or what to do,
given to the next mails instead of a yes.
"""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "calendula", "open sesame"


@dataclass
class MailServer:
    """What it is reached by, and what it took."""

    port: int
    ca_file: Path
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    faults: list[str | Callable[[], str]] = field(default_factory=list)

    def take(self, envelope: Envelope) -> str:
        body = envelope.content if isinstance(envelope.content, bytes) else b""
        said = "250 OK"
        if self.faults:
            fault = self.faults.pop(0)
            said = fault() if callable(fault) else fault
        if said.startswith("250"):
            found = message_from_bytes(body, policy=policy.default)
            assert isinstance(found, EmailMessage)
            self.mails.append(found)
            self.raw.append(body)
            self.to.append([str(one) for one in envelope.rcpt_tos])
        return said

    def config(self, more: str = "") -> str:
        """How Calendula is told of it."""
        return (
            f'[mail]\nvia = "smtp"\nhost = "localhost"\nport = {self.port}\nuser = "{USER}"\n'
            f'password = "{PASSWORD}"\nca_file = "{self.ca_file}"\nname = "Marigold"\n'
            f'address = "office@marigold.example"\n{more}\n'
        )


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # type: ignore[no-untyped-def]  # noqa: N802
        if address.startswith("nobody@"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        return self._server.take(envelope)


def _login(server: object, session: object, envelope: object, mechanism: object, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=good, handled=False)


@contextlib.contextmanager
def mail_server(folder: Path, *, tls: bool = True) -> Iterator[MailServer]:
    """One in a thread; without `tls` it offers none, and wants no log-in."""
    cert, key = certificate(folder)
    made = MailServer(port=0, ca_file=cert)
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        options |= {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _login,
        }
    controller = _Controller(_Handler(made), **options)
    controller.start()
    made.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        controller.stop()


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Its own way asks at the port that it was told, which is none: ask at the one it got."""
        with socket.create_connection(self.server.sockets[0].getsockname(), timeout=10) as asked:
            asked.recv(100)


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = (
        [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
        if name == "localhost"
        else [x509.DNSName(name)]
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "mail.pem", folder / "mail.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


@dataclass
class Gateway:
    """A provider's gateway for texts: what it was sent, byte for byte; `answers` are given first."""

    url: str
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def said(self) -> list[dict[str, str]]:
        return [json.loads(body) for _, body in self.requests]


@contextlib.contextmanager
def gateway() -> Iterator[Gateway]:
    """One on a loopback port."""
    made = Gateway(url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.requests.append((dict(self.headers), body))
            self.send_response(made.answers.pop(0) if made.answers else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is written to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/texts"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
