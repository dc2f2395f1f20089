"""A proxy in front of a real server that lets requests through, until a test gives it a reason not to."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from adapters.demo.radicale import Server
from tests.unit.dav.misbehaving import misbehaving

Forward = Callable[[], bytes]
Meddle = Callable[[bytes, Forward], bytes]


def _let_through(_: bytes, forward: Forward) -> bytes:
    return forward()


@dataclass
class Meddler:
    """`meddle` gets each request and a way to have it answered; what it returns is sent, and nothing is a reset."""

    port: int
    front: Server
    meddle: Meddle = _let_through

    def script(self, peer: socket.socket, request: bytes) -> None:
        answer = self.meddle(request, lambda: self._forward(request))
        if answer:
            peer.sendall(answer)
        peer.close()

    def calm_down(self) -> None:
        self.meddle = _let_through

    def _forward(self, request: bytes) -> bytes:
        """Ask the real server, one connection per request (it closes them)."""
        head, _, body = request.partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as there:
            there.sendall(b"\r\n".join([*kept, b"Connection: close", b"", b""]) + body)
            return b"".join(iter(lambda: there.recv(65536), b""))


@contextlib.contextmanager
def meddling_with(server: Server) -> Iterator[Meddler]:
    """The proxy; `front` is the server as it looks through it."""
    port = urlsplit(server.url).port
    assert port is not None
    meddler = Meddler(port, server)
    with misbehaving(meddler.script) as proxy:
        real, shown = f":{port}/", f":{proxy.port}/"
        meddler.front = replace(
            server, url=server.url.replace(real, shown), home=server.home.replace(real, shown)
        )
        yield meddler


def answer(status: str, body: bytes, *headers: str) -> bytes:
    """A whole message that closes its connection."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def with_more(message: bytes, *responses: str) -> bytes:
    """A multistatus with further members, as if they were stored there."""
    _, _, body = message.partition(b"\r\n\r\n")
    end = body.rindex(b"</")
    more = "".join(responses).encode()
    return answer("207 Multi-Status", body[:end] + more + body[end:], "Content-Type: text/xml; charset=utf-8")


def is_listing(request: bytes) -> bool:
    """A PROPFIND of the collection's members, or a sync report: the look at what changed."""
    return request.startswith(b"PROPFIND") or b"sync-collection" in request
