"""Commands about session types: session-type list, add, retire."""

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_rows

session_type = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Session types: session-type list, add, retire.",
    rich_markup_mode=None,
)


@session_type.callback()
def _group() -> None:
    """What sessions usually are: how long, billable or not, and their colour."""


@session_type.command("list")
def list_(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List all session types, those that are no longer offered too.

    Example: calendula session-type list
    """
    from adapters.diary.session_types import list_session_types

    columns = {
        "id": lambda row: row.ref,
        "name": lambda row: row.name,
        "minutes": lambda row: row.duration_min,
        "billable": lambda row: "yes" if row.billable else "no",
        "colour": lambda row: row.colour,
        "offered": lambda row: "yes" if row.active else "no",
    }
    print_rows(list_session_types(here(ctx).sessions), columns, as_json=as_json, none="No session types.")


@session_type.command("add")
def add(
    ctx: typer.Context,
    ref: str = typer.Argument(metavar="ID", help="Its id, like intake."),
    name: str = typer.Option(..., "--name", help="What people read; it never leaves the practice."),
    minutes: int | None = typer.Option(None, "--minutes", help="How long, where no end is given."),
    billable: bool = typer.Option(
        True, "--billable/--non-billable", help="Whether its sessions may have services."
    ),
    colour: str = typer.Option("", "--colour", help="In calendars: a name of CSS, like teal or tomato."),
) -> None:
    """Add a session type.

    Example: calendula session-type add intake --name "Intake" --minutes 90 --colour teal
    """
    from adapters.diary.session_types import SessionType, add_session_type

    run = here(ctx)
    new = SessionType(
        ref=ref, name=name, duration_min=minutes, billable=billable, colour=colour.strip().lower()
    )
    add_session_type(run.sessions, run.act(), new)
    typer.echo(f"Added: {ref}")


@session_type.command("retire")
def retire(ctx: typer.Context, ref: str = typer.Argument(metavar="ID", help="Its id.")) -> None:
    """No longer offer a session type; sessions that have it keep it.

    Example: calendula session-type retire intake
    """
    from adapters.diary.session_types import retire_session_type

    run = here(ctx)
    retire_session_type(run.sessions, run.act(), ref)
    typer.echo(f"No longer offered: {ref}")
