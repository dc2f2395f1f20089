"""A fake server as a process of its own, for measurements: `python -m tests.fake --latency 0.05`.

It prints its URL and runs until its input ends; any user, password "sesame". Each line of input is answered with
the number of requests so far by method, as JSON. Calendars are made with MKCALENDAR, or at once: `--calendars 1000`
makes /calendars/user-0/work/ and so on. `--failing` answers everything with 503.
"""

import argparse
import json
import sys

from tests.fake.server import FakeServer
from tests.fake.switches import Switches


def _main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.fake", description=__doc__)
    options.add_argument("--host", default="127.0.0.1", help="a loopback address: several make several hosts")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    options.add_argument("--calendars", type=int, default=0)
    options.add_argument("--failing", action="store_true")
    given = options.parse_args()
    broken = Switches(throttles=sys.maxsize, throttle_status=503) if given.failing else Switches()
    server = FakeServer(switches=broken, latency=given.latency)
    for number in range(given.calendars):
        server.make(f"/calendars/user-{number}/work/", "Work")
    with server.running(host=given.host, port=given.port):
        print(f"http://{given.host}:{server.port}/", flush=True)  # noqa: T201
        for _ in sys.stdin:
            print(json.dumps(server.requests), flush=True)  # noqa: T201


if __name__ == "__main__":
    _main()
