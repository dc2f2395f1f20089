"""Commands about the practice itself: all of it from files, a made-up one, and what may leave it."""

from pathlib import Path

import typer

from adapters.cli.context import here

practice = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The whole practice: import, sample.",
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
    """Everything the practice has, from files."""


@practice.command("import")
def import_(
    ctx: typer.Context,
    path: Path = typer.Argument(metavar="PATH", help="A TOML file, or a folder with CSV files, one a table."),
) -> None:
    """Take the whole practice in: people, places, sessions, rosters.

    Rows are known by their id: a second import updates people, places, services and reasons, and leaves sessions,
    stays and rosters that are there as they are. All of it is taken, or nothing; what is wrong is told, with its line.

    Example: calendula practice import practice.toml
    """
    from adapters.diary.importing import import_practice

    run = here(ctx)
    for done in import_practice(run.sessions, run.act(), path, run.config.settings):
        rest = f"{done.kept} left as they are" if done.kept else f"{done.updated} updated"
        warnings = "".join(f"; {code} {many}" for code, many in done.warnings)
        typer.echo(f"{done.table}: {done.added} added, {rest}{warnings}")


@practice.command("sample")
def sample(
    ctx: typer.Context,
    folder: Path = typer.Argument(metavar="FOLDER", help="A new folder, or an empty one."),
    seed: int = typer.Option(1, "--seed", help="Another number makes another practice up."),
    start: str = typer.Option("", "--start", help="A day of its first week; without: two weeks ago."),
) -> None:
    """Make a practice up to try things out with, as a folder of files.

    30 workers, 200 clients and 6 sites in two time zones over 12 weeks; nobody in it is a person. The same seed and
    start make the same files, but that of its first two weeks those that are over have happened. Import them into a
    database of their own: what was imported is not taken out again.

    Example: calendula practice sample try-out --seed 7
    """
    from datetime import timedelta

    from adapters.diary.times import read_day
    from adapters.sample.past import PAST
    from adapters.sample.writing import write_sample

    today = here(ctx).clock().date()
    day = read_day(start) if start else today - timedelta(weeks=PAST)
    counts = write_sample(folder, seed, day, today)
    typer.echo(f"{folder}: {', '.join(f'{table} {many}' for table, many in counts.items())}")
    typer.echo(f"Take it in with: calendula practice import {folder}")


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
