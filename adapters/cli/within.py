"""Commands about what lies within sessions and shifts: session activities, session shift."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_changed
from adapters.cli.sessions import session


@session.command("activities")
def activities(
    ctx: typer.Context,
    which: str = options.SESSION,
    found: list[str] = typer.Argument(
        None, metavar="[ACTIVITY]...", help='Like "BREAK 11:00-11:30"; none: it has none.'
    ),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Replace the activities in a session: breaks, sleepovers, ...

    BREAK, SLEEPOVER, WAKE_UP, OVERTIME, HIGHER_DUTY or ALLOWANCE; then the worker, where several take part; from when
    to when, inside the session; and paid or unpaid, where it is not as usual: a break is unpaid. They move with the
    session, and session show lists them.

    Example: calendula session activities 5b1f "BREAK 11:00-11:30" "OVERTIME tom 14:00-15:00" --scope all
    """
    from adapters.diary.activities import change

    run = here(ctx)
    done = change(run.sessions, run.act(), which, found or [], options.scope_of(scope))
    print_changed(done, "Set the activities of", as_json=as_json)


@session.command("shift")
def shift(
    ctx: typer.Context,
    which: str = options.SESSION,
    into: str | None = typer.Option(None, "--in", metavar="SHIFT", help="The shift it is put into."),
    out: bool = typer.Option(False, "--out", help="Take it out of its shift."),
    as_json: bool = JSON,
) -> None:
    """Put a session into a shift of its worker, or take it out.

    It stays within the time of the shift from then on: neither may be moved or shortened so that it falls out. Shifts
    are added with session add --kind shift.

    Example: calendula session shift 5b1f --in 77aa
    """
    from adapters.diary.shifts import put_in

    if (into is None) is not out:
        raise typer.BadParameter("Give either --in or --out")
    run = here(ctx)
    done = put_in(run.sessions, run.act(), which, into)
    print_changed(done, "Taken out" if out else "Put in", as_json=as_json)
