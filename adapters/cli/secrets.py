"""Take a password or token without it ever being an argument: from stdin, a file, the environment, or a prompt."""

import sys
from pathlib import Path

import typer

from adapters.cli.context import Here

VARIABLE = "CALENDULA_PASSWORD"
FROM_STDIN = typer.Option(False, "--password-stdin", help="Read the password or token from stdin.")
FROM_FILE = typer.Option(None, "--password-file", metavar="FILE", help="Read it from the first line of FILE.")
_LONGEST = 10_000


def read_secret(run: Here, *, stdin: bool, file: Path | None, what: str = "Password") -> str:
    """The secret, from the first of its sources that was named; asked for on a terminal only."""
    if stdin:
        found = sys.stdin.readline(_LONGEST)
    elif file is not None:
        with file.open(encoding="utf-8") as opened:
            found = opened.readline(_LONGEST)
    elif run.environ.get(VARIABLE):
        found = run.environ[VARIABLE]
    elif sys.stdin.isatty():
        found = typer.prompt(what, hide_input=True)
    else:
        raise typer.BadParameter(f"Give --password-stdin, --password-file or the variable {VARIABLE}")
    secret = found.rstrip("\r\n")
    if not secret:
        raise typer.BadParameter(f"The {what.lower()} is empty")
    return secret
