"""Commands that edit what a session is about and takes along: session edit, session assets, session feedback."""

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_changed, print_rows
from adapters.cli.sessions import session


@session.command("edit")
def edit(
    ctx: typer.Context,
    session: str = options.SESSION,
    subject: str | None = typer.Option(None, "--subject", help="Shown outside at full_name only."),
    message: str | None = typer.Option(None, "--message", help="A message to the worker."),
    url: str | None = typer.Option(None, "--url", help='A telehealth link; "" for none.'),
    session_type: str | None = typer.Option(None, "--type", help='A session type\'s id; "" for none.'),
    comments: str | None = typer.Option(None, "--comments", help="For staff only: no calendar shows it."),
    service_type: list[str] = typer.Option(
        [], "--service-type", help='For staff only; those given replace all there were, "" none.'
    ),
    instructions: str | None = typer.Option(
        None, "--instructions", help="For the clients' messages: what to bring, say."
    ),
    remind: list[str] = options.REMIND,
    bridge: bool | None = typer.Option(
        None, "--bridge/--no-bridge", help="Whether the clients are asked afterwards how it was."
    ),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Edit what is said of a session; what is not given stays.

    A new type changes the colour, not the length. What staff write for themselves sends nothing. Reminders
    given replace all there were.

    Example: calendula session edit 5b1f --subject "PHY review" --comments "bring the file" --scope following
    """
    from adapters.diary import editing

    what = editing.Edit(
        subject=subject,
        employee_message=message,
        url=url,
        session_type=session_type,
        comments=comments,
        service_types=service_type or None,
        instructions=instructions,
        reminders=remind or None,
        session_bridge=bridge,
    )
    if what.empty:
        raise typer.BadParameter("Say what to change: --subject, --message, --url, --type, --comments, ...")
    run = here(ctx)
    done = editing.edit(run.sessions, run.act(), session, what, options.scope_of(scope), run.config.settings)
    print_changed(done, "Edited", as_json=as_json)


@session.command("assets")
def assets(
    ctx: typer.Context,
    session: str = options.SESSION,
    add: list[str] = typer.Option([], "--add", help="An asset's id, like chair; minibus:2 for two in all."),
    remove: list[str] = typer.Option([], "--remove", help="An asset's id."),
    scope: str | None = options.SCOPE,
    override: str | None = options.OVERRIDE,
    as_json: bool = JSON,
) -> None:
    """Let a session take assets along, or leave them.

    Refused where there are not enough of one at any of the times, with all of those times.

    Example: calendula session assets 5b1f --add minibus --remove chair --scope following
    """
    from adapters.diary import equipping

    if not add and not remove:
        raise typer.BadParameter("Give --add or --remove")
    run = here(ctx)
    what = equipping.Assets(add=add, remove=remove, override=override)
    done = equipping.equip(run.sessions, run.act(), session, what, options.scope_of(scope))
    print_changed(done, "Changed", as_json=as_json)


@session.command("feedback")
def feedback(
    ctx: typer.Context,
    session: str = options.SESSION,
    client: str = typer.Option(..., "--client", help="The client who has answered."),
    as_json: bool = JSON,
) -> None:
    """Note that a client has said how a session was.

    What they said is kept elsewhere. session show tells who was asked, and who has answered.

    Example: calendula session feedback 5b1f --client noor
    """
    from adapters.diary.reminding import answered

    run = here(ctx)
    done = answered(run.sessions, run.act(), session, client=client)
    print_rows([done], {"client": lambda row: row.client, "state": lambda row: row.state}, as_json=as_json)
