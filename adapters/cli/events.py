"""Commands about Other Events, which have no client: event add, list, set, delete, import."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.importing_events import import_
from adapters.cli.output import JSON, choice, print_changed, print_rows, short

event = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Other Events, without a client: event add, list, import, ...",
    rich_markup_mode=None,
)


@event.callback()
def _group() -> None:
    """Other Events: a worker's own time, busy or free, without a client."""


event.command("import")(import_)


@event.command("add")
def add(
    ctx: typer.Context,
    worker: str = options.WORKER,
    subject: str = typer.Argument(
        metavar="SUBJECT", help="What it is; only its owner sees it in a calendar."
    ),
    start: str = typer.Option(..., "--start", help='Like "2026-03-11 13:00", or a date for whole days.'),
    end: str | None = typer.Option(None, "--end", help='Like "14:00"; for whole days the last day.'),
    minutes: int | None = options.MINUTES,
    rule: str | None = options.RULE,
    tz: str | None = options.TZ,
    free: bool = typer.Option(False, "--free", help="It blocks nothing."),
    location: str = typer.Option("", "--location", help="Where it is."),
    description: str = typer.Option("", "--description", help="More about it."),
    as_json: bool = JSON,
) -> None:
    """Add an Other Event: single or repeating, timed or of whole days.

    Example: calendula event add mia "Dentist" --start "2026-03-11 13:00" --minutes 60
    """
    from adapters.diary import adding
    from model.details import Kind, ShowAs

    run = here(ctx)
    new = adding.New(
        start=start,
        end=end,
        minutes=minutes,
        tz=tz,
        rule=rule,
        kind=Kind.OTHER_EVENT,
        workers=[worker],
        subject=subject,
        location=location,
        description=description,
        show_as=ShowAs.FREE if free else ShowAs.BUSY,
        rostered=True,
    )
    print_changed(adding.add(run.sessions, run.act(), new), "Added", as_json=as_json)


@event.command("list")
def list_(
    ctx: typer.Context,
    worker: str = options.WORKER,
    start: str = options.FROM,
    end: str = options.TO,
    as_json: bool = JSON,
) -> None:
    """List a worker's Other Events, occurrence by occurrence.

    Occurrences are known 13 months ahead. To another worker (--as) each is "Busy", and nothing else.

    Example: calendula event list mia 2026-03-01 2026-04-01 --json
    """
    from adapters.diary.listing import list_events

    columns = {
        "id": lambda row: short(row.id),
        "start": lambda row: row.start[:16].replace("T", " "),
        "end": lambda row: row.end[:16].replace("T", " "),
        "status": lambda row: row.status,
        "transp": lambda row: row.transp,
        "summary": lambda row: row.summary,
    }
    run = here(ctx)
    found = list_events(run.sessions, worker, start, end, reader=run.actor)
    print_rows(found, columns, as_json=as_json, none="No events in that time.")


@event.command("set")
def set_(
    ctx: typer.Context,
    session: str = options.SESSION,
    show_as: str = typer.Argument(metavar="busy|free", help="Whether it blocks time."),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Set an event busy or free.

    Example: calendula event set 5b1f free
    """
    from adapters.diary import changing
    from model.details import ShowAs

    run = here(ctx)
    show = ShowAs(choice(ShowAs, show_as))
    done = changing.show_as(run.sessions, run.act(), session, show, options.scope_of(scope))
    print_changed(done, f"Set to {show.lower()}:", as_json=as_json)


@event.command("delete")
def delete(
    ctx: typer.Context,
    session: str = options.SESSION,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Delete an event.

    It leaves the worker's calendar with the next run.

    Example: calendula event delete 5b1f --scope following
    """
    from adapters.diary import cancelling

    run = here(ctx)
    done = cancelling.delete(run.sessions, run.act(), session, options.scope_of(scope))
    print_changed(done, "Deleted", as_json=as_json)
