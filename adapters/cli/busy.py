"""The command that shows when a worker is busy, without saying why."""

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_rows

if TYPE_CHECKING:
    from adapters.diary.busy import Stale


def busy(
    ctx: typer.Context,
    who: str = typer.Argument(metavar="WHO", help="The worker's id, like mia; or what --of says."),
    start: str = options.FROM,
    end: str = options.TO,
    of: str = typer.Option("worker", "--of", help="worker, room, asset or bed."),
    as_json: bool = JSON,
    ics: bool = typer.Option(False, "--ics", help="Print a VFREEBUSY (RFC 5545)."),
) -> None:
    """Show the busy time of a worker, a room, an asset or a bed, merged; no names, no subjects.

    Of a worker it is what the practice has planned and what the worker's busy sources say. A source that was
    not read lately is named on stderr: more may be taken by now than is known. A room or an asset is busy while
    none is left of it.

    Example: calendula busy mia 2026-03-09 2026-03-14 --ics
    """
    from adapters.diary.busy import busy_time, stale_sources, vfreebusy
    from adapters.diary.resource_busy import Resource, resource_busy

    run = here(ctx)
    if as_json and ics:
        raise typer.BadParameter("Give --json or --ics, not both")
    if of != "worker":
        found = resource_busy(run.sessions, Resource(choice(Resource, of)), who, start, end)
    else:
        found = busy_time(run.sessions, who, start, end)
        after = timedelta(minutes=run.config.sync.stale_after_min)
        for source in stale_sources(run.sessions, who, now=run.clock(), after=after):
            _warn(source, found.who)
    if ics:
        typer.echo(vfreebusy(found, run.act()), nl=False)
        return
    columns = {
        "start": lambda row: f"{row.start:%Y-%m-%d %H:%M} UTC",
        "end": lambda row: f"{row.end:%Y-%m-%d %H:%M} UTC",
        "type": lambda row: row.fbtype,
    }
    print_rows(found.blocks, columns, as_json=as_json, none="Free all the time.")


def _warn(source: "Stale", worker: str) -> None:
    last = f"was last read {source.last_read:%Y-%m-%d %H:%M}Z" if source.last_read else "was not read yet"
    typer.echo(f"Warning: {source.link} {last}; {worker} may be busy at other times too", err=True)
