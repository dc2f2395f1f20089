"""Measure, print a table and write docs/benchmarks.md: `make bench`, or `python -m tests.benchmarks`.

`--caldav-servers FILE` names servers as for the tests; of these the quickest at writing is taken, as a slow
server hides our own costs. Without it a Radicale is started, which needs longer the more events it has.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.cli.entry import look_rarely
from adapters.demo.radicale import Server, ServerStartError
from tests.benchmarks.measures import ALL, Bench
from tests.benchmarks.report import printed, write
from tests.locked import pins
from tests.servers import installed, listed, locked, start_own

_PREFERRED = ("cyrus", "sabre", "davical", "sogo", "xandikos", "radicale")
_SLOW = ("radicale", "xandikos")


def main() -> None:
    """Measure what was asked for, in a process that is set up as the program itself is."""
    look_rarely()
    asked = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="calendula-bench-") as folder,
        _server(asked, Path(folder)) as server,
    ):
        slow = server.name in _SLOW
        bench = Bench(
            server=server,
            folder=Path(folder),
            events=asked.events or (300 if slow else 1_000),
            many=asked.many or (1_500 if slow else 10_000),
            rounds=asked.rounds,
            missing=_missing(),
        )
        figures = []
        for name in asked.only or ALL:
            for figure in ALL[name](bench):
                sys.stderr.write(f"{figure.what}: {figure.figure} {figure.verdict} {figure.more}\n")
                figures.append(figure)
        sys.stdout.write(printed(figures) + "\n")
        if asked.events is None and asked.many is None:  # a trial with other sizes says nothing about targets
            write(figures, servers=_said(server, bench), load=_load())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--caldav-servers", metavar="FILE", help="JSON list of CalDAV servers")
    parser.add_argument("--server", help="the name of one of them, instead of the quickest")
    parser.add_argument("--events", type=int, help="instead of 1,000 (300 on a slow server)")
    parser.add_argument("--many", type=int, help="instead of 10,000 (1,500 on a slow server)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", nargs="*", choices=ALL, help="measure only this, and keep the other figures"
    )
    return parser.parse_args()


@contextmanager
def _server(asked: argparse.Namespace, folder: Path) -> Iterator[Server]:
    """The quickest of the listed servers, or a Radicale of our own."""
    known = {server.name: server for server in (listed(asked.caldav_servers) if asked.caldav_servers else [])}
    name = asked.server or next((name for name in _PREFERRED if name in known), None)
    if name is not None:
        yield known[name]
        return
    server = start_own("radicale", folder / "radicale")
    try:
        yield server
    finally:
        server.stop()


def _missing() -> str:
    try:
        installed("vdirsyncer")
    except ServerStartError as error:
        return str(error)
    return ""


def _locked() -> str:
    return next(pin.version for pin in pins(locked("vdirsyncer")) if pin.name == "vdirsyncer")


def _said(server: Server, bench: Bench) -> str:
    rival = f"without vdirsyncer ({bench.missing})" if bench.missing else f"vdirsyncer {_locked()}"
    return f"Server: {server.name} on the same machine; {rival}; medians of {bench.rounds} rounds, in turn"


def _load() -> str:
    return f"Load average when it ended: {os.getloadavg()[2]:.1f}."


if __name__ == "__main__":
    main()
