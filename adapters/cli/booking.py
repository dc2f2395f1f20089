"""Commands about online booking: what clients may do, what they do, and what the practice answers."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.booking_offers import types, windows
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_changed, print_json, print_rows, short

if TYPE_CHECKING:
    from adapters.diary.booking import Booked
    from adapters.diary.client_acts import Caller

booking = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Online booking: booking settings, book, list, accept, ...",
    rich_markup_mode=None,
)
booking.add_typer(types, name="type")
booking.add_typer(windows, name="window")
_CLIENT = typer.Option(..., "--client", help="Which client does it.")
_READ = typer.Option(False, "--acknowledge", help="The policy was read (booking settings shows it).")
_KEY = typer.Option("", "--key", help="Names this attempt: sent twice, it is done once.")
_REQUEST = typer.Argument(metavar="REQUEST", help="As booking list shows it.")


@booking.callback()
def _group() -> None:
    """What clients book online, and ask for."""


@booking.command("settings")
def settings(ctx: typer.Context, as_json: bool = JSON) -> None:
    """Show what clients may do online; where booking is off, nothing else.

    Example: calendula booking settings
    """
    from dataclasses import asdict

    rules = here(ctx).config.booking
    shown = asdict(rules) if rules.allow else {"allow": False}
    if as_json:
        print_json(shown)
        return
    for name, value in shown.items():
        typer.echo(f"{name}: {str(value).lower() if isinstance(value, bool) else value}")


@booking.command("book")
def book_(
    ctx: typer.Context,
    of_type: str = typer.Argument(metavar="TYPE", help="The appointment type's id."),
    worker: str = typer.Option(..., "--worker", help="With whom."),
    start: str = options.START,
    client: str = _CLIENT,
    acknowledge: bool = _READ,
    key: str = _KEY,
    as_json: bool = JSON,
) -> None:
    """Book a time for a client as they would online, or ask for it.

    It has to be one that slots lists. Whether it is booked at once is decided by booking.mode; where a calendar of the
    worker was not read lately, it is always asked for.

    Example: calendula booking book psychotherapy --worker mia --start "2026-03-10 09:00" --client eva --acknowledge
    """
    from adapters.diary.booking import Booking, book

    run = here(ctx)
    what = Booking(worker=worker, type=of_type, start=start)
    caller = _caller(client, key, acknowledge=acknowledge)
    _print(book(run.sessions, run.act(), what, caller, run.config.settings), as_json=as_json)


@booking.command("move")
def move_(
    ctx: typer.Context,
    session: str = options.SESSION,
    start: str = options.START,
    client: str = _CLIENT,
    acknowledge: bool = _READ,
    key: str = _KEY,
    as_json: bool = JSON,
) -> None:
    """Move a client's own session as they would online.

    Example: calendula booking move 5b1f --start "2026-03-17 09:00" --client eva --acknowledge
    """
    from adapters.diary.client_changes import move

    run = here(ctx)
    caller = _caller(client, key, acknowledge=acknowledge)
    _print(move(run.sessions, run.act(), session, start, caller, run.config.settings), as_json=as_json)


@booking.command("cancel")
def cancel_(
    ctx: typer.Context,
    session: str = options.SESSION,
    client: str = _CLIENT,
    reason: str = typer.Option("", "--reason", help="Why; without: booking.cancel_reason."),
    acknowledge: bool = _READ,
    key: str = _KEY,
    as_json: bool = JSON,
) -> None:
    """Cancel a client's own session as they would online, advised now.

    It is never too late for that, unless booking.enforce_window_hours says so; what it costs is recorded.

    Example: calendula booking cancel 5b1f --client eva --reason client-late --acknowledge
    """
    from adapters.diary.client_changes import cancel

    run = here(ctx)
    caller = _caller(client, key, acknowledge=acknowledge)
    done = cancel(run.sessions, run.act(), session, caller, run.config.settings, reason=reason)
    _print(done, as_json=as_json)


@booking.command("withdraw")
def withdraw_(ctx: typer.Context, request: str = _REQUEST, client: str = _CLIENT) -> None:
    """Take back what a client asked for and nobody has answered.

    Example: calendula booking withdraw 5b1f6c1e --client eva
    """
    from adapters.diary.client_changes import withdraw

    run = here(ctx)
    withdraw(run.sessions, run.act(), request, client, run.config.settings)
    typer.echo(f"Withdrawn: {request}")


@booking.command("invite")
def invite_(
    ctx: typer.Context, client: str = typer.Argument(metavar="CLIENT", help="By id, like C-1042.")
) -> None:
    """Mail a client a link to book, move and cancel with.

    It opens once, for booking.link_min minutes, on the pages at web.public_url. Clients ask for one there themselves.

    Example: calendula booking invite C-1101
    """
    from adapters.diary.visits import invite

    run = here(ctx)
    invited = invite(run.sessions, run.act(), client, run.app.entrance)
    typer.echo(f"Invited: {invited}; the link opens once, for {run.config.booking.link_min} minutes")
    if run.config.mail.via == "none":
        typer.echo("Nothing is sent until mail.via is set; what is too late by then is not sent at all")


@booking.command("list")
def list_(
    ctx: typer.Context,
    worker: str | None = typer.Option(None, "--worker", help="Only to this worker."),
    state: str | None = typer.Option(None, "--state", help="Only in this state, like pending."),
    as_json: bool = JSON,
) -> None:
    """List what clients asked for, and what became of it.

    Example: calendula booking list --state pending
    """
    from adapters.diary.requests import list_requests
    from model.booking import RequestState

    columns = {
        "request": lambda row: row.ref,
        "client": lambda row: row.client,
        "worker": lambda row: row.worker,
        "type": lambda row: row.type,
        "start": lambda row: row.start[:16].replace("T", " "),
        "state": lambda row: row.state,
        "moves": lambda row: short(row.moves) if row.moves else "",
    }
    wanted = RequestState(choice(RequestState, state)) if state else None
    found = list_requests(here(ctx).sessions, worker=worker, state=wanted)
    print_rows(found, columns, as_json=as_json, none="No requests.")


@booking.command("accept")
def accept_(
    ctx: typer.Context,
    request: str = _REQUEST,
    start: str | None = typer.Option(None, "--start", help="At another time than was asked for."),
    minutes: int | None = options.MINUTES,
    override: str | None = options.OVERRIDE,
    as_json: bool = JSON,
) -> None:
    """Say yes to a request, also at another time; the client is told.

    Example: calendula booking accept 5b1f6c1e --start "2026-03-10 10:05"
    """
    from adapters.diary.changing import Move
    from adapters.diary.requests import accept

    run = here(ctx)
    to = Move(start=start, minutes=minutes, override=override)
    done = accept(run.sessions, run.act(), request, to, run.config.settings)
    print_changed(done, "Accepted", as_json=as_json)


@booking.command("decline")
def decline_(
    ctx: typer.Context,
    request: str = _REQUEST,
    message: str = typer.Option("", "--message", help="Words for the client."),
) -> None:
    """Say no to a request; the client is told, with the message.

    Example: calendula booking decline 5b1f6c1e --message "Please try Thursday"
    """
    from adapters.diary.requests import decline

    run = here(ctx)
    decline(run.sessions, run.act(), request, message)
    typer.echo(f"Declined: {request}")


def _caller(client: str, key: str, *, acknowledge: bool) -> "Caller":
    from adapters.diary.client_acts import Caller

    return Caller(client=client, acknowledged=acknowledge, key=key)


def _print(done: "Booked", *, as_json: bool) -> None:
    from dataclasses import asdict

    from model.money import in_dollars

    if as_json:
        print_json(asdict(done))
        return
    asked = f" as request {done.request}" if done.request else ""
    cost = f", charged {in_dollars(done.amount_cents)}" if done.amount_cents else ""
    when = done.start[:16].replace("T", " ")
    typer.echo(f"{done.state.capitalize()}{asked}: {when}, {done.minutes} min, {short(done.session)}{cost}")
