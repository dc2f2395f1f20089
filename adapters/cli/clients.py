"""Commands about the practice's clients: client erase."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_json

if TYPE_CHECKING:
    from adapters.diary.erasing import Erased

client = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The practice's clients: client erase.",
    rich_markup_mode=None,
)


@client.callback()
def _group() -> None:
    """The practice's clients."""


@client.command("erase")
def erase(
    ctx: typer.Context,
    who: str = typer.Argument(metavar="CLIENT", help="The client's id, like noor or C-1077."),
    preview: bool = typer.Option(False, "--preview", help="Only say what it would reach."),
    yes: bool = typer.Option(False, "--yes", help="You are sure: there is no way back."),
    as_json: bool = JSON,
) -> None:
    """Erase a client: nothing here or in calendars names them.

    The internal id, dates and amounts stay, for bills and the law. The next runs write the events of theirs anew; the
    same command with the internal id says what still waits. Backups made before keep everything.

    Example: calendula client erase noor --preview
    """
    from dataclasses import asdict

    from adapters.database.scrubbing import scrub
    from adapters.diary import erasing

    if preview is yes:
        raise typer.BadParameter("Give either --preview or --yes")
    run = here(ctx)
    done = (
        erasing.preview(run.sessions, who, run.act())
        if preview
        else erasing.erase(run.sessions, run.act(), who)
    )
    scrubbed = preview or scrub(run.engine)
    if as_json:
        print_json(asdict(done) | {"scrubbed": scrubbed})
    else:
        _say(done, preview=preview)
    if not scrubbed:
        typer.echo(
            "The database is in use, and its file may still hold freed pages: stop the service, and run this again "
            f"as calendula client erase {done.client} --yes",
            err=True,
        )
        raise typer.Exit(1)


def _say(done: "Erased", *, preview: bool) -> None:
    verb = "would be erased" if preview and not done.done else "is erased"
    typer.echo(f"{done.client} {verb}: {done.sessions} sessions, {done.events} events in calendars.")
    for ref, count in done.waiting.items():
        rests = (
            f" ({ref} is {done.unreachable[ref]}, nothing is written there until it runs)"
            if ref in done.unreachable
            else ""
        )
        typer.echo(f"  {count} events of {ref} are to be written anew{rests}")
    for ref, count in done.left.items():
        typer.echo(
            f"  {count} events were left in the calendar of {ref}, which is not linked any more: delete them there"
        )
    if not preview:
        typer.echo("Backups, exports and practice files made before still name them: see to those yourself.")
