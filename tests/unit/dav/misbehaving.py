"""A small HTTP server on a real loopback socket that answers exactly what a test tells it to."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from adapters.dav.auth import PasswordAuth
from adapters.dav.http import GuardedClient
from adapters.dav.policy import Policy

Script = Callable[[socket.socket, bytes], None]


@dataclass
class Misbehaving:
    """Runs one script per request; the last one serves all further requests. `heard` are request heads."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/cal/"

    def lines(self) -> list[str]:
        return [head.split(b"\r\n", 1)[0].decode("latin-1") for head in self.heard]


@contextlib.contextmanager
def misbehaving(*scripts: Script) -> Iterator[Misbehaving]:
    """Serve on a free port until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    server, over = Misbehaving(listener.getsockname()[1]), threading.Event()
    threads: list[threading.Thread] = []

    def talk(peer: socket.socket) -> None:
        peer.settimeout(5)
        with contextlib.closing(peer), contextlib.suppress(OSError):
            while request := _request(peer):
                server.heard.append(request)
                scripts[min(len(server.heard), len(scripts)) - 1](peer, request)

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                threads.append(threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        over.set()
        accepting.join(5)
        listener.close()


def _request(peer: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += peer.recv(65536) or b"\r\n\r\n"
        if data == b"\r\n\r\n":
            return b""
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


def says(status: str, body: bytes = b"", *headers: str) -> Script:
    """Answer with a whole, well-formed message."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    message = "\r\n".join(head).encode() + b"\r\n\r\n" + body
    return lambda peer, _: peer.sendall(message)


def raw(data: bytes) -> Script:
    """Send these bytes and close the connection."""

    def script(peer: socket.socket, _: bytes) -> None:
        peer.sendall(data)
        peer.close()

    return script


def drips(head: bytes, *, every: float) -> Script:
    """Send a head, then one byte now and then, for ever as far as any client is concerned."""

    def script(peer: socket.socket, _: bytes) -> None:
        peer.sendall(head)
        for _ in range(200):
            time.sleep(every)
            peer.sendall(b" ")

    return script


def resets(peer: socket.socket, _: bytes) -> None:
    """Drop the connection without a word."""
    peer.shutdown(socket.SHUT_RDWR)
    peer.close()


XML = "Content-Type: application/xml; charset=utf-8"


def multistatus(*responses: str, token: str = "") -> bytes:
    tail = f"<sync-token>{token}</sync-token>" if token else ""
    inside = "".join(responses)
    spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
    return f'<?xml version="1.0"?><multistatus {spaces}>{inside}{tail}</multistatus>'.encode()


def found(href: str, props: str, status: str = "200 OK") -> str:
    stat = f"<propstat><prop>{props}</prop><status>HTTP/1.1 {status}</status></propstat>"
    return f"<response><href>{href}</href>{stat}</response>"


def lost(href: str, status: str = "404 Not Found") -> str:
    return f"<response><href>{href}</href><status>HTTP/1.1 {status}</status></response>"


COLLECTION = found("/cal/", "<resourcetype><collection/><C:calendar/></resourcetype>")


def answers(*responses: str, token: str = "") -> Script:
    return says("207 Multi-Status", multistatus(*responses, token=token), XML)


def policy(**changes: object) -> Policy:
    settings: dict[str, object] = {
        "plain_hosts": frozenset({"127.0.0.1"}),
        "private": ("127.0.0.1",),
        "read_seconds": 2,
        "total_seconds": 4,
    }
    return Policy(**{**settings, **changes})  # type: ignore[arg-type]


@contextlib.contextmanager
def talking_to(scripts: Sequence[Script], **changes: object) -> Iterator[tuple[Misbehaving, GuardedClient]]:
    with misbehaving(*scripts) as server:
        auth = PasswordAuth("anna", "sesame")
        with GuardedClient(home=server.url, auth=auth, policy=policy(**changes)) as client:
            yield server, client
