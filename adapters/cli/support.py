"""The command support-export: what a developer needs to find a fault, and nothing of the practice."""

import os
import secrets
from pathlib import Path

import typer

from adapters.cli.context import here

_LEAST, _MOST = (
    52,
    520,
)  # weeks: far enough to be nobody's calendar, near enough for zones to have today's rules


def support_export(
    ctx: typer.Context,
    file: Path = typer.Argument(metavar="FILE", help="A file not there yet."),
    link: list[str] = typer.Option([], "--link", help="Only this link; several times for several."),
) -> None:
    """Write what a developer needs, with nobody in it.

    Versions, counts, what servers were seen to do, codes of what happened, and the events of the links with every text
    masked at its length and all dates moved by a number of weeks that is written nowhere. Look into it before you send
    it: it is one JSON file.

    Example: calendula support-export fault.json --link mia
    """
    import json
    from dataclasses import asdict

    from adapters.support.exporting import export
    from adapters.support.masking import Disguise
    from model.errors import DomainError

    run = here(ctx)
    weeks = _LEAST + secrets.randbelow(_MOST - _LEAST)
    found = export(run.sessions, Disguise(salt=secrets.token_bytes(32), weeks=weeks), link)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DomainError("E_EXISTS", f"{file} is there already; name another file") from None
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(asdict(found), stream, indent=1, ensure_ascii=False)
    events = sum(len(one["events"]) for one in found.links)
    typer.echo(f"{file}: {len(found.links)} links, {events} events, {len(found.history)} lines of history.")
    typer.echo("No text of the practice is in it; look into it before you send it.")
