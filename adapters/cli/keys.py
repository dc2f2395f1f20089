"""Commands about the key that secrets are sealed with: key rotate."""

import typer

from adapters.cli.context import here

key = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The key of the secrets: key rotate.",
    rich_markup_mode=None,
)


@key.callback()
def _group() -> None:
    """The key that secrets are sealed with."""


@key.command("rotate")
def rotate(ctx: typer.Context) -> None:
    """Replace the key, and seal all secrets anew with it.

    It may be done while everything runs here, and again if it was broken off: until it is done both keys
    open. The old one is kept in a file aside, as backups made until now need it.

    Example: calendula key rotate
    """
    from adapters.rotation import rotate as rotate_key

    run = here(ctx)
    done = rotate_key(run.sessions, run.key_file)
    typer.echo(f"A new key is in {run.key_file}; {done.sealed} secrets were sealed anew with it.")
    typer.echo(
        f"The old one is in {done.aside}: backups made until now need it. Keep it apart, or delete both."
    )
    if done.lost:
        typer.echo(
            f"Warning: {done.lost} secrets could not be opened with the old key either and were left as they "
            "are; calendula status names links that need calendula link login.",
            err=True,
        )
