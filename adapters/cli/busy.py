"""The command that shows when a worker is busy, as others may see it, and to the office why."""

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import Here, here
from adapters.cli.output import JSON, choice, print_rows

if TYPE_CHECKING:
    from adapters.diary.busy import BusyTime
    from adapters.diary.sources import Stale


def busy(
    ctx: typer.Context,
    who: str = typer.Argument(metavar="WHO", help="The worker's id, like mia; or what --of says."),
    start: str = options.FROM,
    end: str = options.TO,
    of: str = typer.Option("worker", "--of", help="worker, room, asset or bed."),
    as_json: bool = JSON,
    ics: bool = typer.Option(False, "--ics", help="Print a VFREEBUSY (RFC 5545)."),
    hours: bool = typer.Option(False, "--availability", help="Print a worker's VAVAILABILITY (RFC 7953)."),
    bookable: bool = typer.Option(False, "--bookable", help="Print a VAVAILABILITY of what can be booked."),
    why: bool = typer.Option(False, "--why", help="Say of all that time what makes it free or taken."),
    grid: int | None = typer.Option(None, "--round", metavar="MINUTES", help="Widen all to a grid, like 15."),
) -> None:
    """Show the busy time of a worker, a room, an asset or a bed, merged; no names, no subjects.

    Of a worker it is what the practice has planned, what the worker's busy sources say, and when they cannot be had.
    A source that was not read lately is named on stderr: more may be taken by now than is known. A room or an asset is
    busy while none is left of it. With --why each answer names the sessions, links, hours and leave behind it, by
    their ids. With --availability the hours, single times and leave are written by themselves, for staff; with
    --bookable the windows of online booking, as far as they can be booked now, whatever is taken in them.

    Example: calendula busy mia 2026-03-09 2026-03-14 --ics --round 15
    """
    _check(of, as_json=as_json, alone=[ics, hours, bookable, why], grid=grid)
    run = here(ctx)
    if of == "worker":
        _warn_of_stale(run, who)
    if hours or bookable:
        typer.echo(_opening(run, who, start, end, bookable=bookable), nl=False)
    elif why:
        _explain(run, who, start, end, as_json=as_json)
    else:
        found = _found(run, of, who, start, end)
        _print(run, found if grid is None else found.on_grid(grid), ics=ics, as_json=as_json)


def _check(of: str, *, as_json: bool, alone: list[bool], grid: int | None) -> None:
    """What makes no sense together."""
    ics, hours, bookable, why = alone
    opening = hours or bookable
    if sum(alone) > 1 or (as_json and (ics or opening)):
        raise typer.BadParameter(
            "Give one of --json, --ics, --availability, --bookable and --why; --why may be --json"
        )
    if of != "worker" and (opening or why):
        raise typer.BadParameter("--availability, --bookable and --why are of a worker")
    if grid is not None and (opening or why):
        raise typer.BadParameter("--round makes busy time coarser; the other answers are exact")


def _opening(run: Here, who: str, start: str, end: str, *, bookable: bool) -> str:
    from adapters.diary.opening import availability_text, bookable_text

    if bookable:
        return bookable_text(run.sessions, run.act(), who, start, end, run.config.booking)
    return availability_text(run.sessions, run.act(), who, start, end)


def _found(run: Here, of: str, who: str, start: str, end: str) -> "BusyTime":
    from adapters.diary.busy import busy_time
    from adapters.diary.resource_busy import Resource, resource_busy

    if of == "worker":
        return busy_time(run.sessions, who, start, end)
    return resource_busy(run.sessions, Resource(choice(Resource, of)), who, start, end)


def _print(run: Here, found: "BusyTime", *, ics: bool, as_json: bool) -> None:
    from adapters.diary.busy import vfreebusy

    if ics:
        typer.echo(vfreebusy(found, run.act()), nl=False)
        return
    columns = {
        "start": lambda row: f"{row.start:%Y-%m-%d %H:%M} UTC",
        "end": lambda row: f"{row.end:%Y-%m-%d %H:%M} UTC",
        "type": lambda row: row.fbtype,
    }
    print_rows(found.blocks, columns, as_json=as_json, none="Free all the time.")


def _explain(run: Here, who: str, start: str, end: str, *, as_json: bool) -> None:
    from adapters.diary.why import why

    columns = {
        "start": lambda row: f"{row.start:%Y-%m-%d %H:%M} UTC",
        "end": lambda row: f"{row.end:%Y-%m-%d %H:%M} UTC",
        "type": lambda row: row.fbtype,
        "because": lambda row: "; ".join(row.because),
    }
    print_rows(why(run.sessions, who, start, end), columns, as_json=as_json)


def _warn_of_stale(run: Here, who: str) -> None:
    from adapters.diary.busy import stale_sources

    after = timedelta(minutes=run.config.sync.stale_after_min)
    for source in stale_sources(run.sessions, who, now=run.clock(), after=after):
        _warn(source, who)


def _warn(source: "Stale", worker: str) -> None:
    last = f"was last read {source.last_read:%Y-%m-%d %H:%M}Z" if source.last_read else "was not read yet"
    typer.echo(f"Warning: {source.link} {last}; {worker} may be busy at other times too", err=True)
