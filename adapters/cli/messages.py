"""Commands about what is mailed and texted: messages list, messages send, messages try."""

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_rows, short

messages = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Mail and texts: messages list, messages send, ...",
    rich_markup_mode=None,
)


@messages.callback()
def _group() -> None:
    """What is mailed and texted to clients and practitioners."""


@messages.command("list")
def list_(
    ctx: typer.Context,
    state: str | None = typer.Option(None, "--state", help="Only QUEUED, SENT, FAILED or VOID."),
    as_json: bool = JSON,
) -> None:
    """List messages: of what kind, for whom, and what became of them.

    Clients appear by their internal ids. What is said is made when it is sent, and is not kept.

    Example: calendula messages list --state FAILED
    """
    from adapters.cli.output import choice
    from adapters.diary.outbox_listing import list_messages
    from model.message import MessageState

    wanted = MessageState(choice(MessageState, state)) if state else None
    columns = {
        "id": lambda row: short(row.id),
        "kind": lambda row: row.kind,
        "channel": lambda row: row.channel,
        "for": lambda row: row.to,
        "session": lambda row: short(row.session) if row.session else None,
        "not before": lambda row: row.not_before[:16].replace("T", " "),
        "state": lambda row: row.state,
        "problem": lambda row: row.problem,
    }
    print_rows(list_messages(here(ctx).sessions, wanted), columns, as_json=as_json, none="No messages.")


@messages.command("send")
def send(ctx: typer.Context) -> None:
    """Queue what is due, and send what is queued, now.

    calendula run does so by itself, every minute. What was tried and did not get through waits its time here, too.

    Example: calendula messages send
    """
    from adapters.jobs import JOBS, once

    run = here(ctx)
    for job in (job for job in JOBS if job.name in ("reminders", "notices", "messages")):
        typer.echo(f"{once(job, run.app.jobs.means, run.act())} {job.word}")


@messages.command("try")
def try_(
    ctx: typer.Context, address: str = typer.Argument(metavar="ADDRESS", help="Where it goes: your own.")
) -> None:
    """Send a mail to try out [mail], and say how it went.

    Example: calendula messages try ada@example.org
    """
    from adapters.messages.trying import try_mail

    run = here(ctx)
    try_mail(run.app.jobs.means.post, run.new_id(), address)
    typer.echo("Sent.")
