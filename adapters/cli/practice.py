"""Commands about the practice itself: its people and places from a file, and what may leave it."""

from pathlib import Path

import typer

from adapters.cli.context import here

practice = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="People and places: practice import.",
    rich_markup_mode=None,
)
privacy = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="What may leave the practice: privacy attest.",
    rich_markup_mode=None,
)


@practice.callback()
def _practice() -> None:
    """People, places, services and cancellation reasons."""


@practice.command("import")
def import_(
    ctx: typer.Context, file: Path = typer.Argument(metavar="FILE.toml", help="The practice's tables.")
) -> None:
    """Add or update people, places and reasons from a file.

    The file has tables [practice], [[site]], [[room]], [[worker]], [[client]], [[service]] and [[reason]]. Rows are
    known by their id, so a second import updates them. All of the file is taken, or nothing.

    Example: calendula practice import practice.toml
    """
    from adapters.diary.importing import import_practice

    run = here(ctx)
    counts = import_practice(run.sessions, run.act(), file)
    for count in counts:
        typer.echo(f"{count.table}: {count.added} added, {count.updated} updated")


@privacy.callback()
def _privacy() -> None:
    """What may leave the practice."""


@privacy.command("attest")
def attest(
    ctx: typer.Context,
    level: str = typer.Argument(help="first_name or full_name"),
    basis: str = typer.Option(..., "--basis", help="The agreement (BAA) and its date, or the APP 8 basis."),
) -> None:
    """State on what basis names may leave the practice.

    An admin does this once; the levels first_name and full_name need it. The configuration's privacy.maximum
    must allow the level as well.

    Example: calendula privacy attest full_name --basis "BAA with Example Host, 2026-02-01" --as ada
    """
    from adapters.diary.privacy import attest as store

    run = here(ctx)
    done = store(run.sessions, run.act(), level=level, basis=basis)
    typer.echo(
        f"{done.attested_by} attested {done.level} at {done.attested_at:%Y-%m-%d %H:%M} UTC: {done.basis}"
    )
