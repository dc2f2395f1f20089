"""Commands that set up and keep the installation: init, migrate, backup, config check."""

import os
from collections.abc import Iterator
from pathlib import Path

import typer

from adapters.cli.context import Here, here

config = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The configuration: config check.", rich_markup_mode=None
)

_TEMPLATE = """# Calendula's configuration; config.example.toml lists every key with its default.

[database]
url = "sqlite:///calendula.sqlite3"

[secrets]
key_file = "calendula.key"
"""


def init(ctx: typer.Context) -> None:
    """Make the configuration, the key file and the database.

    What is there already is kept. Without --config they are made in ~/.config/calendula.

    Example: calendula init
    """
    run = here(ctx)
    made = [*_make_config(run), *_make_key(run), *_make_database(run)]
    if not made:
        from adapters.database.schema import SchemaError

        raise SchemaError("Everything is set up already; nothing was overwritten")
    for line in made:
        typer.echo(f"Made {line}")
    typer.echo("Keep the key file safe and apart from the database: without it stored passwords are lost.")
    typer.echo("Next: calendula practice import FILE.toml, then calendula link add")


def _make_config(run: Here) -> Iterator[str]:
    if run.config_file is None:
        base = run.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        run.config_file = Path(base, "calendula", "calendula.toml")
    if run.config_file.exists():
        return
    run.config_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    run.config_file.write_text(_TEMPLATE, encoding="utf-8")
    yield f"configuration {run.config_file}"


def _make_key(run: Here) -> Iterator[str]:
    from adapters.secrets import create_key_file

    if run.key_file.exists():
        return
    run.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_key_file(run.key_file)
    yield f"key file {run.key_file} (readable by you only)"


def _make_database(run: Here) -> Iterator[str]:
    from adapters.database import migrations
    from adapters.database.schema import file_of, version

    if version(run.engine) is not None:
        return
    file = file_of(run.engine)
    if file is not None and not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    migrations.migrate(run.engine)
    yield f"database {file or run.engine.url.database}"


def migrate(ctx: typer.Context) -> None:
    """Bring the database to this version of the program.

    Times are computed anew by today's time zone data, too; what moved by it is sent again.

    Example: calendula backup before.db && calendula migrate
    """
    from adapters.database import migrations
    from adapters.database.schema import HEAD, SchemaError, version
    from adapters.diary.upkeep import recompute

    run = here(ctx)
    found = version(run.engine)
    if found is None:
        raise SchemaError("The database is missing or has no tables yet; run: calendula init")
    if found < HEAD:
        migrations.migrate(run.engine)
    moved = recompute(run.sessions)
    typer.echo(f"The database is at version {HEAD} (was {found}).")
    if moved:
        typer.echo(f"{moved} sessions have other UTC times by new time zone data; the next run pushes them.")


def backup(
    ctx: typer.Context, file: Path = typer.Argument(metavar="FILE", help="A file not there yet.")
) -> None:
    """Copy the database to FILE, and the key to FILE.key.

    It may be done while everything runs. FILE becomes a database as it is: to restore, put both files back.

    Example: calendula backup /mnt/usb/calendula-monday.db
    """
    from adapters.database.backup import backup_database, backup_key

    run = here(ctx)
    _ = run.sessions  # refuses a database that is not ours
    key_copy = file.with_name(file.name + ".key")
    backup_database(run.engine, file)
    backup_key(run.key_file, key_copy)
    typer.echo(f"Database: {file}")
    typer.echo(f"Key:      {key_copy}")
    typer.echo(
        "Warning: move the key to another place than the database. Without it, the stored passwords and "
        "tokens of all calendars are lost and each link needs a new log-in; whoever has both can read them.",
        err=True,
    )


@config.callback()
def _group() -> None:
    """The configuration."""


@config.command("check")
def check(ctx: typer.Context) -> None:
    """Report everything that is wrong with the set-up.

    That is the configuration, the key file, and the database.

    Example: calendula config check
    """
    run = here(ctx)
    _ = run.config, run.box, run.sessions
    typer.echo(f"All is well: {run.config_file or 'no file, defaults only'}")
