"""Commands about base rosters: roster base add, slot, remove, draft, finalise, clone, list, show."""

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

base = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The regular pattern: base add, slot, ...",
    rich_markup_mode=None,
)


@base.callback()
def _bases() -> None:
    """Base rosters: weeks and weekdays, no dates; periods are copies of them."""


@base.command("add")
def base_add(
    ctx: typer.Context,
    name: str = BASE,
    weeks: int = typer.Option(..., "--weeks", help="1, 2 or 4."),
    start: str = typer.Option(..., "--start", help="The first day, like 2026-03-02."),
    tz: str | None = typer.Option(None, "--tz", help="Its time zone; else the practice's."),
    budget: str | None = BUDGET,
) -> None:
    """Begin a base roster, as a draft.

    Example: calendula roster base add "West house" --weeks 2 --start 2026-03-02 --budget 4500
    """
    from adapters.diary.rosters import add_base
    from adapters.diary.times import read_day

    run = here(ctx)
    add_base(
        run.sessions,
        run.act(),
        name,
        weeks=weeks,
        start=read_day(start),
        tz=tz,
        budget_cents=cents_of(budget),
    )
    typer.echo(f"Added: {name}, version 1 (DRAFT)")


@base.command("slot")
def base_slot(
    ctx: typer.Context,
    name: str = BASE,
    week: int = typer.Option(1, "--week", help="Which week of the pattern."),
    day: str = typer.Option(..., "--day", help="MO, TU, ..."),
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
    """Put a session into the draft of a base roster.

    Example: calendula roster base slot "West house" --week 1 --day MO --start 07:00 --minutes 480
    --worker tom --client liam
    """
    from adapters.diary.rosters import add_slot

    run = here(ctx)
    slot = slot_of(
        group=group, shift=shift, start=start, minutes=minutes, workers=worker, clients=client, subject=subject,
        site=site, room=room, assets=asset, activities=activity,
    )  # fmt: skip
    made = add_slot(run.sessions, run.act(), name, slot, week=week, weekday=day.strip().upper()[:2])
    typer.echo(f"Added {short(made)} to {name}")


@base.command("remove")
def base_remove(ctx: typer.Context, name: str = BASE, slot: str = SLOT) -> None:
    """Take a session out of the draft of a base roster.

    Example: calendula roster base remove "West house" 5b1f
    """
    from adapters.diary.rosters import remove_slot

    run = here(ctx)
    remove_slot(run.sessions, run.act(), name, slot)
    typer.echo(f"Removed from {name}")


@base.command("draft")
def base_draft(ctx: typer.Context, name: str = BASE) -> None:
    """Begin the next version, as a copy of the active one.

    Example: calendula roster base draft "West house"
    """
    from adapters.diary.rosters import draft

    run = here(ctx)
    typer.echo(f"{name}: version {draft(run.sessions, run.act(), name)} (DRAFT)")


@base.command("finalise")
def base_finalise(ctx: typer.Context, name: str = BASE) -> None:
    """Make the draft the active version.

    Periods that were made before keep what they were made from.

    Example: calendula roster base finalise "West house"
    """
    from adapters.diary.rosters import finalise

    run = here(ctx)
    typer.echo(f"{name}: version {finalise(run.sessions, run.act(), name)} (ACTIVE)")


@base.command("clone")
def base_clone(
    ctx: typer.Context, name: str = BASE, new: str = typer.Argument(metavar="NEW", help="The copy's name.")
) -> None:
    """Copy a base roster under another name.

    Example: calendula roster base clone "West house" "East house"
    """
    from adapters.diary.rosters import clone

    run = here(ctx)
    clone(run.sessions, run.act(), name, new)
    typer.echo(f"Added: {new}, version 1 (DRAFT)")


@base.command("list")
def base_list(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List base rosters with their versions.

    Example: calendula roster base list
    """
    from adapters.diary.rosters import list_bases

    columns = {
        "name": lambda row: row.name,
        "version": lambda row: row.version,
        "state": lambda row: row.state,
        "weeks": lambda row: row.weeks,
        "from": lambda row: row.start_date,
        "sessions": lambda row: row.slots,
        "budget": budget_cell,
    }
    print_rows(list_bases(here(ctx).sessions), columns, as_json=as_json, none="No base rosters.")


@base.command("show")
def base_show(ctx: typer.Context, name: str = BASE, as_json: bool = JSON) -> None:
    """Show the newest version of a base roster.

    Example: calendula roster base show "West house"
    """
    from adapters.diary.budgets import of_base
    from adapters.diary.rosters import show_base

    run = here(ctx)
    print_rows(show_base(run.sessions, name), SLOTS, as_json=as_json, none="Nothing in it yet.")
    print_budget(of_base(run.sessions, name), as_json=as_json)
