"""Commands that write down what somebody said of a session: session confirm, session acknowledge."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_changed
from adapters.cli.sessions import session


@session.command("confirm")
def confirm(
    ctx: typer.Context,
    session: str = options.SESSION,
    client: str | None = typer.Option(None, "--client", help="Which client; needed where it has several."),
    as_json: bool = JSON,
) -> None:
    """Write down that a client will come.

    Another start takes it back, as the client said yes to the time before. session show tells who confirmed and when;
    no calendar does.

    Example: calendula session confirm 5b1f --client noor
    """
    from adapters.diary import knowing

    run = here(ctx)
    done = knowing.confirm(run.sessions, run.act(), session, client)
    print_changed(done, "Confirmed", as_json=as_json)


@session.command("acknowledge")
def acknowledge(
    ctx: typer.Context,
    session: str = options.SESSION,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Say that you know of an overlap and leave it so.

    Who said so and when is kept, and session list --overlapping does not list it any more. With --acknowledge, session
    add and session move do it at once.

    Example: calendula session acknowledge 5b1f --scope all
    """
    from adapters.diary import knowing

    run = here(ctx)
    scoped = options.scope_of(scope)
    done = knowing.acknowledge_overlap(run.sessions, run.act(), session, scoped)
    print_changed(done, "Acknowledged", as_json=as_json)
