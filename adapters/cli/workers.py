"""Commands about the practice's people: worker leave."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_json

if TYPE_CHECKING:
    from adapters.links.leaving import Access, Left

worker = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The practice's people: worker leave.",
    rich_markup_mode=None,
)


@worker.callback()
def _group() -> None:
    """The practice's people."""


@worker.command("leave")
def leave(
    ctx: typer.Context,
    who: str = typer.Argument(metavar="WORKER", help="The worker's id, like tom."),
    day: str | None = typer.Option(
        None, "--on", metavar="DAY", help="The last day (default: today, at once)."
    ),
    preview: bool = typer.Option(False, "--preview", help="Only say what would end."),
    as_json: bool = JSON,
) -> None:
    """End all of a worker's access: links, feeds and tokens.

    Calendars are emptied of what the practice put there, and passwords forgotten; the worker's own events stay. With a
    day to come it happens when that day is over, by calendula run. Sessions stay as they are: assign them to others.

    Example: calendula worker leave tom --on 2026-03-31 --preview
    """
    from dataclasses import asdict

    from adapters.diary.times import read_day
    from adapters.links.leaving import Left, access_of
    from adapters.links.leaving import leave as go

    run = here(ctx)
    last = read_day(day) if day else None
    if preview:
        done = Left(access=access_of(run.sessions, who, last, run.clock()))
    else:
        done = go(run.app, run.act(), who, last)
    if as_json:
        print_json(asdict(done))
    else:
        _say(done.access, ended=not preview and done.access.at_once)
        _say_links(done)
    if done.waiting:
        raise typer.Exit(1)


def _say(access: "Access", *, ended: bool) -> None:
    when = "now" if access.at_once else f"when {access.last_day} is over"
    typer.echo(f"{access.worker} is gone." if ended else f"What ends for {access.worker}, {when}:")
    for word, names in (("links", list(access.links)), ("feeds", access.feeds), ("tokens", access.tokens)):
        typer.echo(f"  {word}: {', '.join(names) or 'none'}")
    if access.sessions:
        typer.echo(
            f"{access.sessions} sessions after {access.last_day} are still theirs: "
            f"calendula session list --worker {access.worker}",
            err=True,
        )


def _say_links(done: "Left") -> None:
    for ref, count in done.emptied.items():
        typer.echo(f"{ref} is unlinked: {count} events deleted there; its password is gone.")
    for ref, count in done.left.items():
        typer.echo(
            f"{ref} is unlinked, but cannot be entered any more: {count} events are left there.", err=True
        )
    for ref, why in done.waiting.items():
        typer.echo(
            f"{ref} could not be emptied ({why}); it rests, and calendula run tries again every hour. For a calendar "
            f"that is gone for good: calendula link remove {ref} --keep-events",
            err=True,
        )
