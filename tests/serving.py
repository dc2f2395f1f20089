"""A web application behind a real server on loopback, in a thread of this process; and every byte that it answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Yields its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def everything_said(url: str, *, method: str = "GET", **headers: str) -> bytes:
    """The whole answer as it came: status, headers and body."""
    at = urlsplit(url)
    lines = [f"{method} {at.path} HTTP/1.1", f"Host: {at.netloc}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection((at.hostname or "", at.port or 0), timeout=30) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        return b"".join(iter(lambda: wire.recv(65_536), b""))
