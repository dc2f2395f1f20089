"""Commands about what can be booked online: booking type list, add, retire; booking window list, add, remove."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_rows

types = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Appointment types: booking type list, add, retire.",
    rich_markup_mode=None,
)
windows = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Reserved slots: booking window list, add, remove.",
    rich_markup_mode=None,
)


@types.callback()
def _types() -> None:
    """What clients can choose from: a name and a length that they see, and padding that they do not."""


@windows.callback()
def _windows() -> None:
    """When workers can be booked online: only what lies inside a window can be."""


@types.command("list")
def list_types_(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List all appointment types, those not offered any more too.

    Example: calendula booking type list
    """
    from adapters.diary.appointment_types import list_types

    columns = {
        "id": lambda row: row.ref,
        "name": lambda row: row.name,
        "minutes": lambda row: row.length_min,
        "padding": lambda row: row.padding_min,
        "service": lambda row: row.service,
        "offered": lambda row: "yes" if row.active else "no",
    }
    print_rows(list_types(here(ctx).sessions), columns, as_json=as_json, none="No appointment types.")


@types.command("add")
def add_type_(
    ctx: typer.Context,
    ref: str = typer.Argument(metavar="ID", help="Its id, like psychotherapy."),
    name: str = typer.Option(..., "--name", help="What clients read."),
    minutes: int = typer.Option(..., "--minutes", help="How long it lasts, as clients are told."),
    padding: int = typer.Option(0, "--padding", help="Minutes after it that have to be free too."),
    service: str | None = typer.Option(None, "--service", help="What it delivers, by the service's id."),
) -> None:
    """Add an appointment type.

    Example: calendula booking type add psychotherapy --name Psychotherapy --minutes 50 --padding 10
    """
    from adapters.diary.appointment_types import AppointmentType, add_type

    run = here(ctx)
    new = AppointmentType(ref=ref, name=name, length_min=minutes, padding_min=padding, service=service)
    add_type(run.sessions, run.act(), new)
    typer.echo(f"Added: {ref}")


@types.command("retire")
def retire_type_(ctx: typer.Context, ref: str = typer.Argument(metavar="ID", help="Its id.")) -> None:
    """No longer offer an appointment type; what was booked keeps it.

    Example: calendula booking type retire psychotherapy
    """
    from adapters.diary.appointment_types import retire_type

    run = here(ctx)
    retire_type(run.sessions, run.act(), ref)
    typer.echo(f"No longer offered: {ref}")


@windows.command("list")
def list_windows_(
    ctx: typer.Context,
    worker: str | None = typer.Option(None, "--worker", help="Only of this worker."),
    as_json: bool = JSON,
) -> None:
    """List the windows in which workers can be booked.

    Example: calendula booking window list --worker mia
    """
    from adapters.diary.reserved_slots import list_windows

    columns = {
        "window": lambda row: row.ref,
        "worker": lambda row: row.worker,
        "start": lambda row: row.start[:16].replace("T", " "),
        "end": lambda row: row.end[11:16],
        "repeats": lambda row: row.rule,
        "types": lambda row: ", ".join(row.types) or "all",
        "place": lambda row: row.room or row.site,
    }
    print_rows(list_windows(here(ctx).sessions, worker), columns, as_json=as_json, none="No windows.")


@windows.command("add")
def add_window_(
    ctx: typer.Context,
    worker: str = options.WORKER,
    start: str = options.START,
    end: str | None = options.END,
    minutes: int | None = options.MINUTES,
    rule: str | None = options.RULE,
    of_type: list[str] = typer.Option([], "--type", help="Only for this type; several times for several."),
    site: str | None = typer.Option(None, "--site", help="Where it is."),
    room: str | None = typer.Option(None, "--room", help="In this room, which then has to be free."),
    asset: str | None = typer.Option(None, "--asset", help="With this asset, of which one has to be free."),
) -> None:
    """Offer a window: once, or repeating on the wall clock.

    Example: calendula booking window add mia --start "2026-03-10 09:00" --end 12:00 --rule FREQ=WEEKLY
    """
    from adapters.diary.reserved_slots import NewWindow, add_window

    run = here(ctx)
    new = NewWindow(
        worker=worker, start=start, end=end, minutes=minutes, rule=rule, types=of_type, site=site, room=room,
        asset=asset,
    )  # fmt: skip
    typer.echo(f"Offered: {add_window(run.sessions, run.act(), new, run.config.booking)}")


@windows.command("remove")
def remove_window_(
    ctx: typer.Context,
    ref: str = typer.Argument(metavar="WINDOW", help="As booking window list shows it."),
    only: str | None = typer.Option(None, "--only", metavar="START", help="Of a repeating one, only this."),
) -> None:
    """Take a window back; what is booked in it stays.

    Example: calendula booking window remove 5b1f6c1e --only "2026-03-17 09:00"
    """
    from adapters.diary.reserved_slots import remove_window

    run = here(ctx)
    remove_window(run.sessions, run.act(), ref, only=only, settings=run.config.booking)
    typer.echo(f"Taken back: {ref}")
