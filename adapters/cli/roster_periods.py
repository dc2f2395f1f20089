"""Commands about roster periods: roster period create, add, change, remove, list, show, validate."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_rows, short
from adapters.cli.roster_options import (
    ASSET,
    BASE,
    BUDGET,
    CLIENT,
    GROUP,
    MINUTES,
    PERIOD,
    ROOM,
    SHIFT,
    SITE,
    SLOT,
    SLOTS,
    START,
    SUBJECT,
    WORKER,
    budget_cell,
    cents_of,
    print_budget,
    slot_of,
)

period = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Some weeks of it: period create, ...",
    rich_markup_mode=None,
)


@period.callback()
def _periods() -> None:
    """Roster periods: planned, validated, published."""


@period.command("create")
def period_create(
    ctx: typer.Context,
    name: str = BASE,
    start: str = typer.Option(..., "--start", help="Its first day; it has to fit the pattern."),
    budget: str | None = BUDGET,
) -> None:
    """Make a period from a base roster: every session, on its dates.

    Without a budget of its own it has that of the base.

    Example: calendula roster period create "West house" --start 2026-03-16
    """
    from adapters.diary.periods import create
    from adapters.diary.times import read_day

    run = here(ctx)
    made = create(run.sessions, run.act(), name, read_day(start), cents_of(budget))
    typer.echo(f"Planned: period {short(made)}")


@period.command("add")
def period_add(
    ctx: typer.Context,
    of: str = PERIOD,
    day: str = typer.Option(..., "--day", help="Like 2026-03-18."),
    start: str = START,
    minutes: int = MINUTES,
    worker: list[str] = WORKER,
    client: list[str] = CLIENT,
    group: bool = GROUP,
    subject: str = SUBJECT,
    site: str | None = SITE,
    room: str | None = ROOM,
    asset: list[str] = ASSET,
    activity: list[str] = options.ACTIVITY,
    shift: bool = SHIFT,
) -> None:
    """Plan one more session, for this period only.

    Example: calendula roster period add 5b1f --day 2026-03-18 --start 09:00 --minutes 60 --worker tom --client noor
    """
    from adapters.diary.periods import add
    from adapters.diary.times import read_day

    run = here(ctx)
    slot = slot_of(
        group=group, shift=shift, start=start, minutes=minutes, workers=worker, clients=client, subject=subject,
        site=site, room=room, assets=asset, activities=activity,
    )  # fmt: skip
    typer.echo(f"Added {short(add(run.sessions, run.act(), of, slot, read_day(day)))}")


@period.command("change")
def period_change(
    ctx: typer.Context,
    of: str = PERIOD,
    slot: str = SLOT,
    day: str | None = typer.Option(None, "--day", help="Another day."),
    start: str | None = typer.Option(None, "--start", help="Another time of day."),
    minutes: int | None = typer.Option(None, "--minutes", help="Another length."),
    activity: list[str] = options.ACTIVITY,
) -> None:
    """Give a planned session another day, time, length, or activities.

    Those that are named replace those it had.

    Example: calendula roster period change 5b1f 77aa --start 08:00 --activity "BREAK 12:00-12:30"
    """
    from adapters.diary.periods import Edit, change
    from adapters.diary.times import read_day

    run = here(ctx)
    edit = Edit(day=read_day(day) if day else None, start=start, minutes=minutes, activities=activity or None)
    change(run.sessions, run.act(), of, slot, edit)
    typer.echo("Changed; validate the period again.")


@period.command("remove")
def period_remove(ctx: typer.Context, of: str = PERIOD, slot: str = SLOT) -> None:
    """Take a planned session out of a period.

    Example: calendula roster period remove 5b1f 77aa
    """
    from adapters.diary.periods import remove

    run = here(ctx)
    remove(run.sessions, run.act(), of, slot)
    typer.echo("Removed; validate the period again.")


@period.command("list")
def period_list(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List all periods.

    Example: calendula roster period list
    """
    from adapters.diary.periods import list_periods

    columns = {
        "id": lambda row: short(row.id),
        "base": lambda row: f"{row.base} v{row.version}",
        "from": lambda row: row.start,
        "to": lambda row: row.end,
        "state": lambda row: row.state,
        "sessions": lambda row: row.sessions,
        "violations": lambda row: row.violations,
        "budget": budget_cell,
    }
    print_rows(list_periods(here(ctx).sessions), columns, as_json=as_json, none="No periods.")


@period.command("show")
def period_show(ctx: typer.Context, of: str = PERIOD, as_json: bool = JSON) -> None:
    """Show what is planned in a period.

    Example: calendula roster period show 5b1f
    """
    from adapters.diary.budgets import of_period
    from adapters.diary.periods import show

    run = here(ctx)
    columns = SLOTS | {"published": lambda row: "yes" if row.published else "no"}
    print_rows(show(run.sessions, of), columns, as_json=as_json, none="Nothing in it.")
    print_budget(of_period(run.sessions, of), as_json=as_json)


@period.command("validate")
def period_validate(ctx: typer.Context, of: str = PERIOD, as_json: bool = JSON) -> None:
    """Find what is wrong with a period.

    It can then be published, unless rules.block_on names what was found.

    Example: calendula roster period validate 5b1f
    """
    from adapters.diary.validating import validate

    run = here(ctx)
    columns = {
        "rule": lambda row: row.rule,
        "session": lambda row: short(row.slot),
        "who": lambda row: row.who or row.told,
    }
    found = validate(run.sessions, run.act(), of)
    print_rows(found, columns, as_json=as_json, none="Validated: nothing is wrong.")
