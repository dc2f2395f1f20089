"""Commands about tokens, with which people come in over HTTP: token add, list, revoke."""

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_json, print_rows

token = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Who may come in over HTTP: token add, list, revoke.",
    rich_markup_mode=None,
)


@token.callback()
def _group() -> None:
    """Tokens of people, for the HTTP API."""


@token.command("add")
def add(
    ctx: typer.Context,
    worker: str | None = typer.Option(None, "--worker", help="For a practitioner: the worker's id."),
    client: str | None = typer.Option(None, "--client", help="For a client: the client's id."),
    scheduler: str | None = typer.Option(None, "--scheduler", metavar="NAME", help="For who schedules."),
    admin: str | None = typer.Option(None, "--admin", metavar="NAME", help="For an administrator."),
    days: int | None = typer.Option(
        None, "--days", help="How long it is good; without: until it is revoked."
    ),
    as_json: bool = JSON,
) -> None:
    """Issue a token for a person, and show it this once.

    Only its hash is kept: whoever loses it is given another. Everything done with it is recorded as done by its owner.

    Example: calendula token add --worker mia --days 365
    """
    from dataclasses import asdict

    from adapters.diary.tokens import NewToken, issue
    from model.access import AccessRole

    people = {
        AccessRole.PRACTITIONER: worker,
        AccessRole.CLIENT: client,
        AccessRole.SCHEDULER: scheduler,
        AccessRole.ADMIN: admin,
    }
    named = [(role, person) for role, person in people.items() if person is not None]
    if len(named) != 1:
        raise typer.BadParameter("Give one of --worker, --client, --scheduler, --admin")
    run = here(ctx)
    role, person = named[0]
    made = issue(run.sessions, run.act(), NewToken(role=role, person=person, days=days))
    if as_json:
        print_json(asdict(made))
        return
    typer.echo(made.token)
    typer.echo(
        f"This is {made.actor}'s token {made.ref} ({made.role.lower()}). It is not shown again.", err=True
    )


@token.command("list")
def list_(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List tokens: whose, since when, when last used.

    Last use is noted every five minutes.

    Example: calendula token list
    """
    from adapters.diary.tokens import list_tokens

    columns = {
        "token": lambda row: row.ref,
        "role": lambda row: row.role.lower(),
        "person": lambda row: row.actor,
        "issued": lambda row: f"{row.issued_at:%Y-%m-%d} by {row.issued_by}",
        "expires": lambda row: f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "never",
        "last used": lambda row: f"{row.last_used_at:%Y-%m-%d %H:%M}Z" if row.last_used_at else "never",
        "revoked": lambda row: f"{row.revoked_at:%Y-%m-%d}" if row.revoked_at else None,
    }
    print_rows(list_tokens(here(ctx).sessions), columns, as_json=as_json, none="No tokens.")


@token.command("revoke")
def revoke(
    ctx: typer.Context, which: str = typer.Argument(metavar="TOKEN", help="Its name, as token list shows it.")
) -> None:
    """Revoke a token: it opens nothing from now on.

    Example: calendula token revoke 5b1f6c1e77aa
    """
    from adapters.diary.tokens import revoke as end

    run = here(ctx)
    done = end(run.sessions, run.act(), which)
    typer.echo(f"{done.actor}'s token {done.ref} is revoked.")
