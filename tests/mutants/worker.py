"""Run tests in this folder, one job a line of standard input, one exit code of pytest a line of standard output.

Each job is a fork: what every test needs from elsewhere is imported once, the project's own code anew each
time. Nothing here knows what a mutation is.
"""

import contextlib
import importlib
import json
import os
import signal
import sys

import pytest

_LONGEST_S = 90  # a test that no longer ends has noticed the mutation, too
_ELSEWHERE = (
    "alembic.migration", "cryptography.fernet", "dateutil.rrule", "httpx2", "hypothesis.stateful", "lxml.etree",
    "psycopg", "pydantic_settings", "sqlalchemy.dialects.sqlite", "sqlalchemy.orm", "structlog", "typer",
)  # fmt: skip
_QUIETLY = (
    "-q",
    "-x",
    "--no-header",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-p",
    "no:hypothesispytest",
)


def run(tests: list[str]) -> int:
    """Run some tests in a process of their own; what they say goes to the file `said`."""
    child = os.fork()
    if child == 0:
        signal.alarm(_LONGEST_S if len(tests) == 1 else 0)
        with open("said", "wb", buffering=0) as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        os._exit(pytest.main([*_QUIETLY, "--basetemp=.tmp", *tests]))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return int(pytest.ExitCode.TESTS_FAILED) if code == -signal.SIGALRM else code


def main() -> None:
    """Answer each line until there are no more."""
    sys.dont_write_bytecode = True  # a mutation may be as long, and as young, as what it replaces
    for name in _ELSEWHERE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        print(run(json.loads(line)), flush=True)  # noqa: T201 - this is the answer


if __name__ == "__main__":
    main()
