"""Commands about when workers can be had: their hours and single times, and their leave."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_json, print_rows

if TYPE_CHECKING:
    from adapters.diary.availability import AvailabilityView
    from adapters.diary.leave import LeaveView

availability = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="When workers can be had: availability set, add, ...",
    rich_markup_mode=None,
)
leave = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="When workers are away: leave add, approve, ...",
    rich_markup_mode=None,
)


@availability.callback()
def _availability() -> None:
    """Weekly hours of workers, and single times beyond them."""


@availability.command("set")
def set_(
    ctx: typer.Context,
    worker: str = options.WORKER,
    hours: str = typer.Argument(metavar="HOURS", help='Like "MO-FR 09:00-17:00, SA 09:00-12:00".'),
    first: str | None = typer.Option(None, "--from", help="The first day; without: today."),
    last: str | None = typer.Option(None, "--to", help="The last day; without: until further notice."),
    as_json: bool = JSON,
) -> None:
    """Give a worker weekly hours.

    They are meant on the clock of the worker's zone; an end that is not later than its start is one of the next day.
    Days before --from and after --to keep what was said of them. Of a worker without any hours, all times are good.

    Example: calendula availability set priya "MO-FR 09:00-17:00" --from 2026-03-02
    """
    from adapters.diary.availability import set_hours

    run = here(ctx)
    _print_hours(set_hours(run.sessions, run.act(), worker, hours, first=first, last=last), as_json=as_json)


@availability.command("add")
def add(
    ctx: typer.Context,
    worker: str = options.WORKER,
    start: str = options.START,
    end: str | None = options.END,
    minutes: int | None = options.MINUTES,
    as_json: bool = JSON,
) -> None:
    """Offer a single time beyond a worker's weekly hours.

    Example: calendula availability add priya --start "2026-03-14 09:00" --end 12:00
    """
    from adapters.diary.availability import offer_time

    run = here(ctx)
    _print_hours(
        offer_time(run.sessions, run.act(), worker, start, end=end, minutes=minutes), as_json=as_json
    )


@availability.command("list")
def list_(ctx: typer.Context, worker: str = options.WORKER, as_json: bool = JSON) -> None:
    """List a worker's hours and single times.

    Example: calendula availability list priya
    """
    from adapters.diary.availability import list_availability

    columns = {
        "id": lambda row: row.ref,
        "from": lambda row: row.start[:16].replace("T", " "),
        "to": lambda row: (row.end or "")[:16].replace("T", " "),
        "hours": lambda row: row.hours,
    }
    found = list_availability(here(ctx).sessions, worker)
    print_rows(found, columns, as_json=as_json, none="Nothing is known: always available.")


@availability.command("clear")
def clear(
    ctx: typer.Context,
    worker: str = options.WORKER,
    ref: str | None = typer.Argument(None, metavar="[ID]", help="One entry; without: all of them."),
) -> None:
    """Forget a worker's hours and single times, or one of them.

    Example: calendula availability clear priya
    """
    from adapters.diary.availability import clear_availability

    run = here(ctx)
    typer.echo(f"Cleared: {clear_availability(run.sessions, run.act(), worker, ref)}")


@leave.callback()
def _leave() -> None:
    """Times at which workers are away."""


@leave.command("add")
def add_leave(
    ctx: typer.Context,
    worker: str = options.WORKER,
    start: str = typer.Option(..., "--start", help='A day, or like "2026-03-13 13:00".'),
    end: str | None = typer.Option(None, "--end", help="The last day, or a time."),
    minutes: int | None = options.MINUTES,
    type_: str = typer.Option(
        "OTHER", "--type", help="ANNUAL, SICK, TRAINING, UNPAID, UNAVAILABLE or OTHER."
    ),
    requested: bool = typer.Option(False, "--requested", help="Not approved yet: it does not count."),
    as_json: bool = JSON,
) -> None:
    """Enter leave of a worker.

    Sessions that lie in it are named, and stay as they are: give them to somebody else, or cancel them.

    Example: calendula leave add priya --start 2026-03-13 --type ANNUAL
    """
    from adapters.diary.leave import NewLeave
    from adapters.diary.leave import add_leave as store
    from model.availability import LeaveType

    run = here(ctx)
    kind = LeaveType(choice(LeaveType, type_))
    new = NewLeave(worker=worker, start=start, end=end, minutes=minutes, type=kind, approved=not requested)
    _print_leave(store(run.sessions, run.act(), new), "Added", as_json=as_json)


@leave.command("list")
def list_leave(
    ctx: typer.Context,
    worker: str | None = typer.Argument(None, metavar="[WORKER]", help="Only this worker's."),
    as_json: bool = JSON,
) -> None:
    """List leave in order of time.

    Example: calendula leave list priya
    """
    from adapters.diary.leave import list_leave as found

    columns = {
        "id": lambda row: row.ref,
        "worker": lambda row: row.worker,
        "from": lambda row: row.start[:16].replace("T", " "),
        "to": lambda row: row.end[:16].replace("T", " "),
        "type": lambda row: row.type,
        "approved": lambda row: "yes" if row.approved else "no",
        "sessions": lambda row: ", ".join(row.sessions),
    }
    print_rows(found(here(ctx).sessions, worker), columns, as_json=as_json, none="No leave.")


@leave.command("approve")
def approve(
    ctx: typer.Context,
    ref: str = typer.Argument(metavar="ID", help="As leave list shows it."),
    as_json: bool = JSON,
) -> None:
    """Approve leave that was requested: now it counts.

    Example: calendula leave approve 5b1f6c1e
    """
    from adapters.diary.leave import approve_leave

    run = here(ctx)
    _print_leave(approve_leave(run.sessions, run.act(), ref), "Approved", as_json=as_json)


@leave.command("remove")
def remove(
    ctx: typer.Context,
    ref: str = typer.Argument(metavar="ID", help="As leave list shows it."),
    as_json: bool = JSON,
) -> None:
    """Remove leave: the worker is there after all.

    Example: calendula leave remove 5b1f6c1e
    """
    from adapters.diary.leave import remove_leave

    run = here(ctx)
    _print_leave(remove_leave(run.sessions, run.act(), ref), "Removed", as_json=as_json)


def _print_hours(found: "AvailabilityView", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json(asdict(found))
        return
    when = f"{found.hours}, from {found.start}" if found.hours else f"at {found.start}"
    typer.echo(f"{found.worker} {found.ref}: {when}{f' to {found.end}' if found.end else ''}")


def _print_leave(found: "LeaveView", verb: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(f"{verb} {found.ref}: {found.worker} from {found.start} to {found.end}")
    if found.sessions and verb != "Removed":
        typer.echo(f"Warning: sessions lie in it: {', '.join(found.sessions)}", err=True)
