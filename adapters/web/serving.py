"""Listen: for `calendula web` until it is told to stop, and for `calendula run` in a thread beside the scheduler."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from adapters.app import App
from adapters.web.app import create_app

_PATIENCE_S = 10
_MOST_AT_ONCE = 500


def server(app: App) -> uvicorn.Server:
    """A server that says nothing by itself: what is logged of requests is the guard's."""
    own = app.config.web
    trusted = list(own.trusted_proxies)
    return uvicorn.Server(
        uvicorn.Config(
            create_app(app),
            host=own.host,
            port=own.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(trusted),
            forwarded_allow_ips=trusted,
            timeout_keep_alive=_PATIENCE_S,
            timeout_graceful_shutdown=_PATIENCE_S,
            limit_concurrency=_MOST_AT_ONCE,
            ws="none",
            lifespan="off",
        )
    )


def bound(host: str, port: int) -> socket.socket:
    """The socket, taken before anything is promised; OSError says why it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle on: each body would wait 40 ms for the acknowledgement of its head.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found


@contextmanager
def beside(app: App) -> Iterator[str]:
    """Serve in a thread until the block ends; yields where."""
    own = app.config.web
    listener, serving = bound(own.host, own.port), server(app)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    thread.start()
    try:
        yield address(listener)
    finally:
        serving.should_exit = True
        thread.join()
        listener.close()


def address(listener: socket.socket) -> str:
    """Where it listens, as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
