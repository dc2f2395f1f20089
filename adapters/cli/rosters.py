"""Commands about rosters: roster base, roster period, roster publish; their services are `roster_services`'."""

from datetime import date

import typer

from adapters.cli import options, roster_services
from adapters.cli.context import here
from adapters.cli.output import JSON, WARNINGS, print_json, print_rows, short

roster = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Rosters: base, period, publish.", rich_markup_mode=None
)
base = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The regular pattern: base add, slot, ...",
    rich_markup_mode=None,
)
period = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Some weeks of it: period create, ...",
    rich_markup_mode=None,
)
roster.add_typer(base, name="base")
roster.add_typer(period, name="period")
roster_services.add_to(base, period)

_BASE = typer.Argument(metavar="BASE", help="The name of a base roster.")
_PERIOD = typer.Argument(metavar="PERIOD", help="The beginning of its id, four digits or more.")
_SLOT = typer.Argument(metavar="SLOT", help="The beginning of a planned session's id.")
_START = typer.Option(..., "--start", help="Its time of day, like 07:00.")
_MINUTES = typer.Option(..., "--minutes", help="How long it is.")
_WORKER = typer.Option([], "--worker", help="A worker's id; several times for several.")
_CLIENT = typer.Option([], "--client", help="A client's id; several times for a group.")
_GROUP = typer.Option(False, "--group", help="Work type GROUP, for several clients.")
_SUBJECT = typer.Option("", "--subject", help="What it is about.")
_SITE = typer.Option(None, "--site", help="A site's id.")
_ROOM = typer.Option(None, "--room", help="A room's id.")
_SHIFT = typer.Option(False, "--shift", help="A shift of one worker, without clients.")
_ASSET = typer.Option([], "--asset", help="An asset's id, like chair or minibus:2.")
_SLOTS = {
    "id": lambda row: short(row.id),
    "when": lambda row: row.when,
    "start": lambda row: row.start,
    "minutes": lambda row: row.minutes,
    "workers": lambda row: ", ".join(row.workers),
    "clients": lambda row: ", ".join(row.clients),
    "kind": lambda row: row.kind,
    "activities": lambda row: ", ".join(row.activities),
    "services": lambda row: ", ".join(row.services),
}


@roster.callback()
def _group() -> None:
    """The regular pattern of a house or team, the weeks made from it, and what becomes sessions."""


@base.callback()
def _bases() -> None:
    """Base rosters: weeks and weekdays, no dates; periods are copies of them."""


@period.callback()
def _periods() -> None:
    """Roster periods: planned, validated, published."""


@base.command("add")
def base_add(
    ctx: typer.Context,
    name: str = _BASE,
    weeks: int = typer.Option(..., "--weeks", help="1, 2 or 4."),
    start: str = typer.Option(..., "--start", help="The first day, like 2026-03-02."),
    tz: str | None = typer.Option(None, "--tz", help="Its time zone; else the practice's."),
) -> None:
    """Begin a base roster, as a draft.

    Example: calendula roster base add "West house" --weeks 2 --start 2026-03-02
    """
    from adapters.diary.rosters import add_base

    run = here(ctx)
    add_base(run.sessions, run.act(), name, weeks=weeks, start=_day(start), tz=tz)
    typer.echo(f"Added: {name}, version 1 (DRAFT)")


@base.command("slot")
def base_slot(
    ctx: typer.Context,
    name: str = _BASE,
    week: int = typer.Option(1, "--week", help="Which week of the pattern."),
    day: str = typer.Option(..., "--day", help="MO, TU, ..."),
    start: str = _START,
    minutes: int = _MINUTES,
    worker: list[str] = _WORKER,
    client: list[str] = _CLIENT,
    group: bool = _GROUP,
    subject: str = _SUBJECT,
    site: str | None = _SITE,
    room: str | None = _ROOM,
    asset: list[str] = _ASSET,
    activity: list[str] = options.ACTIVITY,
    shift: bool = _SHIFT,
) -> None:
    """Put a session into the draft of a base roster.

    Example: calendula roster base slot "West house" --week 1 --day MO --start 07:00 --minutes 480
    --worker tom --client liam
    """
    from adapters.diary.rosters import Slot, add_slot
    from model.session import Kind, WorkType

    run = here(ctx)
    work_type = WorkType.GROUP if group else WorkType.APPOINTMENT
    slot = Slot(
        start=start, minutes=minutes, workers=worker, clients=client, work_type=work_type, subject=subject,
        site=site, room=room, assets=asset, activities=activity,
        kind=Kind.SHIFT if shift else Kind.CLIENT_SESSION,
    )  # fmt: skip
    made = add_slot(run.sessions, run.act(), name, slot, week=week, weekday=day.strip().upper()[:2])
    typer.echo(f"Added {short(made)} to {name}")


@base.command("remove")
def base_remove(ctx: typer.Context, name: str = _BASE, slot: str = _SLOT) -> None:
    """Take a session out of the draft of a base roster.

    Example: calendula roster base remove "West house" 5b1f
    """
    from adapters.diary.rosters import remove_slot

    run = here(ctx)
    remove_slot(run.sessions, run.act(), name, slot)
    typer.echo(f"Removed from {name}")


@base.command("draft")
def base_draft(ctx: typer.Context, name: str = _BASE) -> None:
    """Begin the next version, as a copy of the active one.

    Example: calendula roster base draft "West house"
    """
    from adapters.diary.rosters import draft

    run = here(ctx)
    typer.echo(f"{name}: version {draft(run.sessions, run.act(), name)} (DRAFT)")


@base.command("finalise")
def base_finalise(ctx: typer.Context, name: str = _BASE) -> None:
    """Make the draft the active version.

    Periods that were made before keep what they were made from.

    Example: calendula roster base finalise "West house"
    """
    from adapters.diary.rosters import finalise

    run = here(ctx)
    typer.echo(f"{name}: version {finalise(run.sessions, run.act(), name)} (ACTIVE)")


@base.command("clone")
def base_clone(
    ctx: typer.Context, name: str = _BASE, new: str = typer.Argument(metavar="NEW", help="The copy's name.")
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
    }
    print_rows(list_bases(here(ctx).sessions), columns, as_json=as_json, none="No base rosters.")


@base.command("show")
def base_show(ctx: typer.Context, name: str = _BASE, as_json: bool = JSON) -> None:
    """Show the newest version of a base roster.

    Example: calendula roster base show "West house"
    """
    from adapters.diary.rosters import show_base

    print_rows(show_base(here(ctx).sessions, name), _SLOTS, as_json=as_json, none="Nothing in it yet.")


@period.command("create")
def period_create(
    ctx: typer.Context,
    name: str = _BASE,
    start: str = typer.Option(..., "--start", help="Its first day; it has to fit the pattern."),
) -> None:
    """Make a period from a base roster: every session, on its dates.

    Example: calendula roster period create "West house" --start 2026-03-16
    """
    from adapters.diary.periods import create

    run = here(ctx)
    typer.echo(f"Planned: period {short(create(run.sessions, run.act(), name, _day(start)))}")


@period.command("add")
def period_add(
    ctx: typer.Context,
    of: str = _PERIOD,
    day: str = typer.Option(..., "--day", help="Like 2026-03-18."),
    start: str = _START,
    minutes: int = _MINUTES,
    worker: list[str] = _WORKER,
    client: list[str] = _CLIENT,
    group: bool = _GROUP,
    subject: str = _SUBJECT,
    site: str | None = _SITE,
    room: str | None = _ROOM,
    asset: list[str] = _ASSET,
    activity: list[str] = options.ACTIVITY,
    shift: bool = _SHIFT,
) -> None:
    """Plan one more session, for this period only.

    Example: calendula roster period add 5b1f --day 2026-03-18 --start 09:00 --minutes 60 --worker tom --client noor
    """
    from adapters.diary.periods import add
    from adapters.diary.rosters import Slot
    from model.session import Kind, WorkType

    run = here(ctx)
    work_type = WorkType.GROUP if group else WorkType.APPOINTMENT
    slot = Slot(
        start=start, minutes=minutes, workers=worker, clients=client, work_type=work_type, subject=subject,
        site=site, room=room, assets=asset, activities=activity,
        kind=Kind.SHIFT if shift else Kind.CLIENT_SESSION,
    )  # fmt: skip
    typer.echo(f"Added {short(add(run.sessions, run.act(), of, slot, _day(day)))}")


@period.command("change")
def period_change(
    ctx: typer.Context,
    of: str = _PERIOD,
    slot: str = _SLOT,
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

    run = here(ctx)
    edit = Edit(day=_day(day) if day else None, start=start, minutes=minutes, activities=activity or None)
    change(run.sessions, run.act(), of, slot, edit)
    typer.echo("Changed; validate the period again.")


@period.command("remove")
def period_remove(ctx: typer.Context, of: str = _PERIOD, slot: str = _SLOT) -> None:
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
    }
    print_rows(list_periods(here(ctx).sessions), columns, as_json=as_json, none="No periods.")


@period.command("show")
def period_show(ctx: typer.Context, of: str = _PERIOD, as_json: bool = JSON) -> None:
    """Show what is planned in a period.

    Example: calendula roster period show 5b1f
    """
    from adapters.diary.periods import show

    columns = _SLOTS | {"published": lambda row: "yes" if row.published else "no"}
    print_rows(show(here(ctx).sessions, of), columns, as_json=as_json, none="Nothing in it.")


@period.command("validate")
def period_validate(ctx: typer.Context, of: str = _PERIOD, as_json: bool = JSON) -> None:
    """Find what is wrong with a period.

    It can then be published, unless rules.block_on names what was found.

    Example: calendula roster period validate 5b1f
    """
    from adapters.diary.validating import validate

    run = here(ctx)
    columns = {
        "rule": lambda row: row.rule,
        "session": lambda row: short(row.slot),
        "who": lambda row: row.who,
    }
    found = validate(run.sessions, run.act(), of)
    print_rows(found, columns, as_json=as_json, none="Validated: nothing is wrong.")


@roster.command("publish")
def publish(ctx: typer.Context, of: str = _PERIOD, as_json: bool = JSON) -> None:
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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(f'"{text[:30]}" is not a day; write it like 2026-03-16') from error
