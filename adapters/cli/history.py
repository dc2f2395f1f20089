"""The command history: what happened to one thing, when, by whom and why."""

from dataclasses import asdict

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_json

_NAME = typer.Argument(None, metavar="UID", help="An event's UID, or the beginning of a session's id.")


def history(ctx: typer.Context, name: str | None = _NAME, as_json: bool = JSON) -> None:
    """Tell what happened, when, by whom and why.

    The life of one event or session, in sentences; without a UID, the latest hundred things of all.

    Example: calendula history 5b1f6c1e
    """
    from adapters.diary.history import history as happened

    rows = happened(here(ctx).sessions, name)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        unit = "" if name else f" {str(row.session_id or row.series_id or row.uid)[:8]:8}"
        typer.echo(f"{row.at:%Y-%m-%d %H:%M:%S}Z{unit} {row.sentence}")
