"""Commands that hand something to other programs: export services."""

from pathlib import Path

import typer

from adapters.cli.context import here

export = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="For other programs: export services.",
    rich_markup_mode=None,
)


@export.callback()
def _group() -> None:
    """Files for other programs."""


@export.command("services")
def services(
    ctx: typer.Context,
    file: Path = typer.Option(..., "--csv", metavar="FILE", help="A file that is not there yet."),
) -> None:
    """Write what was delivered for billing, each line once.

    From then on these lines are final: their sessions cannot be reset.

    Example: calendula export services --csv march.csv
    """
    from adapters.diary.exporting_services import export_services

    run = here(ctx)
    count = export_services(run.sessions, run.act(), file)
    typer.echo(
        f"Exported {count} lines to {file}" if count else "There is nothing to export; no file was written"
    )
