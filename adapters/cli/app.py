"""Which commands there are, and where each is found: a command's file is loaded when it is asked for."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from uuid import UUID

import typer
from typer.core import TyperGroup
from typer.main import get_command

from adapters.cli.context import Here

COMMANDS = {
    "init": "adapters.cli.setup:init",
    "migrate": "adapters.cli.setup:migrate",
    "backup": "adapters.cli.setup:backup",
    "demo": "adapters.cli.demo:demo",
    "config": "adapters.cli.setup:config",
    "key": "adapters.cli.keys:key",
    "practice": "adapters.cli.practice:practice",
    "session": "adapters.cli.all_sessions:session",
    "session-type": "adapters.cli.session_types:session_type",
    "reason": "adapters.cli.reasons:reason",
    "roster": "adapters.cli.rosters:roster",
    "bed": "adapters.cli.beds:bed",
    "service": "adapters.cli.services:service",
    "export": "adapters.cli.exporting:export",
    "note": "adapters.cli.notes:note",
    "bill": "adapters.cli.bills:bill",
    "event": "adapters.cli.events:event",
    "availability": "adapters.cli.availability:availability",
    "leave": "adapters.cli.availability:leave",
    "offer": "adapters.cli.offers:offer",
    "busy": "adapters.cli.busy:busy",
    "slots": "adapters.cli.slots:slots",
    "booking": "adapters.cli.booking:booking",
    "messages": "adapters.cli.messages:messages",
    "link": "adapters.cli.links:link",
    "feed": "adapters.cli.feeds:feed",
    "worker": "adapters.cli.workers:worker",
    "client": "adapters.cli.clients:client",
    "plan": "adapters.cli.syncing:plan",
    "sync": "adapters.cli.syncing:sync",
    "run": "adapters.cli.running:run",
    "web": "adapters.cli.web:web",
    "token": "adapters.cli.tokens:token",
    "status": "adapters.cli.status:status",
    "changes": "adapters.cli.changes:changes",
    "history": "adapters.cli.history:history",
    "rewind": "adapters.cli.rewinding:rewind",
    "privacy": "adapters.cli.practice:privacy",
    "support-export": "adapters.cli.support:support_export",
}
_GLOBAL = {"--as": True, "--config": True, "--debug": False}


class _Lazy(TyperGroup):
    """A group whose commands are looked up in `COMMANDS`."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str):  # type: ignore[no-untyped-def,override]  # noqa: ARG002
        return _loaded(cmd_name) if cmd_name in COMMANDS else None


def _loaded(name: str):  # type: ignore[no-untyped-def]  # the parser's own class is private
    """Import a command's file and make it a command: it holds either a function or a group of them."""
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name)(found)
        found = single
    command = get_command(found)
    command.name = name
    return command


app = typer.Typer(
    cls=_Lazy,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _globals(
    ctx: typer.Context,
    actor: str = typer.Option("", "--as", metavar="NAME", help="Who does this (default: your login name)."),
    config: str = typer.Option("", "--config", metavar="FILE", help="The configuration file."),
    debug: bool = typer.Option(False, "--debug", help="Show where an unexpected error happened."),
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    """Keep a practice's sessions and its practitioners' calendars in step, both ways.

    Begin with: calendula init, then practice import FILE.toml, link discover, link add, plan, sync; run keeps
    going. Each command has its own --help, with an example. To see it at work first: calendula demo.
    """
    here = ctx.obj
    assert isinstance(here, Here)  # noqa: S101 - for the type checker
    here.actor_name, here.config_name, here.debug = actor, config, debug
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"calendula {installed('calendula')}")
        raise typer.Exit


def run(arguments: Sequence[str], *, clock: Callable[[], datetime], new_id: Callable[[], UUID]) -> None:
    """Run one command line; usage errors end with exit code 2 here."""
    here = Here(clock=clock, new_id=new_id, environ=os.environ)
    try:
        get_command(app).main(list(arguments), prog_name="calendula", obj=here)
    finally:
        here.close()


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Move the options of the whole program to the front: people write --as at the end."""
    ours: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*ours, *rest, word, *left]
        name = word.partition("=")[0]
        target = ours if name in _GLOBAL else rest
        target.append(word)
        if _GLOBAL.get(word) and left:
            target.append(left.pop(0))
    return [*ours, *rest]
