"""Commands about the note of a session: note sign, unlock, diagnose."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_json, short

if TYPE_CHECKING:
    from adapters.diary.notes import Noted

note = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The notes of sessions: note sign, unlock, diagnose.",
    rich_markup_mode=None,
)


@note.callback()
def _group() -> None:
    """Whether a session's note is signed, and its diagnosis codes. What a note says is kept elsewhere."""


@note.command("sign")
def sign(ctx: typer.Context, session: str = options.SESSION, as_json: bool = JSON) -> None:
    """Sign the note of a session, which locks it.

    Time, place, services and diagnosis then stay as they are.

    Example: calendula note sign 5b1f --as mia
    """
    from adapters.diary import notes

    run = here(ctx)
    _print(notes.sign(run.sessions, run.act(), session), "Signed the note of", as_json=as_json)


@note.command("unlock")
def unlock(ctx: typer.Context, session: str = options.SESSION, as_json: bool = JSON) -> None:
    """Make a signed note a draft again.

    Only who signed it may, or an administrator ([roles] admins).

    Example: calendula note unlock 5b1f --as mia
    """
    from adapters.diary import notes

    run = here(ctx)
    done = notes.unlock(run.sessions, run.act(), session, admins=run.config.roles.admins)
    _print(done, "Unlocked the note of", as_json=as_json)


@note.command("diagnose")
def diagnose(
    ctx: typer.Context,
    session: str = options.SESSION,
    codes: list[str] = typer.Argument(None, metavar="[CODE]...", help="Codes of ICD-10; none: no diagnosis."),
    as_json: bool = JSON,
) -> None:
    """Replace the diagnosis codes of a session, the main one first.

    Example: calendula note diagnose 5b1f F41.1 F32.9
    """
    from adapters.diary import notes

    run = here(ctx)
    done = notes.diagnose(run.sessions, run.act(), session, codes or [])
    _print(done, "Set the diagnosis of", as_json=as_json)


def _print(done: "Noted", verb: str, *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        print_json(asdict(done))
    else:
        typer.echo(f"{verb} {short(done.session_id)}")
