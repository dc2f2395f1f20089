"""The group `roster`: base rosters, periods, what they deliver, and roster publish."""

import typer

from adapters.cli import roster_services
from adapters.cli.base_rosters import base
from adapters.cli.context import here
from adapters.cli.output import JSON, WARNINGS, print_json
from adapters.cli.roster_options import PERIOD
from adapters.cli.roster_periods import period

roster = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Rosters: base, period, publish.", rich_markup_mode=None
)
roster.add_typer(base, name="base")
roster.add_typer(period, name="period")
roster_services.add_to(base, period)


@roster.callback()
def _group() -> None:
    """The regular pattern of a house or team, the weeks made from it, and what becomes sessions."""


@roster.command("publish")
def publish(ctx: typer.Context, of: str = PERIOD, as_json: bool = JSON) -> None:
    """Make rostered sessions of everything in a period.

    Calendars show them at the next push. Doing it again does no harm.

    Example: calendula roster publish 5b1f
    """
    from dataclasses import asdict

    from adapters.diary.publishing import publish

    run = here(ctx)
    done = publish(run.sessions, run.act(), of, run.config.settings)
    if as_json:
        print_json(asdict(done))
    else:
        typer.echo(f"Published: {done.made} of {done.all} sessions now")
    for code in done.warnings:
        typer.echo(f"Warning: {WARNINGS.get(code, code.lower())} ({code})", err=True)
