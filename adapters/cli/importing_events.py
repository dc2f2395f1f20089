"""The command event import: take a foreign calendar file in as Other Events."""

from pathlib import Path

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_json

_FILE = typer.Argument(metavar="FILE.ics", help="An iCalendar file, from whatever program.")


def import_(
    ctx: typer.Context,
    worker: str = options.WORKER,
    file: Path = _FILE,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would come in and what is bad."),
    as_json: bool = JSON,
) -> None:
    """Take events from an .ics file.

    Good ones come in; bad ones are listed with line and reason, and then the exit code is 1. An event that was
    imported before is updated, by its UID.

    Example: calendula event import mia old-calendar.ics
    """
    from dataclasses import asdict

    from adapters.diary.importing_events import import_events

    run = here(ctx)
    done = import_events(run.sessions, run.act(), worker, file.read_bytes(), dry_run=dry_run)
    if as_json:
        print_json(asdict(done))
    else:
        would = "would be " if dry_run else ""
        typer.echo(f"{done.added} {would}added, {done.updated} {would}updated, {len(done.bad)} bad")
    for bad in done.bad:
        typer.echo(f"{file}: line {bad.line}: {bad.reason}", err=True)
    if done.bad:
        raise typer.Exit(1)
