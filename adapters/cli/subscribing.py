"""The command that links a published calendar: link subscribe."""

from pathlib import Path

import typer

from adapters.cli.asking import asked
from adapters.cli.context import here
from adapters.cli.secrets import read_secret


def subscribe(
    ctx: typer.Context,
    worker: str = typer.Argument(None, metavar="WORKER", help="The worker's id, like mia."),
    url: str | None = typer.Option(None, "--ics-url", help="Its address: https:// or webcal://."),
    stdin: bool = typer.Option(False, "--ics-url-stdin", help="Read the address from stdin."),
    file: Path | None = typer.Option(None, "--ics-url-file", metavar="FILE", help="Read it from FILE."),
    name: str | None = typer.Option(None, "--name", help="How to call this link (default: as the worker)."),
) -> None:
    """Link a published calendar (.ics) as a busy source.

    It is only read, for when the worker is busy; of its events times alone are kept. Whoever has such an address can
    read the calendar, so it is kept like a password: give it by stdin or a file where others can see your commands.

    Example: calendula link subscribe mia --ics-url https://calendar.example.org/private-3f2a/basic.ics
    """
    from adapters.links.subscribing import subscribe as store

    run = here(ctx)
    worker = asked(worker, "Worker", option="WORKER")
    if stdin or file is not None:
        url = read_secret(run, stdin=stdin, file=file, what="Address")
    done = store(run.app, run.act(), worker, asked(url, "Address", option="--ics-url"), name)
    typer.echo(f"The file on {done.host} was read; it holds {done.events} events.")
    typer.echo(f"Linked it as {done.ref}. Next: calendula plan {done.ref}")
