"""Connect to checked addresses only, and never for longer than allowed (FAILURES G1, G2, A28).

A name is resolved once, every address it has is checked, and the connection goes to a checked address, so
that a second DNS answer cannot lead elsewhere. Every read and write shares the deadline of its request.
"""

import contextlib
import ipaddress
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

import httpcore2
import httpx2

from adapters.dav.policy import Policy
from sync.errors import Unreachable


class AddressRefused(Unreachable):
    """The name leads to an address that this installation does not connect to."""


class HostNotFound(Unreachable):
    """The name has no address."""


@dataclass
class Exchange:
    """What the network layer knows about the request in hand: until when, and what has happened so far."""

    until: float
    connected: bool = False  # a new connection was opened for it
    sent: bool = False  # bytes of it may have reached the server
    answered: bool = False  # bytes of an answer came back

    def left(self, timeout: float | None) -> float:
        """What remains of the deadline, at most `timeout`."""
        rest = self.until - time.monotonic()
        if rest <= 0:
            raise httpcore2.ReadTimeout("the deadline of the whole request has passed")
        return rest if timeout is None else min(rest, timeout)


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextlib.contextmanager
def exchange(seconds: float) -> Iterator[Exchange]:
    """Give everything this thread sends and reads inside the block one common deadline."""
    this = Exchange(until=time.monotonic() + seconds)
    mark = _current.set(this)
    try:
        yield this
    finally:
        _current.reset(mark)


class _TimedStream(httpcore2.NetworkStream):
    """A connection that asks the exchange it serves right now how long it may wait."""

    def __init__(self, stream: httpcore2.NetworkStream, ca_file: str | None) -> None:
        self._stream, self._ca_file = stream, ca_file

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        this = _current.get()
        data = self._stream.read(max_bytes, this.left(timeout))
        this.answered = this.answered or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        this = _current.get()
        this.sent = this.sent or bool(buffer)
        self._stream.write(buffer, this.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - the pool's trusts nobody
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        secure = self._stream.start_tls(_trust(self._ca_file), server_hostname, _current.get().left(timeout))
        return _TimedStream(secure, self._ca_file)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class PinnedBackend(httpcore2.NetworkBackend):
    """Opens TCP connections to checked addresses only."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tcp = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        this = _current.get()
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in checked_addresses(host, port, self._policy):
            try:
                stream = self._tcp.connect_tcp(
                    address, port, this.left(timeout), local_address, socket_options or ()
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            this.connected = True
            return _TimedStream(stream, self._policy.ca_file)
        raise failure or httpcore2.ConnectError(f"{host} has no address")


def checked_addresses(host: str, port: int, policy: Policy) -> list[str]:
    """Every address of a name; one forbidden address among them refuses them all."""
    addresses = _resolve(host, port)
    for address in addresses:
        if not policy.allows_address(host, ipaddress.ip_address(address)):
            raise AddressRefused(
                f"{host} leads to {address}, an address inside a private network. "
                "Allow it in the configuration if your calendar server really is there."
            )
    return addresses


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostNotFound(f"The host name {host} was not found.") from error
    # A scope ("fe80::1%eth0") is cut off: link-local addresses are refused anyway.
    return list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found))


class PinnedTransport(httpx2.BaseTransport):
    """httpx2 over a pool that connects to checked addresses only."""

    def __init__(self, policy: Policy, requests: Counter[str]) -> None:
        self._requests = requests
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            max_connections=8,
            keepalive_expiry=15,
            network_backend=PinnedBackend(policy),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._requests[request.method] += 1
        answer = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@lru_cache(maxsize=8)
def _trust(ca_file: str | None) -> ssl.SSLContext:
    """The system's certificate authorities and, where configured, one more; verification is never off.

    Read once, for the first connection that needs them: there are hundreds, and reading them costs more than a whole
    run without changes.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
