"""Commands about offers of sessions to workers: send, accept, decline, assign, list; `session offer` makes them."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_changed, print_json, print_rows, short

if TYPE_CHECKING:
    from adapters.diary.offering import OfferView

offer = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Sessions offered to workers: offer list, accept, ...",
    rich_markup_mode=None,
)
_OFFER = typer.Argument(metavar="OFFER", help="As offer list shows it.")
_COLUMNS = {
    "offer": lambda row: row.ref,
    "session": lambda row: short(row.session_id),
    "start": lambda row: row.start[:16].replace("T", " "),
    "worker": lambda row: row.worker,
    "state": lambda row: row.state,
}


def make(
    ctx: typer.Context,
    session: str = options.SESSION,
    worker: list[str] = typer.Option([], "--worker", help="To whom; several times for several."),
    all_free: bool = typer.Option(False, "--all-free", help="To all who may take it and are free."),
    unsent: bool = typer.Option(False, "--unsent", help="Prepare only; offer send sends it."),
    as_json: bool = JSON,
) -> None:
    """Offer a session to workers who are eligible and free.

    Whoever accepts is interested, and not assigned yet: offer assign picks one, and closes the others.

    Example: calendula session offer 5b1f --all-free
    """
    from adapters.diary import offering

    if bool(worker) is all_free:
        raise typer.BadParameter("Give either --worker or --all-free")
    run = here(ctx)
    made = offering.offer(run.sessions, run.act(), session, worker, send=not unsent)
    print_rows(made, _COLUMNS, as_json=as_json)


@offer.callback()
def _group() -> None:
    """Sessions offered to workers."""


@offer.command("list")
def list_(
    ctx: typer.Context,
    session: str | None = typer.Option(None, "--session", help="Only of this session."),
    worker: str | None = typer.Option(None, "--worker", help="Only to this worker."),
    as_json: bool = JSON,
) -> None:
    """List offers, and what became of them.

    Example: calendula offer list --session 5b1f
    """
    from adapters.diary.offering import list_offers

    found = list_offers(here(ctx).sessions, session=session, worker=worker)
    print_rows(found, _COLUMNS, as_json=as_json, none="No offers.")


@offer.command("send")
def send(ctx: typer.Context, offer: str = _OFFER, as_json: bool = JSON) -> None:
    """Send an offer that was only prepared.

    Example: calendula offer send 5b1f6c1e
    """
    from adapters.diary import offering

    run = here(ctx)
    _print(offering.send(run.sessions, run.act(), offer), as_json=as_json)


@offer.command("accept")
def accept(ctx: typer.Context, offer: str = _OFFER, as_json: bool = JSON) -> None:
    """Write down that a worker is interested.

    Example: calendula offer accept 5b1f6c1e
    """
    _answer(ctx, offer, "ACCEPTED", as_json=as_json)


@offer.command("decline")
def decline(ctx: typer.Context, offer: str = _OFFER, as_json: bool = JSON) -> None:
    """Write down that a worker is not interested.

    Example: calendula offer decline 5b1f6c1e
    """
    _answer(ctx, offer, "DECLINED", as_json=as_json)


@offer.command("assign")
def assign(ctx: typer.Context, offer: str = _OFFER, as_json: bool = JSON) -> None:
    """Give the session to a worker who accepted; other offers close.

    Example: calendula offer assign 5b1f6c1e
    """
    from adapters.diary import offering

    run = here(ctx)
    done = offering.pick(run.sessions, run.act(), offer, run.config.settings)
    print_changed(done, "Assigned", as_json=as_json)


def _answer(ctx: typer.Context, ref: str, state: str, *, as_json: bool) -> None:
    from adapters.diary import offering
    from model.offer import OfferState

    run = here(ctx)
    _print(offering.answer(run.sessions, run.act(), ref, OfferState(state)), as_json=as_json)


def _print(found: "OfferView", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(f"{found.ref} to {found.worker}: {found.state}")
