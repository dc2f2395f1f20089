"""Answer GET /healthz and GET /metrics on a loopback port; nothing else, and nothing to anybody else.

Decides when a service counts as healthy: it can read its database, and it looked for due links lately. Links
that are late are told, but restarting the service would not help them.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy.exc import SQLAlchemyError

from adapters.metrics import Metrics

LOOPBACK = "127.0.0.1"
_HUNG_S = 60
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_JSON = "application/json"
Answer = tuple[int, str, bytes]


@contextmanager
def listening(port: int, metrics: Metrics, *, tick_age_s: Callable[[], float]) -> Iterator[int]:
    """Answer in a thread of its own until the block ends; 0 takes a free port, which is yielded."""

    def answer(path: str) -> Answer:
        if path == "/metrics":
            return _metrics(metrics)
        return _health(metrics, tick_age_s()) if path == "/healthz" else (404, _TEXT, b"not found\n")

    class Handler(_Quiet):
        answers = staticmethod(answer)

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="monitor", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _metrics(metrics: Metrics) -> Answer:
    try:
        return 200, _TEXT, metrics.page()
    except SQLAlchemyError:
        return 503, _TEXT, b"the database cannot be read\n"


def _health(metrics: Metrics, age_s: float) -> Answer:
    found: dict[str, object] = {"status": "ok", "tick_age_s": round(age_s)}
    try:
        found["links"], found["late"], found["stale_sources"] = metrics.links()
    except SQLAlchemyError:
        found["status"] = "no database"
    if age_s > _HUNG_S:
        found["status"] = "hung"
    status = 200 if found["status"] == "ok" else 503
    return status, _JSON, json.dumps(found, sort_keys=True).encode() + b"\n"


class _Quiet(BaseHTTPRequestHandler):
    """One GET at a time, briefly; nothing is logged."""

    answers: Callable[[str], Answer]
    timeout = 10
    server_version, sys_version = "Calendula", ""

    def do_GET(self) -> None:
        status, kind, body = self.answers(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are not logged."""
