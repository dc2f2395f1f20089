"""HTTP/1.1 over sockets, kept alive: requests in, bytes out, and connections that break when they are told to.

Knows nothing of calendars. A small reader of its own, since the one in the standard library costs more than all
the rest of the fake server.
"""

import contextlib
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def writes(self) -> bool:
        return self.method in {"PUT", "DELETE"}


@dataclass(frozen=True)
class Answer:
    """What goes back. `half`: it breaks off in the middle; `never`: the connection drops without a word."""

    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    half: bool = False
    never: bool = False

    def message(self) -> bytes:
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Odd"
        rows = [f"HTTP/1.1 {self.status} {phrase}", f"Content-Length: {len(self.body)}"]
        rows += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*rows, "", ""]).encode("latin-1") + self.body


Respond = Callable[[Request], Answer]


class _Connection(socketserver.StreamRequestHandler):
    """One client, as long as it stays."""

    disable_nagle_algorithm = True
    server: "_Listener"

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while (request := _read(self.rfile)) is not None:
                answer = self.server.respond(request)
                if answer.never:
                    self._reset()
                    return
                message = answer.message()
                self.wfile.write(message[: -max(len(answer.body) // 2, 1)] if answer.half else message)
                if answer.half or request.headers.get("connection", "").lower() == "close":
                    return

    def _reset(self) -> None:
        """Close with a reset instead of a farewell."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read(stream: BinaryIO) -> Request | None:
    """The next request of a connection; None once it is closed."""
    line = stream.readline(65536).strip()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (row := stream.readline(65536).strip()) != b"":
        name, _, value = row.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    respond: Respond

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), _Connection)
        self.failures: list[BaseException] = []

    def handle_error(self, *_: object) -> None:
        """Keep what went wrong in our own code; clients that go away in the middle never get here."""
        failure = sys.exception()
        assert failure is not None
        self.failures.append(failure)


@contextlib.contextmanager
def listening(respond: Respond, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Serve until the block ends; the port. What failed in a thread of ours is raised at the end."""
    listener = _Listener(host, port)
    listener.respond = respond
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield int(listener.server_address[1])
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(5)
    if listener.failures:
        raise listener.failures[0]
