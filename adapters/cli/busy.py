"""The command that shows when a worker is busy, without saying why."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_rows


def busy(
    ctx: typer.Context,
    worker: str = options.WORKER,
    start: str = options.FROM,
    end: str = options.TO,
    as_json: bool = JSON,
    ics: bool = typer.Option(False, "--ics", help="Print a VFREEBUSY (RFC 5545)."),
) -> None:
    """Show a worker's busy time, merged; no names, no subjects.

    Example: calendula busy mia 2026-03-09 2026-03-14 --ics
    """
    from adapters.diary.busy import busy_time, vfreebusy

    run = here(ctx)
    if as_json and ics:
        raise typer.BadParameter("Give --json or --ics, not both")
    found = busy_time(run.sessions, worker, start, end)
    if ics:
        typer.echo(vfreebusy(found, run.act()), nl=False)
        return
    columns = {
        "start": lambda row: f"{row.start:%Y-%m-%d %H:%M} UTC",
        "end": lambda row: f"{row.end:%Y-%m-%d %H:%M} UTC",
        "type": lambda row: row.fbtype,
    }
    print_rows(found.blocks, columns, as_json=as_json, none="Free all the time.")
