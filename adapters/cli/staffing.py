"""Commands about who takes part in a session: assign, unassign, accept, decline, clients, reschedule, offer."""

import typer

from adapters.cli import offers, options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_changed
from adapters.cli.sessions import session

_WORKER = typer.Option(..., "--worker", help="The worker's id.")


@session.command("assign")
def assign(
    ctx: typer.Context,
    session: str = options.SESSION,
    worker: str = _WORKER,
    start: str | None = typer.Option(None, "--start", help='From when, where not from its start: "10:30".'),
    end: str | None = typer.Option(None, "--end", help="Until when, where not until its end."),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Put a worker on a session.

    It comes into the worker's calendar; with --start or --end at times of their own.

    Example: calendula session assign 5b1f --worker lena
    """
    from adapters.diary import assigning

    run = here(ctx)
    how = assigning.Assign(worker=worker, start=start, end=end)
    scoped = options.scope_of(scope)
    done = assigning.assign(run.sessions, run.act(), session, how, scoped, run.config.settings)
    print_changed(done, "Assigned", as_json=as_json)


@session.command("unassign")
def unassign(
    ctx: typer.Context,
    session: str = options.SESSION,
    worker: str = _WORKER,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Take a worker off a session.

    It leaves the worker's calendar, and no record is kept: if they cancel, use session cancel --by worker.

    Example: calendula session unassign 5b1f --worker tom
    """
    from adapters.diary import assigning

    run = here(ctx)
    done = assigning.unassign(run.sessions, run.act(), session, worker, options.scope_of(scope))
    print_changed(done, "Unassigned", as_json=as_json)


@session.command("accept")
def accept(
    ctx: typer.Context,
    session: str = options.SESSION,
    worker: str = _WORKER,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Write down that a worker accepts a session.

    Example: calendula session accept 5b1f --worker tom
    """
    _answer(ctx, session, worker, scope, "ACCEPTED", as_json=as_json)


@session.command("decline")
def decline(
    ctx: typer.Context,
    session: str = options.SESSION,
    worker: str = _WORKER,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Write down that a worker declines: they are off it.

    Example: calendula session decline 5b1f --worker tom
    """
    _answer(ctx, session, worker, scope, "DECLINED", as_json=as_json)


@session.command("clients")
def clients(
    ctx: typer.Context,
    session: str = options.SESSION,
    add: list[str] = typer.Option([], "--add", help="A client's id; several times for several."),
    remove: list[str] = typer.Option([], "--remove", help="A client's id; no record is kept of it."),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Add clients to a session, or take them out.

    An appointment has exactly one: give --add and --remove together. A client who cancels is not taken out: use session
    cancel --by client, which keeps a record. One who had cancelled can be added again until it begins.

    Example: calendula session clients 5b1f --add eva --remove liam
    """
    from adapters.diary import attending

    if not add and not remove:
        raise typer.BadParameter("Give --add or --remove")
    run = here(ctx)
    who = attending.Clients(add=add, remove=remove)
    done = attending.change(run.sessions, run.act(), session, who, options.scope_of(scope))
    print_changed(done, "Changed", as_json=as_json)


@session.command("reschedule")
def reschedule(
    ctx: typer.Context,
    session: str = options.SESSION,
    start: str | None = typer.Option(None, "--start", help='Like "2026-03-18 11:15"; without: as it was.'),
    end: str | None = options.END,
    minutes: int | None = options.MINUTES,
    tz: str | None = options.TZ,
    worker: list[str] = typer.Option([], "--worker", help="Who instead; without: whoever is left of those."),
    roster: bool = typer.Option(False, "--roster", help="Save and roster: only then calendars show it."),
    as_json: bool = JSON,
) -> None:
    """Make a new session in the place of a cancelled one.

    It has the same clients, place and services. The cancelled one stays as it is, with its record.

    Example: calendula session reschedule 5b1f --start "2026-03-18 11:15" --worker lena --roster
    """
    from adapters.diary import rescheduling
    from adapters.diary.changing import Move

    run = here(ctx)
    to = Move(start=start, end=end, minutes=minutes, tz=tz)
    how = rescheduling.Reschedule(to=to, workers=worker, rostered=roster)
    done = rescheduling.reschedule(run.sessions, run.act(), session, how, run.config.settings)
    print_changed(done, "Rescheduled as", as_json=as_json)


def _answer(
    ctx: typer.Context, session: str, worker: str, scope: str | None, status: str, *, as_json: bool
) -> None:
    from adapters.diary import assigning
    from model.attendance import Assignment

    run, told = here(ctx), Assignment(status)
    reach = options.scope_of(scope)
    done = assigning.answer(run.sessions, run.act(), session, worker, told, reach, run.config.settings)
    print_changed(done, status.capitalize(), as_json=as_json)


session.command("offer")(offers.make)
